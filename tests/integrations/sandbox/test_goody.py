import json
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from integrations import standard_webhooks
from integrations.sandbox.goody import hooks
from integrations.sandbox.goody.accounts import PRACTICE_CARD, PRACTICE_KEY, VISA
from integrations.sandbox.goody.catalogue import CHOICE, COOKIES, PRODUCTS
from integrations.sandbox.goody.routes import blueprint
from integrations.sandbox.post_office import KIND as LETTERS
from integrations.sandbox.town import Town
from tests.integrations.sandbox.counters import app, town

API = "/goody/v1"
HEADERS = {"Authorization": f"Bearer {PRACTICE_KEY}"}
ANN = {"first_name": "Ann", "last_name": "Okafor", "email": "ann.okafor@customer.example"}
FAR = "2100-01-01T00:00:00Z"


@pytest.fixture
def place() -> Town:
    return town()


@pytest.fixture
def vendor(place: Town) -> FlaskClient:
    return app(blueprint(place)).test_client()


def wanted(reference: str | None = "ref-1", **changes: Any) -> dict[str, Any]:
    """Build an order of cookies for Ann; change only what the test is about, None to leave it out."""
    body = {
        "from_name": "Léa",
        "message": "Thinking of you.",
        "card_id": PRACTICE_CARD,
        "recipients": [ANN],
        "cart": {"items": [{"product_id": COOKIES.id, "quantity": 1}]},
        "send_method": "email_and_link",
        "expires_at": FAR,
        "customer_reference_id": reference,
    }
    return {name: value for name, value in (body | changes).items() if value is not None}


def order(vendor: FlaskClient, body: dict[str, Any]) -> TestResponse:
    return vendor.post(f"{API}/order_batches", json=body, headers=HEADERS)


def get(vendor: FlaskClient, path: str) -> TestResponse:
    return vendor.get(f"{API}/{path}", headers=HEADERS)


def post(vendor: FlaskClient, path: str, **body: object) -> TestResponse:
    return vendor.post(f"{API}/{path}", json=body, headers=HEADERS)


def switch(vendor: FlaskClient, **values: object) -> None:
    assert vendor.post("/town/goody/switch", json=values).status_code == 200


def do(vendor: FlaskClient, key: str, deed: str) -> TestResponse:
    return vendor.post(f"/town/goody/orders/{key}", json={"do": deed})


def books(vendor: FlaskClient) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = vendor.get("/town/goody/batches").get_json()["batches"]
    return found


@pytest.mark.parametrize("key", ["", PRACTICE_KEY, "Bearer wrong"])
def test_given_no_key_of_the_accounts_when_asked_then_turned_away(vendor: FlaskClient, key: str) -> None:
    answer = vendor.get(f"{API}/me", headers={"Authorization": key})

    assert (answer.status_code, answer.get_json()) == (401, {"error": "Unauthorized"})


def test_given_an_order_when_placed_then_it_is_mailed_and_its_highest_price_is_held(vendor: FlaskClient) -> None:
    switch(vendor, balance=100_00)
    said = order(vendor, wanted())

    assert said.status_code == 201
    (first,) = said.get_json()["orders_preview"]
    assert (first["status"], first["amounts"]["amount_total"]) == ("created", None)
    assert get(vendor, f"orders/{first['id']}").get_json()["status"] == "notified"
    (way, _) = get(vendor, "payment_methods").get_json()["data"]
    assert way["balance"] == 100_00 - 34_65


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"recipients": []}, "Recipients can't be blank"),
        ({"recipients": [{"email": "a@b.example"}]}, "First name"),
        ({"recipients": [{"first_name": "Ann"}]}, "Email is invalid"),
        ({"recipients": [ANN | {"mailing_address": {"city": "X"}}]}, "approved API partners"),
        ({"recipients": [ANN | {"mail": "x"}]}, "unpermitted"),
        ({"send_method": "direct_send"}, "approved API partners"),
        ({"send_method": "pigeon"}, "Send method"),
        ({"card_id": None}, "Card can't be blank"),
        ({"card_id": COOKIES.id}, "Card not found"),
        ({"from_name": " "}, "From name"),
        ({"cart": {"items": []}}, "Cart can't be empty"),
        ({"cart": {"items": [{"product_id": "x", "quantity": 1}]}}, "Product not found: x"),
        ({"cart": {"items": [{"product_id": COOKIES.id, "quantity": 0}]}}, "Quantity"),
        ({"cart": {"items": [{"product_id": CHOICE.id, "quantity": 1}]}}, "Variable price must be provided"),
        ({"cart": {"items": [{"product_id": COOKIES.id, "quantity": 1, "variable_price": 1}]}}, "not for this product"),
        ({"expires_at": None}, "Expires at must be set"),
        ({"expires_at": "2020-01-01T00:00:00Z"}, "in the future"),
        ({"scheduled_send_on": "tomorrow"}, "in the future"),
        ({"payment_method_id": "gone"}, "Payment method not found"),
        ({"swap": "sometimes"}, "Swap"),
        ({"international_shipping_tier": "full"}, "International"),
        ({"workspace_id": PRACTICE_CARD}, "Not yours"),
        ({"gift_wrap": True}, "unpermitted"),
    ],
)
def test_given_a_faulty_order_when_placed_then_it_is_said_why_and_nothing_is_kept(
    vendor: FlaskClient, changes: dict[str, Any], why: str
) -> None:
    body = wanted() | {name: value for name, value in changes.items() if value is not None}
    answer = order(vendor, {name: value for name, value in body.items() if name not in changes or changes[name]})

    assert answer.status_code == 400
    assert why in answer.get_json()["error"]
    assert books(vendor) == []


def test_given_a_known_reference_when_ordered_again_then_refused_in_one_way_or_another(vendor: FlaskClient) -> None:
    order(vendor, wanted())

    assert "already taken" in order(vendor, wanted(message="Others.")).get_json()["error"]
    switch(vendor, other_words=True)
    assert "reference" not in order(vendor, wanted()).get_json()["error"]
    assert [batch["message"] for batch in books(vendor)] == ["Thinking of you."]


def test_given_no_reference_when_ordered_twice_then_there_are_two(vendor: FlaskClient) -> None:
    order(vendor, wanted(None))
    order(vendor, wanted(None))

    assert len(books(vendor)) == 2


def test_given_batches_when_listed_then_by_the_page_in_no_order_and_the_newest_not_at_once(
    vendor: FlaskClient, place: Town
) -> None:
    for number in range(3):
        order(vendor, wanted(f"ref-{number}"))
    switch(vendor, most_per_page=2)

    assert get(vendor, "order_batches?page=1&per_page=100").get_json()["data"] == []
    place.clock.advance(3)
    first, second, third = (get(vendor, f"order_batches?page={number}&per_page=100").get_json() for number in (1, 2, 3))
    assert [len(each["data"]) for each in (first, second, third)] == [2, 1, 0]
    ids = [batch["id"] for each in (first, second) for batch in each["data"]]
    assert (ids, first["list_meta"]) == (sorted(ids), {"total_count": 3})
    assert get(vendor, "order_batches?page=0").status_code == 400


def test_given_more_people_than_are_served_at_once_when_ordered_then_their_orders_are_made_later(
    vendor: FlaskClient,
) -> None:
    said = order(vendor, wanted(recipients=[ANN] * 11)).get_json()
    assert (said["send_status"], said["orders_preview"]) == ("pending", [])

    vendor.post(f"/town/goody/batches/{said['id']}", json={"do": "send"})

    after = get(vendor, f"order_batches/{said['id']}").get_json()
    assert (after["send_status"], after["orders_count"], len(after["orders_preview"])) == ("complete", 11, 10)


def test_given_a_send_of_another_day_when_ordered_then_there_is_no_order_before_it(vendor: FlaskClient) -> None:
    said = order(vendor, wanted(scheduled_send_on="2099-01-01T09:00:00Z")).get_json()

    assert (said["send_status"], said["is_scheduled_send"], said["orders_count"]) == ("pending", True, 0)


def test_given_an_empty_balance_when_ordered_then_refused_unless_another_way_pays(vendor: FlaskClient) -> None:
    switch(vendor, balance=0)

    assert "insufficient" in order(vendor, wanted()).get_json()["error"]
    assert order(vendor, wanted(payment_method_id=VISA, expires_at=None)).status_code == 201


def test_given_a_gift_taken_up_when_paid_then_its_tax_is_known_and_the_rest_is_free(
    vendor: FlaskClient,
) -> None:
    switch(vendor, balance=100_00)
    key = order(vendor, wanted()).get_json()["orders_preview"][0]["id"]
    for deed in ("open", "accept", "pay"):
        do(vendor, key, deed)

    said = get(vendor, f"orders/{key}").get_json()
    assert (said["status"], said["amounts"]["amount_tax"], said["amounts"]["amount_total"]) == ("paid", 2_20, 33_70)
    assert said["event_times"]["accepted_at"] is not None
    assert get(vendor, "payment_methods").get_json()["data"][0]["balance"] == 100_00 - 33_70


def test_given_a_gift_when_stopped_then_only_while_nobody_has_taken_it_up(vendor: FlaskClient) -> None:
    one, other = (order(vendor, wanted(name)).get_json()["orders_preview"][0]["id"] for name in ("a", "b"))
    do(vendor, other, "accept")

    assert [post(vendor, f"orders/{one}/cancel").status_code for _ in range(2)] == [200, 400]
    assert post(vendor, f"orders/{other}/cancel").status_code == 400
    assert post(vendor, "orders/gone/cancel").status_code == 404
    assert get(vendor, f"orders/{one}").get_json()["status"] == "canceled"


def test_given_a_slip_when_a_gift_is_stopped_then_it_can_be_taken_up_all_the_same(vendor: FlaskClient) -> None:
    key = order(vendor, wanted()).get_json()["orders_preview"][0]["id"]
    switch(vendor, ship_cancelled=True)

    assert post(vendor, f"orders/{key}/cancel").get_json()["status"] == "canceled"
    assert get(vendor, f"orders/{key}").get_json()["status"] == "notified"


def test_given_a_cart_when_its_price_is_asked_then_it_is_told_for_one_and_for_all(vendor: FlaskClient) -> None:
    body = {name: wanted()[name] for name in ("cart", "send_method")} | {"recipients": [ANN, ANN]}
    said = post(vendor, "order_batches/price", **body).get_json()
    switch(vendor, examples_names=True)
    other = post(vendor, "order_batches/price", **body).get_json()

    assert said["cart_price_estimate"]["price_est_total_high"] == 34_65
    assert said["total_price_estimate"]["est_group_total_high"] == 2 * 34_65
    assert list(other) == ["cart_price", "total_price"]
    assert post(vendor, "order_batches/price", **body, from_name="Léa").status_code == 400
    assert books(vendor) == []


def test_given_a_strange_word_when_an_order_is_read_then_its_status_is_that(vendor: FlaskClient) -> None:
    key = order(vendor, wanted()).get_json()["orders_preview"][0]["id"]
    switch(vendor, word="misty")

    assert get(vendor, f"orders/{key}").get_json()["status"] == "misty"


def test_given_a_webhook_when_something_becomes_of_a_gift_then_it_is_told_signed_as_svix_does(
    vendor: FlaskClient, place: Town
) -> None:
    url = "https://app.example/vendors/goody/t0ken"
    assert list(post(vendor, "webhooks", url=url, events=["order.created", "order.shipped"]).get_json()) == ["id"]
    (made,) = vendor.get("/town/goody/webhooks").get_json()["webhooks"]
    key = order(vendor, wanted()).get_json()["orders_preview"][0]["id"]
    do(vendor, key, "accept")
    do(vendor, key, "ship")

    with place.books.turn() as turn:
        sent = turn.all(LETTERS)
    assert [letter["subject"] for letter in sent] == ["order.created", "order.shipped"]
    for letter in sent:
        name, moment = letter["headers"][hooks.ID], letter["headers"][hooks.MOMENT]
        signature = letter["headers"][hooks.SIGNATURE]
        assert signature == hooks.sign(made["secret"], name, moment, letter["body"].encode())
        assert (letter["path"], json.loads(letter["body"])["data"]["id"]) == ("/vendors/goody/t0ken", key)
    assert vendor.delete(f"{API}/webhooks/{made['id']}", headers=HEADERS).status_code == 204
    assert vendor.get("/town/goody/webhooks").get_json()["webhooks"] == []


def test_given_the_vector_of_svix_when_signed_then_it_is_the_same() -> None:
    secret, body = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3", b'{"ticket":{"id":"42"},"message":{"id":"7"}}'
    theirs = hooks.sign(secret, "msg_1", "1780000000", body)

    assert theirs == standard_webhooks.sign(b"0123456789abcdef01234567", "msg_1", "1780000000", body)


def test_given_products_when_listed_then_all_of_them_are_there(vendor: FlaskClient) -> None:
    listed = get(vendor, "products?country_code=US&page=1&per_page=100").get_json()["data"]

    assert [each["id"] for each in listed] == [each.id for each in PRODUCTS]
    assert PRACTICE_CARD in {card["id"] for card in get(vendor, "cards").get_json()["data"]}
