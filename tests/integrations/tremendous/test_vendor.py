"""What Tremendous' adapter makes of answers that the twin would never give."""

from collections.abc import Iterator
from typing import Any

import pytest
import responses

from app.domain.errors import KeyRefused, Rejected, Unavailable, Uncertain
from app.domain.gifts import GiftKind, Mode, Moneys, Seen, Wish
from app.domain.money import Money
from app.domain.ports import GiftVendor
from app.domain.sendings import Status
from integrations import registry
from integrations.http import Http
from integrations.marker import short
from integrations.tremendous import fate, tokens
from integrations.vendors import VendorLogin
from tests.integrations.contract.gift_vendor_contract import wish

API = "https://testflight.tremendous.com/api/v2"
KEY = "send:egift:42"
PRODUCT = {"id": "BOOKS", "name": "Books", "skus": [{"min": 1, "max": 500, "currency_code": "USD"}], "images": []}


def order(**changes: Any) -> dict[str, Any]:
    reward = {
        "id": "R1",
        "expires_at": "2027-12-01T09:00:00.000Z",
        "delivery": {"method": "EMAIL", "status": "PENDING"},
    }
    payment = {"subtotal": 25, "total": 25.0, "fees": 0, "discount": 0, "currency_code": "USD"}
    return {
        "id": "O1",
        "external_id": short(KEY),
        "status": "EXECUTED",
        "payment": payment,
        "rewards": [reward],
    } | changes


@pytest.fixture
def there() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as there:
        there.get(f"{API}/products/BOOKS", json={"product": PRODUCT})
        yield there


def vendor(key: str = "TEST_key") -> GiftVendor:
    return registry.gift_vendor("tremendous", VendorLogin(user="", key=key))


def egift(**changes: Any) -> Wish:
    return wish(**({"what": GiftKind.EGIFT, "sku": "BOOKS:25.00:USD", "to": None} | changes))


@pytest.mark.parametrize("status", [200, 201])
def test_given_any_yes_when_placed_then_it_is_one(there: responses.RequestsMock, status: int) -> None:
    there.post(f"{API}/orders", json={"order": order()}, status=status)
    placed = vendor().place(egift(), key=KEY)
    assert (placed.reference, placed.other, placed.pending) == ("O1", "R1", False)
    assert placed.cost == Money(minor=25_00, currency="USD")


@pytest.mark.parametrize(
    "body",
    [
        {"errors": {"message": "No."}},
        {"errors": {"message": "No."}, "order": order()},
        {"order": None},
        {"order": order(id=None)},
        {"order": order(external_id="another")},
        {},
        [],
    ],
    ids=["no at 200", "yes and no", "nothing", "no number", "another's", "empty", "a list"],
)
def test_given_a_yes_that_makes_no_sense_when_placed_then_in_doubt(there: responses.RequestsMock, body: object) -> None:
    there.post(f"{API}/orders", json=body)
    with pytest.raises(Uncertain):
        vendor().place(egift(), key=KEY)


def test_given_a_conflict_that_nobody_explains_when_placed_then_in_doubt(there: responses.RequestsMock) -> None:
    there.post(f"{API}/orders", json={"errors": {"message": "Conflict"}}, status=409)
    with pytest.raises(Uncertain):
        vendor().place(egift(), key=KEY)


@pytest.mark.parametrize(
    ("errors", "words"),
    [
        ({"message": "Invalid", "payload": {"reward.value": "is too much"}}, "reward.value is too much"),
        ({"message": "Not that one."}, "Not that one"),
        ({"message": "ada@example.com is odd"}, "said no."),
        (["No."], "said no."),
        ({}, "said no."),
    ],
)
def test_given_a_no_when_placed_then_its_words_are_told_unless_they_are_somebodys_address(
    there: responses.RequestsMock, errors: object, words: str
) -> None:
    there.post(f"{API}/orders", json={"errors": errors}, status=422)
    with pytest.raises(Rejected, match=words) as caught:
        vendor().place(egift(), key=KEY)
    assert "@" not in str(caught.value)


def test_given_a_no_to_our_key_in_their_own_words_when_placed_then_the_merchant_must_act(
    there: responses.RequestsMock,
) -> None:
    there.post(f"{API}/orders", json={"errors": {"message": "Forbidden"}}, status=403)
    with pytest.raises(KeyRefused):
        vendor().place(egift(), key=KEY)


@pytest.mark.parametrize("body", ["<html>Not Found</html>", "{}", '{"message": "no route"}'])
def test_given_a_404_in_anybody_elses_words_when_looked_for_then_it_is_not_absent(
    there: responses.RequestsMock, body: str
) -> None:
    there.get(f"{API}/orders/{short(KEY)}", body=body, status=404)
    with pytest.raises((Rejected, Unavailable)):
        vendor().find(key=KEY, customer_id=None)


def test_given_anothers_order_under_our_name_when_looked_for_then_it_is_not_ours(
    there: responses.RequestsMock,
) -> None:
    there.get(f"{API}/orders/{short(KEY)}", json={"order": order(external_id="another")})
    with pytest.raises(Unavailable):
        vendor().find(key=KEY, customer_id=None)


@pytest.mark.parametrize(
    ("changes", "seen"),
    [
        ({"status": "OPEN"}, (Status.PLACED, Moneys.SAME, None)),
        ({"status": "PENDING APPROVAL"}, (Status.PLACED, Moneys.SAME, None)),
        ({"status": "PENDING INTERNAL PAYMENT APPROVAL"}, (Status.PLACED, Moneys.SAME, None)),
        ({"status": "PENDING SETTLEMENT"}, (Status.PLACED, Moneys.SAME, None)),
        ({"status": "CANCELED"}, (Status.CANCELLED, Moneys.BACK, None)),
        ({"status": "FAILED"}, (Status.FAILED, Moneys.BACK, None)),
        ({"status": "MISTY"}, (None, Moneys.SAME, None)),
        ({"status": None}, (None, Moneys.SAME, None)),
        ({"rewards": [{"delivery": {"status": "SCHEDULED"}}]}, (Status.SCHEDULED, Moneys.CHARGED, 25_00)),
        ({"rewards": [{"delivery": {"status": "PENDING"}}]}, (Status.PLACED, Moneys.CHARGED, 25_00)),
        ({"rewards": [{"delivery": {"status": "SUCCEEDED"}}]}, (Status.LINK_SENT, Moneys.CHARGED, 25_00)),
        ({"rewards": [{"delivery": {"status": "FAILED"}}]}, (Status.FAILED, Moneys.CHARGED, 25_00)),
        ({"rewards": [{"delivery": {"status": "MISTY"}}]}, (None, Moneys.CHARGED, 25_00)),
        ({"rewards": []}, (None, Moneys.CHARGED, 25_00)),
        ({"payment": None}, (None, Moneys.SAME, None)),
        (
            {"payment": {"total": 25, "currency_code": "USD", "refund": {"total": 25, "currency_code": "USD"}}},
            (Status.CANCELLED, Moneys.BACK, None),
        ),
        (
            {"payment": {"total": 25, "currency_code": "USD", "refund": {"total": 5, "currency_code": "USD"}}},
            (Status.PLACED, Moneys.CHARGED, 20_00),
        ),
        (
            {"payment": {"total": 25, "currency_code": "USD", "refund": {"total": 5, "currency_code": "EUR"}}},
            (None, Moneys.SAME, None),
        ),
    ],
)
def test_given_each_of_their_words_when_an_order_is_read_then_it_is_ours(
    there: responses.RequestsMock, changes: dict[str, Any], seen: tuple[Status | None, Moneys, int | None]
) -> None:
    there.get(f"{API}/orders/O1", json={"order": order(**changes)})
    found = vendor().status("O1")
    assert (found.status, found.money, found.cost.minor if found.cost else None) == seen


def test_given_nothing_but_a_total_when_an_order_is_read_then_a_word_that_is_missing_is_no_word() -> None:
    assert fate.seen({}) == Seen(status=None)


@pytest.mark.parametrize(
    ("text", "currency", "wire"),
    [
        ("24.55", "USD", "24.55"),
        ("0.30", "USD", "0.3"),
        ("25.00", "USD", "25"),
        ("500", "JPY", "500"),
        ("1.234", "KWD", "1.234"),
        ("9999999999.99", "USD", "9999999999.99"),
    ],
)
def test_given_an_amount_when_written_on_the_wire_then_no_coin_is_lost(text: str, currency: str, wire: str) -> None:
    token = tokens.Token(product="BOOKS", value=Money.parse(text, currency))
    assert repr(token.denomination) == wire
    assert tokens.read(token.written) == token


@pytest.mark.parametrize(
    "sku", ["", "BOOKS", "BOOKS:25", "BOOKS:25.00:usd", "BOOKS:-1:USD", "../orders:25:USD", "B:1.5:JPY"]
)
def test_given_what_is_no_product_with_an_amount_when_read_then_refused(sku: str) -> None:
    with pytest.raises(Rejected, match="choose it anew"):
        tokens.read(sku)


def test_given_a_list_that_makes_no_sense_when_the_catalogue_is_asked_then_later(there: responses.RequestsMock) -> None:
    odd = PRODUCT | {"skus": [{"min": "a little", "max": 5, "currency_code": "USD"}]}
    there.get(f"{API}/products", json={"products": [odd]})
    with pytest.raises(Unavailable, match="amount"):
        vendor().catalogue(GiftKind.EGIFT, country="US", at_most=Money(minor=50_00, currency="USD"))


@pytest.mark.parametrize("body", [{}, {"funding_sources": None}, {"funding_sources": ["BALANCE"]}])
def test_given_an_account_that_says_nothing_when_looked_at_then_later(
    there: responses.RequestsMock, body: object
) -> None:
    there.get(f"{API}/funding_sources", json=body)
    with pytest.raises(Unavailable):
        vendor().check()


@pytest.mark.parametrize(
    ("key", "mode", "origin"),
    [
        ("TEST_key", Mode.SANDBOX, "https://testflight.tremendous.com"),
        ("PROD_key", Mode.LIVE, "https://api.tremendous.com"),
        ("key", Mode.UNKNOWN, "https://api.tremendous.com"),
    ],
)
def test_given_a_key_when_it_is_looked_at_then_it_says_where_it_opens(key: str, mode: Mode, origin: str) -> None:
    row, login = registry.VENDORS["tremendous"], VendorLogin(user="", key=key)
    assert (row.mode(login), row.origin(login)) == (mode, origin)


def test_given_a_webhook_whose_key_is_not_told_again_when_wired_then_it_is_made_anew(
    there: responses.RequestsMock,
) -> None:
    told, url = registry.VENDORS["tremendous"].told, "https://lagniappe.example/hook"
    there.get(f"{API}/webhooks", json={"webhooks": [{"id": "W1", "url": url}]})
    there.delete(f"{API}/webhooks/W1", status=204)
    there.post(f"{API}/webhooks", json={"webhook": {"id": "W2", "url": url, "private_key": "s3cret"}})
    assert told is not None
    assert told.wire is not None
    login = VendorLogin(user="", key="TEST_key")
    assert told.wire(Http(), "https://testflight.tremendous.com", login, url) == "s3cret"
