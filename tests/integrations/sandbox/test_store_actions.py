"""What buyers, the warehouse and the merchant do, and how it is told."""

import base64
import hashlib
import hmac
import json

import pytest

from tests.integrations.sandbox.store_town import SOCKS, StoreTown, store_town


@pytest.fixture
def town() -> StoreTown:
    return store_town()


def test_given_an_order_when_placed_by_the_door_then_its_webhook_can_be_sent_by_hand(town: StoreTown) -> None:
    person = town.newcomer()
    wish = {"customer_id": person["id"], "amount": "45.00", "announce": "lose"}

    answer = town.client.post("/town/orders", json=wish)

    webhook = answer.json["webhook"]
    mac = hmac.digest(b"practice-secret", webhook["body"].encode(), hashlib.sha256)
    assert answer.status_code == 201
    assert (answer.json["name"], answer.json["ordinal"]) == ("#1001", 1)
    assert webhook["url"] == "/webhooks/shopify"
    assert webhook["headers"]["X-Shopify-Topic"] == "orders/paid"
    assert webhook["headers"]["X-Shopify-Hmac-Sha256"] == base64.b64encode(mac).decode()
    assert json.loads(webhook["body"])["id"] == answer.json["order_id"]
    assert {each["state"] for each in town.letters("orders/create", "orders/paid")} == {"lost"}


def test_given_an_order_sent_five_times_when_placed_then_it_is_one_delivery_five_times(town: StoreTown) -> None:
    town.client.post("/town/orders", json={"amount": "10.00", "times": 5})

    letters = town.letters("orders/paid")
    assert len(letters) == 5
    assert len({each["headers"]["X-Shopify-Webhook-Id"] for each in letters}) == 1


def test_given_an_unpaid_order_when_placed_then_nobody_is_told_that_it_was_paid(town: StoreTown) -> None:
    town.client.post("/town/orders", json={"amount": "10.00", "paid": False})

    assert town.letters("orders/paid") == []
    assert len(town.letters("orders/create")) == 1


def test_given_a_guest_when_ordering_then_there_is_no_customer_in_the_payload(town: StoreTown) -> None:
    answer = town.client.post("/town/orders", json={"amount": "10.00"}).json

    body = json.loads(answer["webhook"]["body"])
    assert (answer["ordinal"], body["customer"]) == (None, None)
    assert body["email"].endswith("@customer.example")


def test_given_a_payload_when_read_then_it_has_the_shape_of_the_real_one(town: StoreTown) -> None:
    order = town.place(customer=town.newcomer(), announce=True)

    body = json.loads(town.letters("orders/paid")[0]["body"])

    assert body["admin_graphql_api_id"] == f"gid://shopify/Order/{order['id']}"
    assert body["financial_status"] == "paid"
    assert (body["total_price"], body["currency"], body["tags"]) == ("45.00", "USD", "")
    assert body["line_items"][0]["price"] == "45.00"
    assert body["line_items"][0]["gift_card"] is False
    assert "transactions" not in body
    assert not {"tags", "orders_count", "total_spent"} & set(body["customer"])
    assert order["id"] > 2**31


def test_given_an_order_when_cancelled_then_money_and_goods_are_back(town: StoreTown) -> None:
    order = town.place(customer=town.newcomer())

    after = town.client.post(f"/town/orders/{order['id']}/cancel", json={}).json

    assert (after["refunded"], after["outstanding"], after["financial_status"]) == ("45.00", "0.00", "REFUNDED")
    assert after["fulfillment_orders"][0]["status"] == "CANCELLED"
    assert town.doc("variants", town.variants[0]["id"])["stock"] == town.variants[0]["stock"]
    told = town.letters("orders/cancelled", "refunds/create", "orders/updated")
    assert [each["subject"] for each in told] == ["orders/cancelled", "refunds/create", "orders/updated"]


def test_given_a_cancelled_order_when_anything_is_done_to_it_then_400(town: StoreTown) -> None:
    path = f"/town/orders/{town.place()['id']}"
    town.client.post(f"{path}/cancel", json={})

    assert town.client.post(f"{path}/cancel", json={}).status_code == 400
    assert town.client.post(f"{path}/fulfil", json={}).status_code == 400
    assert town.client.post(f"{path}/edit", json={"variant_id": town.variants[0]["id"]}).status_code == 400


@pytest.mark.parametrize(
    "wish",
    [
        {"amount": "1,00"},
        {"amount": "-1.00"},
        {"customer_id": 7},
        {"announce": "maybe"},
        {"colour": "red"},
        {"shop": "x"},
        {"times": 0},
        {"times": "many"},
    ],
)
def test_given_a_wish_that_makes_no_sense_when_ordering_then_400(town: StoreTown, wish: dict[str, object]) -> None:
    answer = town.client.post("/town/orders", json=wish)

    assert answer.status_code == 400
    assert answer.json["error"]
    assert town.client.get("/town/state").json["orders"] == 0


def test_given_a_stock_when_set_then_the_store_knows(town: StoreTown) -> None:
    key = town.variants[SOCKS]["id"]
    town.client.post(f"/town/variants/{key}/stock", json={"stock": 0})

    variant = town.ask("gift_variant", id=f"gid://shopify/ProductVariant/{key}")["data"]["productVariant"]
    assert (variant["sellableOnlineQuantity"], variant["availableForSale"]) == (0, False)


def test_given_two_weeks_when_they_pass_then_the_next_order_is_two_weeks_younger(town: StoreTown) -> None:
    before = town.place()
    town.client.post("/town/clock", json={"days": 14})

    assert town.place()["created_at"][:10] > before["created_at"][:10]


def test_given_a_topic_nobody_subscribed_to_when_it_happens_then_nobody_is_told(town: StoreTown) -> None:
    town.client.post("/town/shops/lagniappe-practice.myshopify.com", json={"topics": ["orders/create"]})
    town.place(announce=True)

    assert town.letters("orders/paid") == []
    assert len(town.letters("orders/create")) == 1


def test_given_deeds_when_done_then_the_chronicle_tells_of_them(town: StoreTown) -> None:
    order = town.place()
    town.client.post(f"/town/orders/{order['id']}/cancel", json={})

    with town.works.town.books.turn() as turn:
        assert [each["what"] for each in turn.all("chronicle")] == ["order.placed", "order.cancelled"]


@pytest.mark.parametrize("weather", [{"loss": 1.5}, {"loss": "much"}, {"snow": 1}])
def test_given_weather_that_is_none_when_switched_then_400(town: StoreTown, weather: dict[str, object]) -> None:
    assert town.client.post("/town/post", json=weather).status_code == 400


def test_given_the_weather_when_switched_then_what_is_left_out_stays(town: StoreTown) -> None:
    town.client.post("/town/post", json={"loss": 0.1})

    assert town.client.post("/town/post", json={"delay": 0.2}).json == {
        "loss": 0.1,
        "duplicates": 0.0,
        "reorder": 0.0,
        "delay": 0.2,
        "seconds": 2.0,
    }


def test_given_an_address_that_the_store_takes_for_wrong_when_told_of_then_nobody_reads_so(town: StoreTown) -> None:
    order = town.client.post("/town/orders", json={"amount": "10.00", "announce": "lose"}).json["order_id"]

    town.client.post(f"/town/orders/{order}/edit", json={"address": {"validation": "ERROR", "city": "Rome"}})

    (letter,) = town.letters("orders/updated")
    told = json.loads(letter["body"])["shipping_address"]
    assert (told["city"], "validation" in told) == ("Rome", False)
