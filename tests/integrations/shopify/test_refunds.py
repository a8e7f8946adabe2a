"""Giving money back: exact, silent, from the right payments, and never twice."""

import uuid
from typing import Any

import pytest

from app.domain.errors import Rejected, Unavailable, Uncertain
from app.domain.money import Money
from app.domain.ports import Receipt
from integrations.marker import short
from tests.integrations.shopify.scripted import DOMAIN, Script, refund, shop

KEY = "refund:5001:42:2000"
NOTE = f"Goodwill, nothing to send back. [lagniappe {short(KEY)}]"


def both(shop_amount: str, buyers: str, currency: str) -> dict[str, Any]:
    return {
        "shopMoney": {"amount": shop_amount, "currencyCode": "USD"},
        "presentmentMoney": {"amount": buyers, "currencyCode": currency},
    }


def payment(number: int, left: dict[str, Any] | None, **changes: object) -> dict[str, Any]:
    parent = {"id": f"gid://shopify/OrderTransaction/{number}"}
    return {"gateway": "shopify_payments", "maximumRefundableSet": left, "parentTransaction": parent} | changes


def state(
    *payments: dict[str, Any], limit: dict[str, Any] | None = None, refunds: tuple[dict[str, Any], ...] = ()
) -> dict[str, Any]:
    """Return an order of which 45 dollars can be given back, unless told otherwise."""
    limit = limit or both("45.0", "45.0", "USD")
    return {
        "id": "gid://shopify/Order/5001",
        "currencyCode": "USD",
        "presentmentCurrencyCode": limit["presentmentMoney"]["currencyCode"],
        "suggestedRefund": {
            "maximumRefundableSet": limit,
            "suggestedTransactions": list(payments) or [payment(30, limit)],
        },
        "refunds": list(refunds),
    }


def usd(minor: int) -> Money:
    return Money(minor=minor, currency="USD")


def give_back(minor: int = 20_00) -> Receipt:
    return shop().refund(5001, amount=usd(minor), key=KEY)


def made(store: Script, *statuses: str, amount: str = "20.0") -> None:
    store.brings(refundCreate={"refund": refund(NOTE, *statuses, amount=amount), "userErrors": []})


def parts(store: Script) -> list[tuple[str, str]]:
    """Return the payments that the last call gave back to, each with its amount."""
    transactions = store.asked[-1][1]["input"]["transactions"]
    return [(each["parentId"].rpartition("/")[2], each["amount"]) for each in transactions]


def test_given_a_paid_order_when_refunded_then_the_call_says_what_it_must(store: Script) -> None:
    store.brings(order=state())
    made(store, "SUCCESS")
    receipt = give_back()
    assert receipt == Receipt(reference="9001", cost=usd(20_00))
    operation, variables = store.asked[1]
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


def test_given_two_payments_when_one_is_too_small_then_the_refund_is_split(store: Script) -> None:
    small, large = payment(30, both("15.0", "15.0", "USD")), payment(31, both("30.0", "30.0", "USD"))
    store.brings(order=state(small, large))
    made(store, "SUCCESS")
    give_back()
    assert parts(store) == [("30", "15.00"), ("31", "5.00")]


def test_given_payments_that_cannot_be_named_when_refunded_then_the_others_are_used(store: Script) -> None:
    full = both("45.0", "45.0", "USD")
    nameless = [payment(30, None), payment(31, full, parentTransaction=None), payment(32, full, gateway=None)]
    store.brings(order=state(*nameless, payment(33, full)))
    made(store, "SUCCESS")
    give_back()
    assert parts(store) == [("33", "20.00")]


def test_given_no_payment_that_holds_it_when_refunded_then_refused_before_the_call(store: Script) -> None:
    store.brings(order=state(payment(30, both("5.0", "5.0", "USD"))))
    with pytest.raises(Rejected, match="payments"):
        give_back()


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
    store.brings(order=state(limit=limit))
    made(store, "SUCCESS")
    give_back(minor)
    assert parts(store) == [("30", amount)]
    assert store.asked[-1][1]["input"]["currency"] == limit["presentmentMoney"]["currencyCode"]


@pytest.mark.parametrize("minor", [45_01, 0, -1])
def test_given_more_than_there_is_or_nothing_when_refunded_then_refused_before_the_call(
    store: Script, minor: int
) -> None:
    store.brings(order=state())
    with pytest.raises(Rejected, match=r"\$45.00 can still be refunded"):
        give_back(minor)


def test_given_the_provider_takes_its_time_when_refunded_then_the_receipt_says_so(store: Script) -> None:
    store.brings(order=state())
    made(store, "PENDING")
    receipt = give_back()
    assert "not confirmed" in receipt.remark
    assert receipt.cost is None


def test_given_a_refund_that_names_no_payment_when_refunded_then_the_receipt_says_so(store: Script) -> None:
    store.brings(order=state())
    made(store)
    assert "somebody must pay it out" in give_back().remark


@pytest.mark.parametrize("status", ["FAILURE", "ERROR"])
def test_given_the_provider_declined_when_refunded_then_refused(store: Script, status: str) -> None:
    store.brings(order=state())
    made(store, status)
    with pytest.raises(Rejected, match="declined"):
        give_back()


def test_given_the_first_try_landed_after_all_when_repeated_then_no_second_call_is_made(store: Script) -> None:
    store.brings(order=state(limit=both("25.0", "25.0", "USD"), refunds=(refund(NOTE, "SUCCESS"),)))
    assert give_back(45_00).reference == "9001"


def test_given_it_lands_while_we_repeat_when_the_store_refuses_then_the_first_is_found(store: Script) -> None:
    store.brings(order=state())
    store.brings(refundCreate={"refund": None, "userErrors": [{"field": None, "message": "Key already used."}]})
    store.brings(order=state(refunds=(refund(NOTE, "SUCCESS"),)))
    assert give_back().reference == "9001"


def test_given_the_store_refuses_when_refunded_then_refused_in_its_words(store: Script) -> None:
    store.brings(order=state())
    store.brings(refundCreate={"refund": None, "userErrors": [{"field": None, "message": "Refund is locked."}]})
    store.brings(order=state())
    with pytest.raises(Rejected, match="Refund is locked"):
        give_back()


def test_given_the_line_breaks_when_refunded_then_in_doubt(store: Script) -> None:
    store.brings(order=state())
    store.says("<html>Bad Gateway</html>", 502)
    with pytest.raises(Uncertain):
        give_back()


@pytest.mark.parametrize(
    "refunds",
    [
        pytest.param((), id="no refund"),
        pytest.param((refund("Goodwill", "SUCCESS"), refund("", "SUCCESS")), id="refunds of others"),
        pytest.param((refund(f"[lagniappe {short('another key')}]", "SUCCESS"),), id="another refund of ours"),
        pytest.param((refund(NOTE, "FAILURE"),), id="declined"),
    ],
)
def test_given_no_refund_under_this_key_when_looked_for_then_there_is_none(
    store: Script, refunds: tuple[dict[str, Any], ...]
) -> None:
    store.brings(order=state(refunds=refunds))
    assert shop().find_refund(5001, key=KEY) is None


@pytest.mark.parametrize("note", [NOTE, f"{NOTE} Checked by Sam."])
def test_given_our_refund_when_looked_for_then_it_is_found_by_its_note(store: Script, note: str) -> None:
    store.brings(order=state(refunds=(refund("", "SUCCESS"), refund(note, "SUCCESS"))))
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


def test_given_no_captured_payment_when_asked_then_nothing_can_be_given_back(store: Script) -> None:
    store.brings(order=state() | {"suggestedRefund": None})
    assert shop().refundable(5001) == usd(0)
