"""The judge of the storm, judged: of books that are in order it says nothing, and it finds whatever is doctored."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from integrations.gorgias import api as gorgias
from integrations.marker import short
from integrations.shopify import gift_order, refund_state
from tests.torture.chaos.invariants import broken
from tests.torture.chaos.promises import TAG, Facts, Row
from tests.torture.sent import Ordered

NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)
SHOP, OTHER = "here.myshopify.com", "elsewhere.myshopify.com"
LINED, SENT_ALONE, CANCELLED, REFUNDED = 1, 2, 3, 4
GIFT_KEY, PARCEL_KEY, REFUND_KEY, CREDIT_KEY = "gift:1:nth", "gift-order:2:nth", "refund:4:7:1000", "refund:4:7:500"
NOTE_KEY, FLOWERS_KEY, EGIFT_KEY = "note:7:refund", "flowers:7", "send:egift:7"
SECRET = "0123456789abcdef"


def order(key: int, **changes: Any) -> Row:
    """An order of 45.00 as the town has it."""
    return {
        "id": key,
        "name": f"#{key}",
        "shop": SHOP,
        "customer_id": 50 + key,
        "currency": "USD",
        "test": False,
        "cancelled_at": None,
        "source_identifier": None,
        "lines": [line()],
        "transactions": [payment()],
        "refunds": [],
        "fulfillment_orders": [],
        "rate": [1, 1],
    } | changes


def line(**changes: Any) -> Row:
    return {
        "id": 9,
        "price": 45_00,
        "discount": 0,
        "tax": 0,
        "quantity": 1,
        "current_quantity": 1,
        "fulfilled": 0,
        "gift_card": False,
    } | changes


def free_line() -> Row:
    return line(id=10, price=4_00, discount=4_00)


def payment() -> Row:
    return {"id": 1, "kind": "SALE", "status": "SUCCESS", "amount": 45_00, "presentment_amount": 45_00}


def moved(key: int, amount: int) -> Row:
    return {"id": key, "kind": "REFUND", "status": "SUCCESS", "amount": amount, "parent_id": 1}


def refund(key: str, transaction: int) -> Row:
    return {"note": f"Kind. {refund_state.mark(key)}", "transactions": [transaction], "lines": [], "shipping": 0}


def effect(key: str, kind: str, order_id: int, cost: int, **changes: Any) -> Row:
    return {
        "id": abs(hash(key)) % 10_000,
        "shop_id": 1,
        "key": key,
        "kind": kind,
        "state": "done",
        "code": None,
        "problem": None,
        "order_id": order_id,
        "customer_id": 50 + order_id,
        "cost_minor": cost,
        "pool_id": 1,
        "payload": {"way": "payment"},
        "ended_at": NOON,
        "next_try_at": None,
    } | changes


def known(key: int, net: int = 45_00, **changes: Any) -> Row:
    return {
        "shop_id": 1,
        "order_id": key,
        "customer_id": 50 + key,
        "net_minor": net,
        "counted": True,
    } | changes


def person(key: int, net: int, **changes: Any) -> Row:
    """A customer of ours; 51 is special."""
    special = key == 51
    return {
        "shop_id": 1,
        "customer_id": key,
        "orders": 1,
        "net_minor": net,
        "special": special,
        "marked": special,
    } | changes


def in_order() -> Facts:
    """The books after a day on which all went well: a gift on board, one by itself, one gone again, two refunds."""
    theirs = (
        order(LINED, lines=[line(), free_line()]),
        order(SENT_ALONE),
        order(
            CANCELLED,
            cancelled_at="2026-11-26T12:00:00Z",
            lines=[line(current_quantity=0)],
            transactions=[payment(), moved(2, 45_00)],
        ),
        order(
            REFUNDED,
            transactions=[payment(), moved(2, 10_00), moved(3, 5_00)],
            refunds=[refund(REFUND_KEY, 2), refund(CREDIT_KEY, 3)],
        ),
        order(5, customer_id=52, source_identifier=gift_order.mark(PARCEL_KEY), lines=[line(price=0)], transactions=[]),
        order(6, shop=OTHER),
    )
    ours = (
        known(LINED),
        known(SENT_ALONE),
        known(CANCELLED, 0, counted=False),
        known(REFUNDED, 30_00),
        known(5, 0, customer_id=52, counted=False),
        known(6, shop_id=2),
    )
    sums = {51: 45_00, 52: 45_00, 54: 30_00}
    return Facts(
        shops=({"id": 1, "domain": SHOP}, {"id": 2, "domain": OTHER}),
        deliveries=(delivery(),),
        effects=(
            effect(GIFT_KEY, "add_gift_line", LINED, 40),
            effect(PARCEL_KEY, "send_gift_order", SENT_ALONE, 40),
            effect("gift:3:nth", "add_gift_line", CANCELLED, 40, code="taken_back"),
            effect(REFUND_KEY, "refund_order", REFUNDED, 10_00),
            effect(CREDIT_KEY, "refund_order", REFUNDED, 5_00, payload={"way": "credit"}),
            effect(NOTE_KEY, "post_note", REFUNDED, 0),
            effect(FLOWERS_KEY, "send_flowers", REFUNDED, 60_00),
            effect(EGIFT_KEY, "send_gift", REFUNDED, 25_00, pool_id=None, payload={"vendor": "tremendous"}),
        ),
        orders=ours,
        customers=(
            *(person(key, net) for key, net in sums.items()),
            person(56, 45_00, shop_id=2),
        ),
        totals=(
            {"shop_id": 1, "customers": 3, "orders": 3, "net_minor": 120_00},
            {"shop_id": 2, "customers": 1, "orders": 1, "net_minor": 45_00},
        ),
        pools=(
            {
                "id": 1,
                "name": "team",
                "month": "2026-11",
                "reserved_minor": 0,
                "spent_minor": 75_80,
                "granted_minor": 20_00,
            },
        ),
        pool_grants=({"pool_id": 1, "minor": 20_00},),
        grants=({"shop_id": 1, "state": "live", "secret": SECRET},),
        their_orders=theirs,
        their_customers=tuple(
            {
                "id": 50 + key,
                "shop": OTHER if key == 6 else SHOP,
                "credit": {"USD": 5_00} if key == 4 else {},
                "tags": [TAG] if key == 1 else [],
            }
            for key in (1, 2, 3, 4, 6)
        ),
        letters=(letter(),),
        notes=(note(NOTE_KEY),),
        bouquets=(bouquet(FLOWERS_KEY),),
        ordered=(FLOWERS, EGIFT),
        calls={"TokenRefresh": 3},
        gifted=frozenset({LINED, SENT_ALONE}),
        asked_back={REFUNDED: 15_00},
        most_refreshes=3,
        secret=SECRET,
    )


def note(key: str) -> Row:
    return {"external_id": gorgias.marker(key)}


def bouquet(key: str) -> Row:
    return {"items": [{"special_instructions": f"Reference {short(key)}"}]}


def ordered(key: str, vendor: str, kept: int) -> Ordered:
    return Ordered(vendor=vendor, mark=short(key), kept=kept)


FLOWERS, EGIFT = ordered(FLOWERS_KEY, "florist", 60_00), ordered(EGIFT_KEY, "tremendous", 25_00)


def delivery(**changes: Any) -> Row:
    return {
        "id": 1,
        "shop_id": 1,
        "source": "shopify",
        "sender": SHOP,
        "topic": "orders/paid",
        "delivery_key": "letter-0001",
        "event_key": None,
        "body": b"{}",
        "handled_at": NOON,
        "next_try_at": None,
        "problem": None,
    } | changes


def letter(name: str = "letter-0001") -> Row:
    headers = {"X-Shopify-Webhook-Id": name}
    return {
        "id": 1,
        "sender": "store",
        "subject": "orders/paid",
        "state": "delivered",
        "headers": headers,
        "body": "{}",
    }


def in_store(facts: Facts, key: int, **changes: Any) -> Facts:
    """Doctor one order of the store."""
    doctored = tuple(each | changes if each["id"] == key else each for each in facts.their_orders)
    return replace(facts, their_orders=doctored)


def in_ledger(facts: Facts, key: str, /, **changes: Any) -> Facts:
    """Doctor one row of the ledger."""
    return replace(facts, effects=tuple(each | changes if each["key"] == key else each for each in facts.effects))


def again(facts: Facts, key: str, /, **changes: Any) -> Facts:
    """Write one row of the ledger twice."""
    twice = next(each for each in facts.effects if each["key"] == key)
    return replace(facts, effects=(*facts.effects, twice | changes))


def test_given_books_in_order_when_judged_then_nothing_is_wrong() -> None:
    assert broken(in_order()) == []


REFUNDED_TWICE = {
    "transactions": [payment(), moved(2, 10_00), moved(3, 5_00), moved(4, 10_00)],
    "refunds": [refund(REFUND_KEY, 2), refund(CREDIT_KEY, 3), refund(REFUND_KEY, 4)],
}
A_CENT_MORE = {"transactions": [payment(), moved(2, 10_01), moved(3, 5_00)]}
UNKNOWN = {
    "transactions": [payment(), moved(2, 10_00), moved(3, 5_00)],
    "refunds": [refund(REFUND_KEY, 2), refund("refund:4:8:500", 3)],
}


@pytest.mark.parametrize(
    ("doctored", "wrong"),
    [
        (again(in_order(), REFUND_KEY), "the ledger says 2500"),
        (again(in_order(), REFUND_KEY, key="refund:4:7:1000:2"), "the store made 0 refunds of 0"),
        (again(in_order(), GIFT_KEY), "the rows say 0 and 7620"),
        (again(in_order(), PARCEL_KEY), "2 rows know of them"),
        (in_store(in_order(), REFUNDED, **REFUNDED_TWICE), "the store made 2 refunds of 2000"),
        (in_store(in_order(), REFUNDED, **A_CENT_MORE), "1501 went back, asked was 1500"),
        (in_store(in_order(), REFUNDED, **UNKNOWN), "a refund of ours that no row knows"),
        (in_store(in_order(), LINED, lines=[line(), free_line(), free_line()]), "has 2 gifts in its parcel"),
        (in_store(in_order(), SENT_ALONE, lines=[line(), free_line()]), "1 gifts in its parcel and 1 beside it"),
        (in_store(in_order(), LINED, lines=[line()]), "was due a gift and has none"),
        (in_store(in_order(), CANCELLED, lines=[free_line()]), "is over and still carries a gift"),
        (in_ledger(in_order(), "gift:3:nth", code=None), "which is over, still stands"),
        (in_ledger(in_order(), GIFT_KEY, state="withdrawn"), "is withdrawn (None), and in the store"),
        (in_ledger(in_order(), GIFT_KEY, state="sending"), "is still sending"),
        (in_ledger(in_order(), GIFT_KEY, state="uncertain", problem="nobody answered"), "is still uncertain"),
        (in_ledger(in_order(), GIFT_KEY, state="refused", problem="It said no."), "was refused: It said no."),
        (in_ledger(in_order(), CREDIT_KEY, payload={"way": "payment"}), "has 500 of credit"),
        (replace(in_order(), notes=()), "is done, and stands 0 times in the helpdesk"),
        (replace(in_order(), notes=(note(NOTE_KEY), note(NOTE_KEY))), "is done, and stands 2 times in the helpdesk"),
        (replace(in_order(), notes=(note(NOTE_KEY), note("note:8"))), "in the helpdesk that no row knows"),
        (replace(in_order(), bouquets=()), "flowers flowers:7 are done, and were ordered 0 times"),
        (replace(in_order(), bouquets=(bouquet(FLOWERS_KEY),) * 2), "are done, and were ordered 2 times"),
        (in_ledger(in_order(), FLOWERS_KEY, state="withdrawn"), "are withdrawn, and were ordered 1 times"),
        (replace(in_order(), bouquets=(bouquet(FLOWERS_KEY), bouquet("flowers:8"))), "ordered that no row knows"),
        (replace(in_order(), ordered=(FLOWERS,)), "is done (None), and was ordered 0 times at tremendous"),
        (replace(in_order(), ordered=(FLOWERS, EGIFT, EGIFT)), "was ordered 2 times at tremendous"),
        (replace(in_order(), ordered=(FLOWERS, replace(EGIFT, kept=25_01))), "tremendous keeps 2501 for it"),
        (replace(in_order(), ordered=(replace(FLOWERS, kept=59_99), EGIFT)), "florist keeps 5999 for it"),
        (in_ledger(in_order(), EGIFT_KEY, state="withdrawn"), "with 0, and tremendous keeps 2500 for it"),
        (in_ledger(in_order(), EGIFT_KEY, code="taken_back"), "with 0, and tremendous keeps 2500 for it"),
        (
            replace(in_order(), ordered=(FLOWERS, EGIFT, ordered("send:egift:8", "lob", 2_00))),
            "lob has an order that no row",
        ),
        (replace(in_order(), deliveries=()), "was acknowledged and is nowhere"),
        (replace(in_order(), deliveries=(delivery(handled_at=None),)), "has not ended well"),
        (replace(in_order(), deliveries=(delivery(sender=OTHER),)), f"delivery 1 of {OTHER} lies with {SHOP}"),
        (replace(in_order(), pools=({**in_order().pools[0], "reserved_minor": 1},)), "1 set aside and 7580 spent"),
        (replace(in_order(), pool_grants=()), "was granted 2000, people said 0"),
        (replace(in_order(), calls={"TokenRefresh": 4}), "4 refreshes, 3 would have been enough"),
        (replace(in_order(), mispaired=({"shop": OTHER},)), "at another shop's door"),
        (replace(in_order(), secret="another"), "hang on an old secret"),
        (replace(in_order(), orders=in_order().orders[1:]), "order #1 of here.myshopify.com is not known to us"),
        (replace(in_order(), orders=(known(LINED, 45_01), *in_order().orders[1:])), "the sums of customers [51]"),
        (replace(in_order(), orders=(*in_order().orders[:-1], known(6))), f"a row of {SHOP} speaks of"),
        (replace(in_order(), customers=(person(51, 45_00, marked=False),)), "customer 51 is special: True"),
        (replace(in_order(), customers=(person(52, 45_00, special=True),)), "customer 52 is special: True"),
        (replace(in_order(), overdrawn=("purse team 2026-11 held 1 of 0",)), "purse team 2026-11 held 1 of 0"),
        (replace(in_order(), deliveries=(delivery(next_try_at=NOON),)), "delivery 1 is handled and waits for"),
        (in_ledger(in_order(), GIFT_KEY, next_try_at=NOON), "is done and waits for"),
        (in_ledger(in_order(), GIFT_KEY, state="refused"), "is refused without a word"),
        (replace(in_order(), deliveries=(delivery(handled_at=None),)), "delivery 1 ended without a word"),
        (replace(in_order(), deliveries=(delivery(), delivery(id=2))), "2 deliveries are kept, of 1 letters"),
        (replace(in_order(), most_open={"worker": 1_000}), "a worker had 1000 files"),
        (replace(in_order(), most_megabytes={"web": 1_000}), "a web had 1000 MB"),
        (replace(in_order(), untrue=("row 7 was changed",)), "row 7 was changed"),
        (replace(in_order(), spilt=("web.log holds a token",)), "web.log holds a token"),
        (replace(in_order(), totals=({**in_order().totals[0], "net_minor": 1},)), "not those of its orders"),
    ],
)
def test_given_one_thing_that_is_doctored_when_judged_then_it_is_found(doctored: Facts, wrong: str) -> None:
    assert [said for said in broken(doctored) if wrong in said] != []
