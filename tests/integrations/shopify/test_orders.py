"""An order as the store tells it becomes facts: what it is worth, whether it counts, where its parcel is."""

from datetime import UTC, datetime
from typing import Any

import pytest

from app.domain.errors import Unavailable
from app.domain.facts import Order
from app.domain.money import Money
from tests.integrations.shopify.scripted import Script, home, line, order, page, parcels, shop, usd

DENIED = {"code": "ACCESS_DENIED", "requiredAccess": "`read_customers`"}


def read(store: Script, *lines: dict[str, Any], **changes: object) -> Order:
    """Read an order with these changes, whose parcel nobody has touched."""
    store.brings(order=order(*lines, **changes), shop=home())
    if not changes.get("closed") and changes.get("merchantEditable", True):
        store.brings(order=parcels())
    found = shop().order(5001)
    assert found is not None
    return found


def read_uncounted(store: Script, *lines: dict[str, Any], **changes: object) -> Order:
    """Read an order that does not count, so nobody asks for its parcel."""
    store.brings(order=order(*lines, **changes), shop=home())
    found = shop().order(5001)
    assert found is not None
    assert not found.counted
    return found


def test_given_a_paid_order_when_read_then_it_counts_with_what_was_paid(store: Script) -> None:
    found = read(store)
    assert (found.id, found.name, found.customer_id) == (5001, "#1001", 55)
    assert (found.net, found.counted, found.settled) == (Money(minor=45_00, currency="USD"), True, True)
    assert found.processed_at == datetime(2026, 11, 21, 10, 0, tzinfo=UTC)
    assert found.lines[0].variant_id == 5
    assert found.editable
    assert found.domestic
    assert not found.with_warehouse


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"test": True}, "test"),
        ({"cancelledAt": "2026-11-21T11:00:00Z"}, "cancelled"),
        ({"tags": ["vip", "lagniappe-gift"]}, "our own gifts"),
        ({"sourceIdentifier": "lagniappe-88"}, "our own gifts"),
        ({"displayFinancialStatus": "PENDING"}, "not paid"),
        ({"displayFinancialStatus": "AUTHORIZED"}, "not paid"),
        ({"displayFinancialStatus": "VOIDED"}, "not paid"),
        ({"displayFinancialStatus": None}, "not paid"),
        ({"netPaymentSet": usd("0.0")}, "Nothing was paid"),
    ],
)
def test_given_an_order_that_is_none_of_a_customer_when_read_then_it_does_not_count(
    store: Script, changes: dict[str, Any], why: str
) -> None:
    assert why in read_uncounted(store, **changes).uncounted_because


@pytest.mark.parametrize("status", ["PAID", "PARTIALLY_PAID", "PARTIALLY_REFUNDED"])
def test_given_money_came_in_when_read_then_the_order_counts(store: Script, status: str) -> None:
    found = read(store, displayFinancialStatus=status)
    assert (found.counted, found.settled) == (True, status != "PARTIALLY_PAID")


def test_given_everything_was_refunded_when_read_then_the_order_counts_for_nothing(store: Script) -> None:
    found = read(store, displayFinancialStatus="REFUNDED", netPaymentSet=usd("0.0"))
    assert (found.counted, found.net.minor) == (True, 0)


def test_given_a_gift_card_among_goods_when_read_then_only_the_goods_count(store: Script) -> None:
    card = line(isGiftCard=True, discountedTotalSet=usd("50.0"))
    assert read(store, line(), card, netPaymentSet=usd("95.0")).net.minor == 45_00


def test_given_nothing_but_a_gift_card_when_read_then_the_order_does_not_count(store: Script) -> None:
    card = line(isGiftCard=True, discountedTotalSet=usd("50.0"))
    assert read_uncounted(store, card, netPaymentSet=usd("50.0")).net.minor == 0


def test_given_one_of_two_gift_cards_was_given_back_when_read_then_it_is_not_taken_off_twice(store: Script) -> None:
    cards = line(isGiftCard=True, quantity=2, currentQuantity=1, discountedTotalSet=usd("100.0"))
    assert read(store, line(), cards, netPaymentSet=usd("95.0")).net.minor == 45_00


def test_given_gift_cards_worth_more_than_was_paid_when_read_then_the_net_stays_above_nothing(store: Script) -> None:
    card = line(isGiftCard=True, discountedTotalSet=usd("50.0"))
    assert read_uncounted(store, card, netPaymentSet=usd("30.0")).net.minor == 0


def test_given_a_currency_without_decimals_when_read_then_the_net_is_exact(store: Script) -> None:
    paid = {"shopMoney": {"amount": "4500.0", "currencyCode": "JPY"}}
    lines = line(discountedTotalSet=paid)
    assert read(store, lines, netPaymentSet=paid, totalOutstandingSet=paid).net == Money(minor=4500, currency="JPY")


@pytest.mark.parametrize(
    ("changes", "name", "value"),
    [
        ({"risk": {"recommendation": "INVESTIGATE"}}, "risky", True),
        ({"risk": {"recommendation": "CANCEL"}}, "risky", True),
        ({"risk": {"recommendation": "NONE"}}, "risky", False),
        ({"disputes": [{"status": "NEEDS_RESPONSE"}]}, "disputed", True),
        ({"disputes": [{"status": "WON"}, {"status": "LOST"}]}, "disputed", True),
        ({"disputes": [{"status": "WON"}]}, "disputed", False),
        ({"risk": None}, "risky", False),
        ({"shippingAddress": {"countryCodeV2": "FR"}}, "domestic", False),
        ({"shippingAddress": {"countryCodeV2": None}}, "domestic", True),
        ({"shippingAddress": None}, "domestic", True),
        ({"totalOutstandingSet": usd("0.01")}, "outstanding", True),
        ({"totalOutstandingSet": usd("-5.00")}, "outstanding", False),
        ({"sourceName": "subscription_contract_checkout_one"}, "subscription", True),
        ({"customer": None}, "customer_id", None),
        ({"closed": True}, "closed", True),
        ({"merchantEditable": False}, "editable", False),
        ({"metafields": {"nodes": [{"key": "gift_x", "value": "gift:5001:x"}]}}, "marks", frozenset({"gift:5001:x"})),
    ],
)
def test_given_one_difference_when_read_then_one_fact_differs(
    store: Script, changes: dict[str, Any], name: str, value: object
) -> None:
    assert getattr(read(store, **changes), name) == value


def test_given_a_line_of_a_selling_plan_when_read_then_it_is_a_subscription(store: Script) -> None:
    assert read(store, line(sellingPlan={"name": "Monthly"})).subscription


@pytest.mark.parametrize(
    ("states", "begun"),
    [
        ([("OPEN", "UNSUBMITTED")], False),
        ([("ON_HOLD", "UNSUBMITTED")], False),
        ([("SCHEDULED", "UNSUBMITTED")], False),
        ([("OPEN", "REJECTED")], False),
        ([("OPEN", "CANCELLATION_ACCEPTED")], False),
        ([("CANCELLED", "CLOSED"), ("OPEN", "UNSUBMITTED")], False),
        ([("OPEN", "SUBMITTED")], True),
        ([("OPEN", "ACCEPTED")], True),
        ([("OPEN", "CANCELLATION_REQUESTED")], True),
        ([("IN_PROGRESS", "UNSUBMITTED")], True),
        ([("OPEN", "UNSUBMITTED"), ("IN_PROGRESS", "ACCEPTED")], True),
        ([("NEVER_HEARD_OF", "UNSUBMITTED")], True),
        ([("OPEN", "NEVER_HEARD_OF")], True),
    ],
)
def test_given_a_parcels_state_when_read_then_we_know_whether_somebody_has_begun_it(
    store: Script, states: list[tuple[str, str]], begun: bool
) -> None:
    store.brings(order=order(), shop=home())
    store.brings(order=parcels(*states))
    found = shop().order(5001)
    assert found is not None
    assert found.with_warehouse is begun


def test_given_no_right_to_see_parcels_when_read_then_the_rest_of_the_order_is_known(store: Script) -> None:
    store.brings(order=order(), shop=home())
    store.says({"data": {"order": None}, "errors": [{"path": ["order", "fulfillmentOrders"], "extensions": DENIED}]})
    found = shop().order(5001)
    assert found is not None
    assert (found.counted, found.with_warehouse) == (True, False)


def test_given_the_parcel_has_left_when_read_then_nobody_asks_for_it(store: Script) -> None:
    store.brings(order=order(displayFulfillmentStatus="PARTIALLY_FULFILLED"), shop=home())
    found = shop().order(5001)
    assert found is not None
    assert found.shipped


def test_given_more_lines_than_one_page_when_read_then_all_of_them_are_known(store: Script) -> None:
    store.brings(order=order(lineItems=page(*[line()] * 50, more="c50")), shop=home())
    last = page(line(sellingPlan={"name": "Monthly"}))
    store.brings(order={"id": "gid://shopify/Order/5001", "lineItems": last})
    store.brings(order=parcels())
    found = shop().order(5001)
    assert found is not None
    assert (len(found.lines), found.subscription) == (51, True)
    assert store.asked[1] == ("OrderLines", {"id": "gid://shopify/Order/5001", "after": "c50"})


@pytest.mark.parametrize("path", [["order", "customer"], ["order", "lineItems", "nodes", 0, "variant"]])
def test_given_a_withheld_fact_that_money_hangs_on_when_read_then_nothing_is_guessed(
    store: Script, path: list[object]
) -> None:
    error = {"path": path, "extensions": DENIED}
    store.says({"data": {"order": order(customer=None), "shop": home()}, "errors": [error]})
    with pytest.raises(Unavailable, match="read_customers"):
        shop().order(5001)


def test_given_a_withheld_address_when_read_then_the_order_counts_as_domestic(store: Script) -> None:
    error = {"path": ["order", "shippingAddress"], "extensions": DENIED}
    store.says({"data": {"order": order(shippingAddress=None), "shop": home()}, "errors": [error]})
    store.brings(order=parcels())
    found = shop().order(5001)
    assert found is not None
    assert found.domestic


def test_given_a_withheld_address_when_flowers_need_it_then_it_does_not_look_absent(store: Script) -> None:
    error = {"path": ["order", "shippingAddress"], "extensions": DENIED}
    store.says({"data": {"order": {"id": "x", "shippingAddress": None}}, "errors": [error]})
    with pytest.raises(Unavailable):
        shop().delivery(order_id=5001)


def test_given_three_pages_of_changes_when_swept_then_all_come_in_order(store: Script) -> None:
    for first, more in ((1, "c1"), (3, "c2"), (5, None)):
        told = {"cancelledAt": None, "netPaymentSet": {"shopMoney": {"amount": "45.0", "currencyCode": "USD"}}}
        nodes = [
            {"id": f"gid://shopify/Order/{n}", "updatedAt": f"2026-11-21T10:00:0{n}Z"} | told
            for n in (first, first + 1)
        ]
        store.brings(orders=page(*nodes, more=more))
    found = list(shop().updated_since(datetime(2026, 11, 21, 5, 0, 0, 999_999, tzinfo=UTC)))
    assert [change.order_id for change in found] == [1, 2, 3, 4, 5, 6]
    assert found[5].updated_at == datetime(2026, 11, 21, 10, 0, 6, tzinfo=UTC)
    assert found[5].net == Money(minor=45_00, currency="USD")
    assert [variables["after"] for _, variables in store.asked] == [None, "c1", "c2"]
    assert store.asked[0][1]["query"] == "updated_at:>='2026-11-21T05:00:00Z'"
