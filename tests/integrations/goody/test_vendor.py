"""What Goody's adapter makes of answers that the twin would never give."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
import responses

from app.domain.errors import KeyRefused, Malformed, Rejected, Unavailable, Uncertain
from app.domain.gifts import Cancelled, GiftKind, Mode, Moneys, Wish
from app.domain.money import Money
from app.domain.ports import GiftVendor
from app.domain.sendings import Status
from integrations import registry
from integrations.goody import fate, hooks
from integrations.marker import short
from integrations.vendors import VendorLogin
from tests.integrations.contract.gift_vendor_contract import wish

API = "https://api.ongoody.com/v1"
KEY = "send:parcel:42"
PRODUCT = "48680ddb-37b2-48b3-8000-000000000001"
PRICE = {"total_price": {"recipients": 1, "est_group_total_low": 21_00, "est_group_total_high": 23_10}}
ORDER = {"id": "O1", "status": "notified", "expires_at": "2026-12-31T09:00:00Z", "individual_gift_link": "https://g"}


def batch(**changes: Any) -> dict[str, Any]:
    return {
        "id": "B1",
        "send_status": "complete",
        "orders_preview": [ORDER],
        "customer_reference_id": short(KEY),
    } | changes


@pytest.fixture
def there() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as there:
        there.post(f"{API}/order_batches/price", json=PRICE)
        yield there


def vendor(**options: str) -> GiftVendor:
    return registry.gift_vendor("goody", VendorLogin(user="", key="k", options={"card": "c5f0"} | options))


def gift(**changes: Any) -> Wish:
    return wish(**({"what": GiftKind.PARCEL, "sku": PRODUCT, "to": None} | changes))


def pages(there: responses.RequestsMock, *bodies: object) -> None:
    """Let their list be these pages, the last of them again and again."""
    for body in bodies:
        there.get(f"{API}/order_batches", json=body)


def page(*ids: str, total: int | None = None) -> dict[str, Any]:
    items = [{"id": each, "customer_reference_id": f"ref-{each}"} for each in ids]
    return {"data": items} | ({} if total is None else {"list_meta": {"total_count": total}})


def test_given_a_yes_when_placed_then_it_is_one_that_nobody_has_paid_yet(there: responses.RequestsMock) -> None:
    there.post(f"{API}/order_batches", json=batch(), status=201)
    placed = vendor().place(gift(), key=KEY)
    assert (placed.reference, placed.other, placed.status) == ("B1", "O1", Status.LINK_SENT)
    assert (placed.pending, placed.cost) == (True, None)


@pytest.mark.parametrize(
    "body",
    [
        {"error": "No."},
        batch() | {"error": "No."},
        batch(id=None),
        batch(customer_reference_id="another"),
        batch(customer_reference_id=None),
        {},
        [],
    ],
    ids=["no at 200", "yes and no", "no number", "another's", "nobody's", "empty", "a list"],
)
def test_given_a_yes_that_makes_no_sense_when_placed_then_in_doubt(there: responses.RequestsMock, body: object) -> None:
    there.post(f"{API}/order_batches", json=body)
    with pytest.raises(Uncertain):
        vendor().place(gift(), key=KEY)


@pytest.mark.parametrize("body", ["{}", '{"total_price": {"est_group_total_high": null}}', '{"total_price": 23.1}'])
def test_given_no_price_when_placed_then_later_and_nothing_is_ordered(there: responses.RequestsMock, body: str) -> None:
    there.replace(responses.POST, f"{API}/order_batches/price", body=body)
    with pytest.raises(Unavailable):
        vendor().place(gift(), key=KEY)


def test_given_only_a_carts_price_when_quoted_then_it_is_that(there: responses.RequestsMock) -> None:
    there.replace(responses.POST, f"{API}/order_batches/price", json={"cart_price": {"price_est_total_high": 23_10}})
    assert vendor().quote(gift()).total == Money(minor=23_10, currency="USD")


def test_given_a_gift_when_its_price_is_asked_then_nobody_is_named(there: responses.RequestsMock) -> None:
    vendor().quote(gift())
    asked = str(there.calls[0].request.body).lower()
    assert PRODUCT in asked
    assert not any(named in asked for named in ("ada", "lovewell", "example.com"))


def test_given_a_plain_no_to_a_first_try_when_placed_then_refused_without_another_look(
    there: responses.RequestsMock,
) -> None:
    there.post(f"{API}/order_batches", json={"error": "Card not found"}, status=400)
    with pytest.raises(Rejected, match="Card not found"):
        vendor().place(gift(), key=KEY)
    assert [call.request.method for call in there.calls] == ["POST", "POST"]


def test_given_a_no_with_somebodys_address_in_it_when_placed_then_it_is_not_told(there: responses.RequestsMock) -> None:
    there.post(f"{API}/order_batches", json={"error": "ada@example.com is odd"}, status=400)
    with pytest.raises(Rejected) as caught:
        vendor().place(gift(), key=KEY)
    assert str(caught.value) == "Goody said no."


@pytest.mark.parametrize("status", [200, 403, 500])
def test_given_a_second_try_refused_and_a_list_that_cannot_be_read_when_placed_then_in_doubt(
    there: responses.RequestsMock, status: int
) -> None:
    there.post(f"{API}/order_batches", json={"error": "No."}, status=400)
    there.get(f"{API}/order_batches", body="<html>", status=status)
    with pytest.raises(Uncertain):
        vendor().place(gift(again=True), key=KEY)


def test_given_a_list_of_pages_when_looked_for_then_it_is_found_wherever_it_is(there: responses.RequestsMock) -> None:
    last = page("d", total=4)
    last["data"].append(batch())
    pages(there, page("a", "b", total=4), page("b", "c", total=5), last)
    found = vendor().find(key=KEY, customer_id=55)
    assert found is not None
    assert found.reference == "B1"
    asked = [str(call.request.url) for call in there.calls]
    assert [f"page={number}&per_page=100" in url for number, url in enumerate(asked, 1)] == [True] * 3


@pytest.mark.parametrize(
    "bodies",
    [
        [page("a", "b", total=3), page("c", total=3)],
        [page("a", "b"), page("c"), page()],
        [page(total=0)],
        [page()],
    ],
    ids=["counted", "not counted", "none", "none and not counted"],
)
def test_given_a_list_read_to_its_end_when_it_is_not_there_then_it_is_absent(
    there: responses.RequestsMock, bodies: list[object]
) -> None:
    pages(there, *bodies)
    assert vendor().find(key=KEY, customer_id=55) is None


def test_given_a_list_that_moves_while_it_is_read_when_looked_for_then_nobody_says_that_it_is_absent(
    there: responses.RequestsMock,
) -> None:
    pages(there, page("a", "b", total=3), page("b", total=4), page(total=4))
    with pytest.raises(Unavailable, match="changed"):
        vendor().find(key=KEY, customer_id=55)


def test_given_a_list_without_end_when_looked_for_then_nobody_says_that_it_is_absent(
    there: responses.RequestsMock,
) -> None:
    for number in range(60):
        pages(there, page(str(number), total=10_000))
    with pytest.raises(Unavailable, match="longer"):
        vendor().find(key=KEY, customer_id=55)


@pytest.mark.parametrize("body", [{}, {"data": None}, {"data": ["B1"]}, {"data": [], "error": "No."}, []])
def test_given_a_list_that_is_none_when_looked_for_then_nobody_says_that_it_is_absent(
    there: responses.RequestsMock, body: object
) -> None:
    pages(there, body)
    with pytest.raises(Unavailable):
        vendor().find(key=KEY, customer_id=55)


@pytest.mark.parametrize("body", ["<html>Not Found</html>", "{}", '{"message": "no route"}'])
def test_given_a_404_in_anybody_elses_words_when_asked_then_it_is_not_gone(
    there: responses.RequestsMock, body: str
) -> None:
    there.get(f"{API}/order_batches/B1", body=body, status=404)
    with pytest.raises((Unavailable, Rejected)) as caught:
        vendor().status("B1")
    assert "another account" not in str(caught.value)


@pytest.mark.parametrize("status", [401, 403])
def test_given_a_no_to_our_key_when_the_account_is_looked_at_then_the_merchant_must_act(
    there: responses.RequestsMock, status: int
) -> None:
    there.get(f"{API}/payment_methods", json={"error": "Unauthorized"}, status=status)
    with pytest.raises(KeyRefused):
        vendor().check()


def test_given_nothing_to_pay_with_when_the_account_is_looked_at_then_it_says_so(there: responses.RequestsMock) -> None:
    there.get(f"{API}/payment_methods", json={"data": []})
    there.get(f"{API}/cards", json={"data": [{"id": "c5f0"}]})
    there.get(f"{API}/cards", json={"data": []})
    health = vendor().check()
    assert (health.mode, health.balance) == (Mode.LIVE, None)
    assert health.ails == ("There is nothing to pay with at Goody: please add it there.",)


@pytest.mark.parametrize("body", [{"id": "O1", "status": "canceled"}, {"id": "O1", "status": "failed"}])
def test_given_a_stop_that_somebody_else_was_quicker_with_when_refused_then_it_is_stopped(
    there: responses.RequestsMock, body: dict[str, Any]
) -> None:
    there.get(f"{API}/order_batches/B1", json=batch())
    there.get(f"{API}/orders/O1", json=ORDER)
    there.get(f"{API}/orders/O1", json=body)
    there.post(f"{API}/orders/O1/cancel", json={"error": "Order is already canceled"}, status=400)
    assert vendor().cancel("B1") is Cancelled.CANCELLED


@pytest.mark.parametrize(
    ("order", "status", "money"),
    [
        ({"status": "shipped", "shipments": None, "amounts": None}, Status.SHIPPED, Moneys.CHARGED),
        ({"status": "failed", "event_times": None}, Status.FAILED, Moneys.BACK),
        ({"status": "pending_user_approval"}, None, Moneys.SAME),
        ({}, None, Moneys.SAME),
    ],
)
def test_given_an_order_with_holes_when_read_then_what_it_says_is_believed_and_no_more(
    order: dict[str, Any], status: Status | None, money: Moneys
) -> None:
    seen = fate.of_order(order)
    assert (seen.status, seen.money, seen.cost) == (status, money, None)


@pytest.mark.parametrize(
    ("host", "mode", "origin"),
    [
        ("", Mode.LIVE, "https://api.ongoody.com"),
        ("api.sandbox.ongoody.com", Mode.SANDBOX, "https://api.sandbox.ongoody.com"),
        (" Sandbox.api.ongoody.com ", Mode.SANDBOX, "https://sandbox.api.ongoody.com"),
    ],
)
def test_given_a_host_when_it_is_looked_at_then_it_says_whether_anything_is_sent(
    host: str, mode: Mode, origin: str
) -> None:
    row, login = registry.VENDORS["goody"], VendorLogin(user="", key="k", options={"host": host})
    assert (row.mode(login), row.origin(login)) == (mode, origin)


def test_given_a_host_of_somebody_elses_when_opened_then_our_key_does_not_go_there() -> None:
    with pytest.raises(ValueError, match="their hosts"):
        vendor(host="api.ongoody.com.example")
    login = VendorLogin(user="", key="k", options={"host": "api.ongoody.com.example"})
    assert registry.VENDORS["goody"].origin(login) == "https://api.ongoody.com"


@pytest.mark.parametrize("name", ["order_batch_id", "gift_batch_id"])
def test_given_news_of_an_order_when_read_then_it_names_its_batch_under_either_name(name: str) -> None:
    assert hooks.references(json.dumps({"data": {"id": "O1", name: "B1"}}).encode()) == ("O1", "B1")
    with pytest.raises(Malformed):
        hooks.references(json.dumps({"data": {"id": "O1", name: "../B1"}}).encode())
