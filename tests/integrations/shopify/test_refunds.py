"""Giving money back: exact, silent, from the right payments, and never twice."""

import uuid
from datetime import UTC, datetime
from typing import Any

import pytest

from app.domain.errors import Rejected, Unavailable, Uncertain
from app.domain.money import Money
from app.domain.ports import Receipt
from app.domain.refunds import GiveBack, Pieces, Way
from app.domain.scopes import NEEDED, Feature
from integrations.marker import short
from tests.integrations.shopify.scripted import DOMAIN, Script, page, refund, shop

KEY = "refund:5001:42:2000"
NOTE = f"Goodwill, nothing to send back. [lagniappe {short(KEY)}]"


def both(shop_amount: str, buyers: str, currency: str) -> dict[str, Any]:
    return {
        "shopMoney": {"amount": shop_amount, "currencyCode": "USD"},
        "presentmentMoney": {"amount": buyers, "currencyCode": currency},
    }


def payment(number: int, left: dict[str, Any] | None, **changes: object) -> dict[str, Any]:
    parent = {"id": f"gid://shopify/OrderTransaction/{number}", "manualPaymentGateway": False}
    return {"gateway": "shopify_payments", "maximumRefundableSet": left, "parentTransaction": parent} | changes


def state(
    *payments: dict[str, Any],
    limit: dict[str, Any] | None = None,
    refunds: tuple[dict[str, Any], ...] = (),
    asked: dict[str, Any] | None = None,
    shipping: str = "0.0",
) -> dict[str, Any]:
    """Return an order of which 45 dollars can be given back, unless told otherwise."""
    limit = limit or both("45.0", "45.0", "USD")
    buyers = limit["presentmentMoney"]["currencyCode"]
    return {
        "id": "gid://shopify/Order/5001",
        "currencyCode": "USD",
        "presentmentCurrencyCode": buyers,
        "displayFinancialStatus": "PAID",
        "totalReceivedSet": both("45.0", "45.0", "USD"),
        "whole": {
            "maximumRefundableSet": limit,
            "suggestedTransactions": list(payments) or [payment(30, limit)],
        },
        "asked": {
            "amountSet": asked or both("0.0", "0.0", buyers),
            "shipping": {"amountSet": both(shipping, shipping, buyers)},
        },
        "refunds": list(refunds),
    }


def usd(minor: int) -> Money:
    return Money(minor=minor, currency="USD")


def stands(store: Script, *payments: dict[str, Any], **terms: Any) -> None:
    """Let the store say how the order stands: when the refund is prepared, and again before it is made."""
    for _ in range(2):
        store.brings(order=state(*payments, **terms))


def made(store: Script, *statuses: str, note: str = NOTE, **changes: Any) -> None:
    store.brings(refundCreate={"refund": refund(note, *statuses, **changes), "userErrors": []})


def refuses(store: Script, words: str) -> None:
    store.brings(refundCreate={"refund": None, "userErrors": [{"field": None, "message": words}]})


def prepare(minor: int = 20_00, **how: Any) -> str:
    return shop().prepare_refund(5001, back=GiveBack(amount=usd(minor), **how), key=KEY)


def give_back(minor: int = 20_00, *, again: bool = False, **how: Any) -> Receipt:
    return shop().refund(5001, call=prepare(minor, **how), key=KEY, again=again)


def sent(store: Script) -> dict[str, Any]:
    """Return the input of the last call."""
    given: dict[str, Any] = store.asked[-1][1]["input"]
    return given


def parts(store: Script) -> list[tuple[str, str]]:
    """Return the payments that the last call gave back to, each with its amount."""
    return [(each["parentId"].rpartition("/")[2], each["amount"]) for each in sent(store)["transactions"]]


def box(quantity: int = 1, *, went: bool = True) -> Pieces:
    return Pieces(line_id=71, title="Box", quantity=quantity, sent=went)


def test_given_a_paid_order_when_refunded_then_the_call_says_what_it_must(store: Script) -> None:
    stands(store)
    made(store, "SUCCESS")
    receipt = give_back()
    assert receipt == Receipt(reference="9001", cost=usd(20_00))
    operation, variables = store.asked[2]
    assert operation == "RefundCreate"
    assert variables["key"] == str(uuid.uuid5(uuid.NAMESPACE_URL, f"lagniappe:{DOMAIN}:{KEY}"))
    assert variables["input"] == {
        "orderId": "gid://shopify/Order/5001",
        "note": NOTE,
        "notify": False,
        "currency": "USD",
        "refundLineItems": [],
        "transactions": [
            {
                "orderId": "gid://shopify/Order/5001",
                "parentId": "gid://shopify/OrderTransaction/30",
                "gateway": "shopify_payments",
                "kind": "REFUND",
                "amount": "20.00",
            }
        ],
        "discrepancyReason": "CUSTOMER",
    }


def test_given_any_refund_when_made_then_it_is_silent_and_never_asks_for_more_than_was_paid(store: Script) -> None:
    stands(store)
    made(store, "SUCCESS")
    give_back()
    assert sent(store)["notify"] is False
    assert "allowOverRefunding" not in sent(store)


def test_given_a_prepared_call_when_the_order_has_changed_then_it_is_still_sent_to_the_letter(store: Script) -> None:
    store.brings(order=state())
    call = prepare()
    for _ in range(2):
        store.brings(order=state(payment(31, both("25.0", "25.0", "USD")), limit=both("25.0", "25.0", "USD")))
        made(store, "SUCCESS")
        shop().refund(5001, call=call, key=KEY)
    first, again = (variables for operation, variables in store.asked if operation == "RefundCreate")
    assert first == again


def test_given_two_payments_when_one_is_too_small_then_the_refund_is_split(store: Script) -> None:
    stands(store, payment(30, both("15.0", "15.0", "USD")), payment(31, both("30.0", "30.0", "USD")))
    made(store, "SUCCESS")
    give_back()
    assert parts(store) == [("30", "15.00"), ("31", "5.00")]


def test_given_payments_that_cannot_be_named_when_refunded_then_the_others_are_used(store: Script) -> None:
    full = both("45.0", "45.0", "USD")
    nameless = [payment(30, None), payment(31, full, parentTransaction=None), payment(32, full, gateway=None)]
    stands(store, *nameless, payment(33, full))
    made(store, "SUCCESS")
    give_back()
    assert parts(store) == [("33", "20.00")]


def test_given_no_payment_that_holds_it_when_refunded_then_refused_before_the_call(store: Script) -> None:
    store.brings(order=state(payment(30, both("5.0", "5.0", "USD"))))
    with pytest.raises(Rejected, match="payments"):
        prepare()


@pytest.mark.parametrize(
    ("minor", "limit", "amount"),
    [
        (20_00, both("45.0", "41.4", "EUR"), "18.40"),
        (45_00, both("45.0", "41.4", "EUR"), "41.40"),
        (10_01, both("45.0", "41.4", "EUR"), "9.20"),
        (20_00, both("45.0", "6750.0", "JPY"), "3000"),
        (20_00, both("45.0", "13.815", "KWD"), "6.140"),
    ],
)
def test_given_a_buyer_with_another_currency_when_refunded_then_the_orders_own_rate_counts_never_more(
    store: Script, minor: int, limit: dict[str, Any], amount: str
) -> None:
    stands(store, limit=limit)
    made(store, "SUCCESS")
    give_back(minor)
    assert parts(store) == [("30", amount)]
    assert sent(store)["currency"] == limit["presentmentMoney"]["currencyCode"]


def test_given_less_than_the_buyers_smallest_coin_when_refunded_then_refused_before_the_call(store: Script) -> None:
    store.brings(order=state(limit=both("45.0", "4", "JPY")))
    with pytest.raises(Rejected, match="smallest coin of JPY"):
        prepare(1)


@pytest.mark.parametrize("minor", [45_01, 0, -1])
def test_given_more_than_there_is_or_nothing_when_refunded_then_refused_before_the_call(
    store: Script, minor: int
) -> None:
    store.brings(order=state())
    with pytest.raises(Rejected, match=r"\$45.00 can still be refunded"):
        prepare(minor)


def test_given_pieces_that_have_left_when_refunded_then_they_are_named_and_no_difference_is_explained(
    store: Script,
) -> None:
    stands(store, asked=both("20.0", "20.0", "USD"), shipping="5.0")
    made(store, "SUCCESS")
    give_back(20_00, pieces=(box(2),), shipping=usd(5_00))
    line = {"lineItemId": "gid://shopify/LineItem/71", "quantity": 2, "restockType": "NO_RESTOCK"}
    assert store.asked[0][1] == {"id": "gid://shopify/Order/5001", "lines": [line], "shipping": True}
    assert sent(store)["refundLineItems"] == [line]
    assert sent(store)["shipping"] == {"fullRefund": True}
    assert "discrepancyReason" not in sent(store)


def test_given_pieces_still_to_be_sent_when_refunded_then_only_the_sum_goes_back(store: Script) -> None:
    stands(store)
    made(store, "SUCCESS")
    give_back(20_00, pieces=(box(went=False),))
    assert sent(store)["refundLineItems"] == []
    assert sent(store)["discrepancyReason"] == "CUSTOMER"


def test_given_pieces_and_a_sum_that_is_not_theirs_any_more_when_refunded_then_the_difference_is_explained(
    store: Script,
) -> None:
    stands(store, asked=both("19.0", "19.0", "USD"))
    made(store, "SUCCESS")
    give_back(20_00, pieces=(box(),))
    assert (parts(store), sent(store)["discrepancyReason"]) == ([("30", "20.00")], "CUSTOMER")


def test_given_pieces_of_a_foreign_buyer_when_refunded_then_what_the_store_reckons_is_taken(store: Script) -> None:
    stands(store, limit=both("45.0", "41.4", "EUR"), asked=both("20.0", "18.41", "EUR"))
    made(store, "SUCCESS")
    give_back(20_00, pieces=(box(),))
    assert parts(store) == [("30", "18.41")]


def test_given_credit_when_given_then_no_payment_is_touched_and_it_says_until_when(store: Script) -> None:
    stands(store, limit=both("45.0", "41.4", "EUR"))
    note = NOTE.replace("Goodwill, nothing to send back.", "Given as store credit.")
    made(store, note=note)
    receipt = give_back(way=Way.CREDIT, credit_until=datetime(2027, 11, 21, tzinfo=UTC))
    assert sent(store)["transactions"] == []
    assert sent(store)["refundMethods"] == [
        {
            "storeCreditRefund": {
                "amount": {"amount": "18.40", "currencyCode": "EUR"},
                "expiresAt": "2027-11-21T00:00:00+00:00",
            }
        }
    ]
    assert sent(store)["note"] == note
    assert receipt == Receipt(reference="9001")


@pytest.mark.parametrize("enabled", [True, False])
def test_given_a_store_when_asked_for_credit_then_it_says_whether_it_gives_any(store: Script, enabled: bool) -> None:
    scopes = [{"handle": handle} for handle in NEEDED[Feature.STORE_CREDIT]]
    store.brings(
        storeCreditConfiguration={"storeCreditEnabled": enabled},
        currentAppInstallation={"id": "gid://shopify/AppInstallation/1", "accessScopes": scopes},
    )
    assert (shop().credit_obstacle() == "") is enabled


@pytest.mark.parametrize("status", ["PENDING", "AWAITING_RESPONSE", "UNKNOWN"])
def test_given_the_provider_takes_its_time_when_refunded_then_it_is_pending_and_costs_nothing_yet(
    store: Script, status: str
) -> None:
    stands(store)
    made(store, "SUCCESS", status)
    assert give_back() == Receipt(reference="9001", pending=True)


def test_given_a_refund_that_names_no_payment_when_refunded_then_the_receipt_says_so(store: Script) -> None:
    stands(store)
    made(store)
    assert "somebody must pay it out" in give_back().remark


def test_given_a_gateway_that_only_records_when_refunded_then_the_receipt_says_so(store: Script) -> None:
    stands(store)
    made(store, "SUCCESS", manualPaymentGateway=True, gateway="Bank Deposit")
    assert give_back().remark == "The store only keeps a record of it: somebody must pay it out (Bank Deposit)."


def test_given_a_part_that_was_declined_when_refunded_then_only_the_rest_counts_and_the_receipt_says_so(
    store: Script,
) -> None:
    stands(store)
    made(store, "SUCCESS", "FAILURE", amount="15.0")
    receipt = give_back()
    assert receipt.cost == usd(15_00)
    assert receipt.remark == "Only $15.00 of it arrived; the payment provider declined the rest."


@pytest.mark.parametrize("status", ["FAILURE", "ERROR"])
def test_given_the_provider_declined_when_refunded_then_refused(store: Script, status: str) -> None:
    stands(store)
    made(store, status)
    with pytest.raises(Rejected, match="declined"):
        give_back()


def test_given_the_first_try_landed_after_all_when_repeated_then_no_second_call_is_made(store: Script) -> None:
    stands(store, limit=both("25.0", "25.0", "USD"), refunds=(refund(NOTE, "SUCCESS"),))
    store.brings(refund=refund(NOTE, "SUCCESS"))
    assert give_back(45_00).reference == "9001"


def test_given_a_refund_that_was_there_and_is_gone_when_made_then_nothing_is_sent(store: Script) -> None:
    store.brings(order=state())
    with pytest.raises(Unavailable):
        shop().refund(5001, call="", key=KEY)


def test_given_it_lands_while_we_repeat_when_the_store_refuses_then_the_first_is_found(store: Script) -> None:
    stands(store)
    refuses(store, "Key already used.")
    store.brings(order=state(refunds=(refund(NOTE, "SUCCESS"),)))
    store.brings(refund=refund(NOTE, "SUCCESS"))
    assert give_back(again=True).reference == "9001"


def test_given_the_store_refuses_when_refunded_then_refused_in_its_words(store: Script) -> None:
    stands(store)
    refuses(store, "Refund is locked.")
    store.brings(order=state())
    with pytest.raises(Rejected, match="Refund is locked"):
        give_back()


def test_given_an_earlier_try_in_doubt_when_the_store_refuses_then_that_is_not_its_last_word(store: Script) -> None:
    stands(store)
    refuses(store, "It is still being processed.")
    store.brings(order=state())
    with pytest.raises(Uncertain, match="still being processed") as doubt:
        give_back(again=True)
    assert doubt.value.refusal == "It is still being processed."


def test_given_the_line_breaks_when_refunded_then_in_doubt(store: Script) -> None:
    stands(store)
    store.says("<html>Bad Gateway</html>", 502)
    with pytest.raises(Uncertain):
        give_back()


@pytest.mark.parametrize(
    "refunds",
    [
        pytest.param((), id="no refund"),
        pytest.param((refund("Goodwill", "SUCCESS"), refund("", "SUCCESS")), id="refunds of others"),
        pytest.param((refund(f"[lagniappe {short('another key')}]", "SUCCESS"),), id="another refund of ours"),
    ],
)
def test_given_no_refund_under_this_key_when_looked_for_then_there_is_none(
    store: Script, refunds: tuple[dict[str, Any], ...]
) -> None:
    store.brings(order=state(refunds=refunds))
    assert shop().find_refund(5001, key=KEY) is None


def test_given_our_refund_was_declined_when_looked_for_then_there_is_none(store: Script) -> None:
    store.brings(order=state(refunds=(refund(NOTE, "FAILURE"),)))
    store.brings(refund=refund(NOTE, "FAILURE"))
    assert shop().find_refund(5001, key=KEY) is None


@pytest.mark.parametrize("note", [NOTE, f"{NOTE} Checked by Sam."])
def test_given_our_refund_when_looked_for_then_it_is_found_by_its_note(store: Script, note: str) -> None:
    store.brings(order=state(refunds=(refund("", "SUCCESS"), refund(note, "SUCCESS"))))
    store.brings(refund=refund(note, "SUCCESS"))
    found = shop().find_refund(5001, key=KEY)
    assert found == Receipt(reference="9001", cost=usd(20_00))


def test_given_more_refunds_than_one_page_when_looked_for_then_nobody_says_absent(store: Script) -> None:
    store.brings(order=state(refunds=(refund("", "SUCCESS"),) * 30))
    with pytest.raises(Unavailable):
        shop().find_refund(5001, key=KEY)


def test_given_an_order_that_cannot_be_seen_when_looked_for_then_nobody_says_absent(store: Script) -> None:
    store.brings(order=None)
    with pytest.raises(Unavailable):
        shop().find_refund(5001, key=KEY)


def test_given_a_refund_that_cannot_be_seen_when_watched_then_nobody_says_it_failed(store: Script) -> None:
    store.brings(refund=None)
    with pytest.raises(Unavailable):
        shop().watch_refund(5001, reference="9001")


def test_given_no_captured_payment_when_asked_then_nothing_can_be_given_back(store: Script) -> None:
    store.brings(order=state() | {"whole": None, "asked": None, "displayFinancialStatus": "AUTHORIZED"})
    offer = shop().refund_offer(5001)
    assert (offer.most, offer.asked, offer.only_authorised) == (usd(0), usd(0), True)


def test_given_many_lines_when_read_then_every_page_is_and_the_places_go_on(store: Script) -> None:
    nodes = [
        {
            "id": f"gid://shopify/LineItem/{number}",
            "sku": None,
            "title": "Box",
            "refundableQuantity": 3,
            "unfulfilledQuantity": 1,
        }
        for number in (71, 72)
    ]
    store.brings(order={"id": "gid://shopify/Order/5001", "lineItems": page(nodes[0], more="next")})
    store.brings(order={"id": "gid://shopify/Order/5001", "lineItems": page(nodes[1])})
    assert [(each.line_id, each.place, each.sku, each.left, each.sent) for each in shop().sold(5001)] == [
        (71, 1, "", 3, 2),
        (72, 2, "", 3, 2),
    ]
