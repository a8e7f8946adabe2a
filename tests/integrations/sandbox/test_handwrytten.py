from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from integrations.sandbox.handwrytten.accounts import PRACTICE_CARD, PRACTICE_KEY
from integrations.sandbox.handwrytten.routes import blueprint
from integrations.sandbox.town import Town
from tests.integrations.sandbox.counters import app, town

API = "/handwrytten/v2"
LOGIN = {"Authorization": PRACTICE_KEY}


@pytest.fixture
def place() -> Town:
    return town()


@pytest.fixture
def vendor(place: Town) -> FlaskClient:
    return app(blueprint(place)).test_client()


def wanted(**changes: object) -> dict[str, Any]:
    body = {
        "card_id": 101,
        "message": "Thinking of you.\nLéa",
        "font_label": "Casual David",
        "sender_name": "Practice Goods",
        "sender_address1": "1 Shop St",
        "sender_city": "Wilmington",
        "sender_state": "DE",
        "sender_zip": "19801",
        "recipient_name": "Ann Okafor",
        "recipient_address1": "12 Elm Street",
        "recipient_city": "Wilmington",
        "recipient_state": "DE",
        "recipient_zip": "19801",
        "client_metadata": "ref-1",
    }
    return {name: value for name, value in (body | changes).items() if value is not None}


def in_basket(name: str, message: str) -> dict[str, Any]:
    order = wanted()
    row = {f"to_{field}": order[f"recipient_{field}"] for field in ("address1", "city", "state", "zip")}
    row |= {f"from_{field}": order[f"sender_{field}"] for field in ("name", "address1", "city", "state", "zip")}
    return {"card_id": 101, "font": "hwDavid", "message": message, "addresses": [row | {"to_name": name}]}


def post(vendor: FlaskClient, path: str, body: object, **more: Any) -> TestResponse:
    return vendor.post(f"{API}{path}", **{"json": body, "headers": LOGIN} | more)


def order(vendor: FlaskClient, **changes: object) -> TestResponse:
    return post(vendor, "/orders/singleStepOrder", wanted(**changes))


def orders(vendor: FlaskClient) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = vendor.get("/town/handwrytten/orders").get_json()["orders"]
    return found


def listed(vendor: FlaskClient, **asked: object) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = vendor.get(f"{API}/orders/list", query_string=asked, headers=LOGIN).get_json()[
        "orders"
    ]
    return found


@pytest.mark.parametrize("borne", ["", f"Bearer {PRACTICE_KEY}", "another"])
def test_given_no_key_alone_in_the_header_when_asked_then_turned_away(vendor: FlaskClient, borne: str) -> None:
    answer = post(vendor, "/orders/singleStepOrder", wanted(), headers={"Authorization": borne})

    assert (answer.status_code, orders(vendor)) == (401, [])
    assert vendor.get(f"{API}/cards/list").status_code == 200  # whoever likes may look at the cards


def test_given_the_same_key_when_ordered_again_then_there_are_two(vendor: FlaskClient) -> None:
    for _ in range(2):
        post(vendor, "/orders/singleStepOrder", wanted(), headers={**LOGIN, "Idempotency-Key": "ref-1"})

    assert len(orders(vendor)) == 2


@pytest.mark.parametrize(
    "changes",
    [
        {"card_id": "101"},
        {"card_id": 104},
        {"card_id": 4711},
        {"font_label": "Shaky Sam"},
        {"font_label": None},
        {"message": ""},
        {"message": "Hooray 🌷"},
        {"message": "谢谢"},
        {"message": "y" * 501},
        {"message": "\n".join("y" * 16)},
        {"recipient_name": None},
        {"recipient_name": None, "recipient_first_name": "Ann"},
        {"recipient_name": "W" * 61},
        {"recipient_name": "Ann\nOkafor"},
        {"recipient_name": "דנה"},
        {"recipient_address1": None},
        {"recipient_zip": " "},
        {"recipient_state": None},
        {"sender_city": None},
        {"sender_country_id": "1"},
        {"recipient_zipcode": "19801"},
        {"font": "hwDavid"},
        {"webhook_url": 1},
        {"validate_address": "false"},
        {"credit_card_id": 1},
        {"client_metadata": {"ref": "1"}},
        {"client_metadata": "x" * 256},
    ],
)
def test_given_a_faulty_order_when_placed_then_refused_in_their_words_and_nothing_is_written(
    vendor: FlaskClient, changes: dict[str, Any]
) -> None:
    answer = order(vendor, **changes)

    assert (answer.status_code, orders(vendor)) == (400, [])
    assert (answer.get_json()["status"], answer.get_json()["httpCode"]) == ("error", 400)


def test_given_a_good_order_when_placed_then_it_is_written_line_by_line(vendor: FlaskClient) -> None:
    answer = order(vendor, message="Thank you for the picture of Moka, Łukasz.\nLéa")

    (kept,) = orders(vendor)
    assert answer.get_json()["order_id"] == kept["id"]
    assert kept["lines"] == ["Thank you for the picture of Moka,", "Łukasz.", "Léa"]


def test_given_a_no_that_is_to_be_polite_when_ordered_then_it_comes_with_200(vendor: FlaskClient) -> None:
    vendor.post("/town/handwrytten/switch", json={"polite": True})

    answer = order(vendor, card_id=4711)
    assert (answer.status_code, answer.get_json()["httpCode"], orders(vendor)) == (200, 400, [])


def test_given_too_few_credits_when_ordered_then_refused_unless_a_card_is_stored(vendor: FlaskClient) -> None:
    vendor.post("/town/handwrytten/switch", json={"credits": 5_24})

    assert order(vendor).status_code == 402
    assert order(vendor, credit_card_id=PRACTICE_CARD).status_code == 200


@pytest.mark.parametrize(("test_mode", "left"), [(True, 994.75 + 5.25), (False, 994.75)])
def test_given_a_test_mode_when_ordered_then_nothing_is_paid(vendor: FlaskClient, test_mode: bool, left: float) -> None:
    vendor.post("/town/handwrytten/switch", json={"test_mode": test_mode})
    order(vendor)

    user = vendor.get(f"{API}/auth/getUser", headers=LOGIN).get_json()
    assert (user["credits"], user["test_mode"]) == (left, int(test_mode))


def test_given_orders_when_listed_then_late_in_no_order_and_a_page_at_a_time(vendor: FlaskClient, place: Town) -> None:
    numbers = [order(vendor).get_json()["order_id"] for _ in range(60)]
    before = listed(vendor)
    place.clock.advance(5 * 60)
    first, second, third = (listed(vendor, page=page, per_page=100) for page in (1, 2, 3))

    found = [each["id"] for each in first + second]
    assert (before, third, len(first)) == ([], [], 50)
    assert sorted(found) == numbers != found


def test_given_a_list_without_echo_when_listed_then_nobody_sees_what_was_written_on_an_order(
    vendor: FlaskClient, place: Town
) -> None:
    order(vendor)
    place.clock.advance(5 * 60)
    before = listed(vendor)[0]
    vendor.post("/town/handwrytten/switch", json={"echo": False})

    assert before["client_metadata"] == "ref-1"
    assert "client_metadata" not in listed(vendor)[0]


def test_given_two_who_use_the_basket_at_once_when_one_sends_it_then_the_others_card_goes_as_well(
    vendor: FlaskClient,
) -> None:
    post(vendor, "/orders/placeBasket", in_basket("Ann Okafor", "For Ann."))
    post(vendor, "/orders/placeBasket", in_basket("Bo Lind", "For Bo, to be looked at first."))
    mine = post(vendor, "/basket/send", {})
    theirs = post(vendor, "/basket/send", {})

    assert [each["wanted"]["recipient_name"] for each in orders(vendor)] == ["Ann Okafor", "Bo Lind"]
    assert len(mine.get_json()["order_ids"]) == 2
    assert (theirs.status_code, theirs.get_json()["message"]) == (400, "Basket is empty")


def test_given_an_answer_lost_at_the_basket_when_it_is_filled_again_then_two_go_out(vendor: FlaskClient) -> None:
    for _ in range(2):  # whoever lost the first answer cannot know that the card is in
        post(vendor, "/orders/placeBasket", in_basket("Ann Okafor", "For Ann."))
    post(vendor, "/basket/send", {})

    assert len(orders(vendor)) == 2


def test_given_a_call_at_the_basket_when_counted_then_it_shows(vendor: FlaskClient) -> None:
    order(vendor)
    before = vendor.get("/town/handwrytten/orders").get_json()["basket_calls"]
    post(vendor, "/basket/send", {})
    vendor.get(f"{API}/basket/count", headers=LOGIN)

    assert (before, vendor.get("/town/handwrytten/orders").get_json()["basket_calls"]) == (0, 2)


def test_given_what_becomes_of_an_order_when_asked_then_it_is_told_in_their_words(vendor: FlaskClient) -> None:
    number = order(vendor).get_json()["order_id"]

    def said() -> tuple[str, str | None]:
        shown = vendor.get(f"{API}/orders/get/{number}", headers=LOGIN).get_json()
        return shown["status"], shown["tracking_number"]

    seen = [said()]
    for what in ("cancel", "track"):
        vendor.post(f"/town/handwrytten/orders/{number}", json={"do": what})
        seen.append(said())
    assert seen == [("paid", None), ("Cancelled", None), ("Cancelled", "9400100000000000000000")]
    assert vendor.post(f"/town/handwrytten/orders/{number}", json={"do": "eat"}).status_code == 400
    assert vendor.get(f"{API}/orders/get/4711", headers=LOGIN).status_code == 404
