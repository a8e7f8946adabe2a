"""What Handwrytten's adapter makes of answers that the twin would never give."""

from collections.abc import Iterator
from typing import Any

import pytest
import responses

from app.domain.errors import KeyRefused, Rejected, Unavailable, Uncertain
from app.domain.gifts import GiftKind, Mode, Wish
from app.domain.money import Money
from app.domain.ports import GiftVendor
from app.domain.sendings import Status
from integrations import registry
from integrations.handwrytten import fate, names
from integrations.marker import short
from integrations.vendors import VendorLogin
from tests.integrations.contract.gift_vendor_contract import wish

API = "https://api.handwrytten.com/v2"
KEY = "send:card:42"
LOGIN = {"handwriting": "hwDavid", "name": "P", "street": "1 A St", "city": "B", "region": "DE", "postcode": "19801"}
CARD = {"id": 101, "name": "Wildflowers", "price": 3.75}


@pytest.fixture
def there() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as there:
        there.get(f"{API}/cards/view", json={"httpCode": 200, "status": "ok", "card": CARD})
        yield there


def vendor(**options: str) -> GiftVendor:
    return registry.gift_vendor("handwrytten", VendorLogin(user="", key="key", options=LOGIN | options))


def card(**changes: Any) -> Wish:
    return wish(**({"what": GiftKind.CARD, "sku": "101"} | changes))


def pages(there: responses.RequestsMock, *answers: object) -> None:
    for answer in answers:
        there.get(f"{API}/orders/list", json=answer)


def order(**changes: Any) -> dict[str, Any]:
    return {"id": 7, "client_metadata": short(KEY), "card_id": 101} | changes


@pytest.mark.parametrize(
    "body",
    [
        {"httpCode": 200, "status": "ok", "order_id": 7},
        {"status": "ok", "order": {"id": "7", "status": "paid"}},
        {"status": "ok", "response": {"id": 7}},
        {"id": 7},
    ],
)
def test_given_a_yes_of_any_shape_when_placed_then_the_orders_number_is_found(
    there: responses.RequestsMock, body: object
) -> None:
    there.post(f"{API}/orders/singleStepOrder", json=body)
    placed = vendor().place(card(), key=KEY)
    assert (placed.reference, placed.status) == ("7", Status.PLACED)
    assert placed.cost == Money(minor=5_75, currency="USD")


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        {"status": "ok"},
        {"order": {"id": None}},
        {"id": "../7"},
        {"status": "error"},
        {"httpCode": 500, "id": 7},
    ],
)
def test_given_a_yes_that_makes_no_sense_when_placed_then_in_doubt(there: responses.RequestsMock, body: object) -> None:
    there.post(f"{API}/orders/singleStepOrder", json=body)
    with pytest.raises(Uncertain):
        vendor().place(card(), key=KEY)


@pytest.mark.parametrize(
    ("status", "fault"),
    [(401, KeyRefused), (403, KeyRefused), (402, Rejected), (409, Uncertain), (422, Rejected), (500, Uncertain)],
)
def test_given_a_no_of_any_kind_when_placed_then_what_to_do_next_is_clear(
    there: responses.RequestsMock, status: int, fault: type[Exception]
) -> None:
    there.post(f"{API}/orders/singleStepOrder", json={"status": "error", "message": "No."}, status=status)
    with pytest.raises(fault):
        vendor().place(card(), key=KEY)


def test_given_a_no_that_quotes_an_address_when_placed_then_it_is_not_told_on(there: responses.RequestsMock) -> None:
    there.post(f"{API}/orders/singleStepOrder", json={"status": "error", "message": "a@b.example"}, status=400)
    with pytest.raises(Rejected, match=r"^Handwrytten said no\.$"):
        vendor().place(card(), key=KEY)


@pytest.mark.parametrize("shape", ["orders", "results"])
def test_given_a_list_of_any_shape_when_looked_for_then_ours_is_found_on_whatever_page(
    there: responses.RequestsMock, shape: str
) -> None:
    pages(there, {shape: [order(id=1, client_metadata=None)]}, {shape: [order()]}, {shape: []})
    found = vendor().find(key=KEY, customer_id=None)
    assert found is not None
    assert (found.reference, found.copies, found.cost) == ("7", 1, Money(minor=5_75, currency="USD"))


def test_given_a_list_that_moved_while_it_was_read_when_looked_for_then_one_order_is_one(
    there: responses.RequestsMock,
) -> None:
    pages(there, [order()], [order(), order(id=8, client_metadata="another")], [])
    found = vendor().find(key=KEY, customer_id=None)
    assert found is not None
    assert found.copies == 1


@pytest.mark.parametrize(
    "answers",
    [
        [{"orders": [{"id": 7}]}, {"orders": []}],
        [{"orders": [order(id=None)]}, {"orders": []}],
        [{"orders": "none"}],
        [{"status": "error", "httpCode": 404}],
        [{}],
    ],
    ids=["no marks", "no numbers", "no list", "a no", "nothing"],
)
def test_given_a_list_that_cannot_be_relied_on_when_looked_for_then_nobody_says_that_it_is_absent(
    there: responses.RequestsMock, answers: list[object]
) -> None:
    pages(there, *answers)
    with pytest.raises(Unavailable):
        vendor().find(key=KEY, customer_id=None)


@pytest.mark.parametrize("answers", [[[]], [[order(client_metadata=None)], []], [[order(client_metadata="x")], []]])
def test_given_a_list_that_can_be_relied_on_when_ours_is_not_there_then_it_is_absent(
    there: responses.RequestsMock, answers: list[object]
) -> None:
    pages(there, *answers)
    assert vendor().find(key=KEY, customer_id=None) is None


def test_given_an_order_whose_card_is_sold_no_more_when_found_then_its_cost_is_not_guessed() -> None:
    with responses.RequestsMock() as there:
        pages(there, [order()], [])
        there.get(f"{API}/cards/view", json={"status": "error", "message": "Card not found"}, status=400)
        found = vendor().find(key=KEY, customer_id=None)
    assert found is not None
    assert found.cost is None


def test_given_a_card_without_a_price_when_quoted_then_what_no_card_exceeds_is_set_aside() -> None:
    with responses.RequestsMock() as there:
        there.get(f"{API}/cards/view", json={"card": CARD | {"price": None}})
        quote = vendor().quote(card())
    assert (quote.total, quote.firm) == (Money(minor=6_00, currency="USD"), False)


def test_given_another_card_than_was_asked_for_when_quoted_then_refused() -> None:
    with responses.RequestsMock() as there:
        there.get(f"{API}/cards/view", json={"card": CARD | {"id": 102}})
        with pytest.raises(Rejected):
            vendor().quote(card())


@pytest.mark.parametrize(
    ("said", "money"),
    [
        (3.25, 3_25),
        ("3.25", 3_25),
        (3, 3_00),
        ("3.255", None),
        ("dear", None),
        (True, None),
        (None, None),
        ("NaN", None),
    ],
)
def test_given_a_price_of_any_kind_when_read_then_it_is_exact_or_none(
    there: responses.RequestsMock, said: object, money: int | None
) -> None:
    there.get(f"{API}/cards/list", json=[CARD | {"price": said}])
    (offer,) = vendor(postage="0.01").catalogue(GiftKind.CARD, country="", at_most=Money(minor=9_00, currency="USD"))
    assert offer.price.minor == (4_00 if money is None else money) + 1


@pytest.mark.parametrize(("said", "testing"), [(1, True), ("1", True), (True, True), (0, False), (None, None)])
def test_given_a_test_mode_of_any_kind_when_read_then_it_is_understood(said: object, testing: bool | None) -> None:
    assert names.in_test_mode({"test_mode": said}) is testing


@pytest.mark.parametrize("word", ["In Production", "in_production", "IN-PRODUCTION"])
def test_given_a_word_in_any_dress_when_read_then_it_means_the_same(word: str) -> None:
    assert fate.seen({"status": word}).status is Status.IN_PRODUCTION


def test_given_a_tracking_number_when_the_word_is_not_known_then_it_is_on_its_way() -> None:
    seen = fate.seen({"status": "misty", "trackingNumber": "9400"})
    assert (seen.status, seen.tracking) == (Status.SHIPPED, "9400")


@pytest.mark.parametrize("answer", [{"id": 8}, {}, {"status": "error"}])
def test_given_another_order_than_was_asked_for_when_asked_then_nothing_can_be_said_of_it(
    there: responses.RequestsMock, answer: object
) -> None:
    there.get(f"{API}/orders/get/7", json=answer)
    with pytest.raises(Unavailable):
        vendor().status("7")


def test_given_an_account_that_says_nothing_when_looked_at_then_its_mode_is_not_known(
    there: responses.RequestsMock,
) -> None:
    there.get(f"{API}/auth/getUser", json={"user": {"id": 41}})
    there.get(f"{API}/fonts/list", json={"fonts": [{"id": "hwDavid", "label": "Casual David"}]})
    health = vendor().check()
    assert (health.mode, health.balance) == (Mode.UNKNOWN, None)
    assert len(health.ails) == 1


@pytest.mark.parametrize("options", [{"postage": "two"}, {"payment_card": "visa"}])
def test_given_a_term_that_cannot_be_read_when_opened_then_it_is_said(options: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"two|visa"):
        vendor(**options)
