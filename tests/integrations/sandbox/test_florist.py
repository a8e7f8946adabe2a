import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import requests
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from integrations.sandbox.florist.routes import blueprint
from integrations.sandbox.town import Town
from tests.integrations.sandbox.counters import app, served, town

SHOP = "/florist/api/rest/flowershop"
LOGIN = ("practice-florist", "practice-florist-password")
CARD_LOGIN = ("practice-florist-card", "practice-florist-password")


@pytest.fixture
def place() -> Town:
    return town()


@pytest.fixture
def florist(place: Town) -> FlaskClient:
    return app(blueprint(place)).test_client()


@pytest.fixture
def address(place: Town) -> Iterator[str]:
    with served(app(blueprint(place))) as url:
        yield url


def delivery_day(florist: FlaskClient) -> str:
    days: list[str] = get(florist, "checkdeliverydate", zipcode="19801").get_json()["DATES"]
    return days[3]


def product(day: str, recipient: dict[str, str] | None = None, **changes: object) -> dict[str, Any]:
    """Build an Evening Light for a house in Wilmington."""
    addressed = {
        "name": "Ann Okafor",
        "institution": "House",
        "address1": "12 Elm Street",
        "address2": "",
        "city": "Wilmington",
        "state": "DE",
        "zipcode": "19801",
        "country": "US",
        "phone": "302-555-0100",
        **(recipient or {}),
    }
    return {
        "code": "F1-231",
        "price": 64.95,
        "deliverydate": day,
        "cardmessage": "Thinking of you. Léa",
        "specialinstructions": "",
        "recipient": addressed,
        **changes,
    }


def form(products: list[dict[str, Any]], total: str = "79.94", **changes: str) -> dict[str, str]:
    customer = {
        "name": "Practice Goods",
        "address1": "1 Main Street",
        "address2": "",
        "city": "Wilmington",
        "state": "DE",
        "zipcode": "19801",
        "country": "US",
        "phone": "302-555-0199",
        "email": "shop@practice.example",
        "ip": "203.0.113.7",
    }
    written = {"customer": json.dumps(customer), "products": json.dumps(products), "ordertotal": total}
    return written | changes


def get(florist: FlaskClient, call: str, **arguments: str) -> TestResponse:
    return florist.get(f"{SHOP}/{call}", query_string=arguments, auth=LOGIN)


def order(florist: FlaskClient, sent: dict[str, str], auth: tuple[str, str] = LOGIN) -> TestResponse:
    return florist.post(f"{SHOP}/placeorder", data=sent, auth=auth)


def ledger(florist: FlaskClient) -> list[dict[str, Any]]:
    orders: list[dict[str, Any]] = florist.get("/town/florist/orders").get_json()["orders"]
    return orders


def test_given_a_wrong_login_when_asked_then_the_answer_is_a_403_in_html(florist: FlaskClient) -> None:
    answer = florist.get(f"{SHOP}/getproducts?category=sy", auth=("practice-florist", "guess"))

    assert (answer.status_code, answer.mimetype) == (403, "text/html")


def test_given_sympathy_when_products_are_asked_then_keys_are_capitals_and_pages_start_at_one(
    florist: FlaskClient,
) -> None:
    answer = get(florist, "getproducts", category="sy", start="3", count="2").get_json()

    assert answer["TOTAL"] == 4
    assert [each["CODE"] for each in answer["PRODUCTS"]] == ["F1-248", "F1-255"]


def test_given_any_week_when_dates_are_asked_then_no_sunday_is_among_them(florist: FlaskClient, place: Town) -> None:
    days = get(florist, "checkdeliverydate", zipcode="19801").get_json()["DATES"]
    tomorrow = place.clock.now().date() + timedelta(days=1)
    sunday = tomorrow + timedelta(days=(6 - tomorrow.weekday()) % 7)

    assert sunday.isoformat() not in days
    assert get(florist, "checkdeliverydate", zipcode="19801", date=sunday.isoformat()).get_json() == {
        "DATE_AVAILABLE": False
    }


@pytest.mark.parametrize("zipcode", ["", "1980", "SW1A 1AA", "19801-12"])
def test_given_a_place_out_of_reach_when_dates_are_asked_then_it_is_refused(florist: FlaskClient, zipcode: str) -> None:
    answer = get(florist, "checkdeliverydate", zipcode=zipcode)

    assert (answer.status_code, answer.get_json()) == (400, {"errors": {"zipcode": "invalid zip code"}})


@pytest.mark.parametrize(
    ("zipcode", "tax", "total"), [("19801", 0.0, 79.94), ("11779", 3.2, 83.14), ("K1A 0B1", 0.0, 79.94)]
)
def test_given_a_bouquet_when_the_total_is_asked_then_service_and_tax_are_in_it(
    florist: FlaskClient, zipcode: str, tax: float, total: float
) -> None:
    asked = json.dumps([{"code": "F1-231", "price": 64.95, "recipient": {"zipcode": zipcode}}])

    answer = get(florist, "gettotal", products=asked).get_json()

    assert (answer["SUBTOTAL"], answer["FLORISTONESERVICECHARGE"]) == (64.95, 14.99)
    assert (answer["FLORISTONETAX"], answer["ORDERTOTAL"]) == (tax, total)


def test_given_an_invoiced_account_when_an_order_leaves_the_card_out_then_it_is_placed(
    florist: FlaskClient,
) -> None:
    answer = order(florist, form([product(delivery_day(florist))])).get_json()

    assert answer["ORDERTOTAL"] == 79.94
    assert [(each["id"], each["total"], each["paid_by"]) for each in ledger(florist)] == [
        (answer["ORDERNO"], 7994, "invoice")
    ]


def test_given_no_invoicing_agreement_when_the_card_is_left_out_then_it_is_refused_with_200(
    florist: FlaskClient,
) -> None:
    answer = order(florist, form([product(delivery_day(florist))]), CARD_LOGIN)

    assert (answer.status_code, answer.get_json()) == (200, {"errors": ["ccinfo is required"]})
    assert ledger(florist) == []


def test_given_a_card_token_when_it_is_used_twice_then_the_second_order_is_refused(
    florist: FlaskClient,
) -> None:
    sent = form([product(delivery_day(florist))], ccinfo=json.dumps({"authorizenet_token": "tok_1"}))

    assert "ORDERNO" in order(florist, sent, CARD_LOGIN).get_json()
    assert order(florist, sent, CARD_LOGIN).get_json() == {"errors": ["payment token was already used"]}


def test_given_the_same_order_twice_when_placed_then_flowers_come_twice(florist: FlaskClient) -> None:
    sent = form([product(delivery_day(florist))])

    first, second = (order(florist, sent).get_json()["ORDERNO"] for _ in range(2))

    assert first != second


@pytest.mark.parametrize(
    ("changes", "total", "reason"),
    [
        ({}, "79.95", "order total does not match, expected 79.94"),
        ({"price": 60.00}, "79.94", "price of F1-231 does not match the product price"),
        ({"code": "TREES"}, "79.94", "invalid product code"),
        ({"cardmessage": "x" * 201}, "79.94", "card message must be 200 characters or fewer"),
        ({"deliverydate": "2020-01-02"}, "79.94", "delivery date is not available"),
        ({"recipient": {"phone": ""}}, "79.94", "recipient phone is required"),
        ({"recipient": {"country": "GB"}}, "79.94", "we deliver in the US and Canada only"),
    ],
)
def test_given_a_faulty_order_when_placed_then_it_is_refused_and_nothing_is_in_the_ledger(
    florist: FlaskClient, changes: dict[str, Any], total: str, reason: str
) -> None:
    answer = order(florist, form([product(delivery_day(florist), **changes)], total))

    assert answer.get_json() == {"errors": [reason]}
    assert ledger(florist) == []


def test_given_a_charge_that_rose_since_the_quote_when_the_order_is_placed_then_it_is_refused(
    florist: FlaskClient,
) -> None:
    florist.post("/town/florist/surcharge", json={"amount": "0.01"})

    answer = order(florist, form([product(delivery_day(florist))]))

    assert answer.get_json() == {"errors": ["order total does not match, expected 79.95"]}


def test_given_fields_that_are_not_json_when_placed_then_the_answer_is_400_with_an_object(
    florist: FlaskClient,
) -> None:
    answer = order(florist, form([]) | {"products": "F1-231"})

    assert (answer.status_code, answer.get_json()) == (400, {"errors": {"products": "must be valid JSON"}})


def test_given_anothers_order_when_its_number_is_asked_then_it_is_unknown(florist: FlaskClient) -> None:
    number = order(florist, form([product(delivery_day(florist))])).get_json()["ORDERNO"]

    mine = get(florist, "getorderinfo", orderno=str(number)).get_json()
    theirs = florist.get(f"{SHOP}/getorderinfo?orderno={number}", auth=CARD_LOGIN).get_json()

    assert (mine["TOTAL"], mine["ITEMS"][0]["CARDMSG"]) == (79.94, "Thinking of you. Léa")
    assert theirs == {"errors": ["invalid order number"]}


def test_given_a_drop_after_the_deed_when_an_order_is_placed_then_no_answer_comes_but_the_flowers_do(
    address: str,
) -> None:
    day = requests.get(f"{address}{SHOP}/checkdeliverydate?zipcode=19801", auth=LOGIN, timeout=30).json()["DATES"][0]
    fault = {"next": [{"call": "POST placeorder", "kind": "commit_then_drop"}]}
    requests.post(f"{address}/town/florist/faults", json=fault, timeout=30).raise_for_status()

    with pytest.raises(requests.ConnectionError):
        requests.post(f"{address}{SHOP}/placeorder", data=form([product(day)]), auth=LOGIN, timeout=30)

    assert len(requests.get(f"{address}/town/florist/orders", timeout=30).json()["orders"]) == 1


def test_given_a_drop_before_the_deed_when_an_order_is_placed_then_no_flowers_come(address: str) -> None:
    requests.post(
        f"{address}/town/florist/faults", json={"next": [{"kind": "drop_before"}]}, timeout=30
    ).raise_for_status()

    with pytest.raises(requests.ConnectionError):
        requests.post(f"{address}{SHOP}/placeorder", data=form([]), auth=LOGIN, timeout=30)

    assert requests.get(f"{address}/town/florist/orders", timeout=30).json()["orders"] == []


def test_given_a_cut_answer_when_products_are_asked_then_the_caller_sees_it_break(address: str) -> None:
    requests.post(f"{address}/town/florist/faults", json={"next": [{"kind": "truncated"}]}, timeout=30)

    with pytest.raises(requests.RequestException):
        requests.get(f"{address}{SHOP}/getproducts?category=sy", auth=LOGIN, timeout=30)


@pytest.mark.parametrize(
    ("kind", "status", "kept"),
    [
        ("429", 429, 0),
        ("500_before", 500, 0),
        ("500_after", 500, 1),
        ("html_502", 502, 0),
        ("html_200", 200, 0),
    ],
)
def test_given_a_mishap_when_an_order_is_placed_then_its_name_says_whether_it_was_kept(
    florist: FlaskClient, kind: str, status: int, kept: int
) -> None:
    sent = form([product(delivery_day(florist))])
    florist.post("/town/florist/faults", json={"next": [{"call": "placeorder", "kind": kind}]})

    answer = order(florist, sent)

    assert (answer.status_code, answer.is_json) == (status, False)
    assert len(ledger(florist)) == kept


def test_given_an_unknown_mishap_when_it_is_asked_for_then_it_is_refused(florist: FlaskClient) -> None:
    assert florist.post("/town/florist/faults", json={"next": [{"kind": "earthquake"}]}).status_code == 400


def test_given_a_rate_when_everything_goes_wrong_then_every_call_does_until_it_is_switched_off(
    florist: FlaskClient,
) -> None:
    florist.post("/town/florist/faults", json={"rate": 1.0, "kinds": ["500_before"]})
    during = [get(florist, "getproducts", category="sy").status_code for _ in range(3)]
    florist.post("/town/florist/faults", json={"rate": 0.0})

    assert during == [500, 500, 500]
    assert get(florist, "getproducts", category="sy").status_code == 200
