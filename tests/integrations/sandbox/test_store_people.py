"""What people do to customers by hand, and the letters that tell of it, in every envelope that may come."""

import json
from typing import Any

import pytest

from app.domain.events import CustomerGone, CustomersMerged, DataRequested, PersonToForget, ShopChanged, ShopToForget
from integrations.sandbox.books import Doc
from integrations.sandbox.town import PRACTICE_SHOP
from integrations.shopify import topics, webhooks
from tests.integrations.sandbox.store_town import StoreTown, store_town
from tests.integrations.shopify.webhook_shapes import faults

NEIGHBOUR = "neighbour.myshopify.com"


@pytest.fixture
def town() -> StoreTown:
    return store_town()


def test_given_somebody_new_when_they_come_then_they_are_that_shops_and_nobody_is_told(town: StoreTown) -> None:
    town.client.post(f"/town/shops/{NEIGHBOUR}", json={"token": "t"})

    newcomer = town.client.post("/town/customers", json={"shop": NEIGHBOUR}).get_json()

    assert town.client.get(f"/town/customers/{newcomer['id']}").get_json()["shop"] == NEIGHBOUR
    assert town.client.get("/town/letters").get_json() == []
    assert town.client.post("/town/customers", json={"shop": "nobody's"}).status_code == 400


def test_given_two_customers_when_merged_then_the_orders_are_the_kept_ones_and_all_of_it_is_told(
    town: StoreTown,
) -> None:
    gone, kept = town.newcomer(), town.newcomer()
    order = town.place(customer=gone)

    town.client.post(f"/town/customers/{gone['id']}/merge", json={"into": kept["id"]})

    assert town.order(order)["customer_id"] == kept["id"]
    (letter,) = town.letters("customers/merge")
    assert meaning(letter) == CustomersMerged(kept_id=kept["id"], gone_id=gone["id"])
    assert len(town.letters("orders/updated")) == 1
    assert town.client.get(f"/town/customers/{gone['id']}").status_code == 400


def test_given_a_customer_without_orders_when_deleted_then_hardly_more_than_the_id_is_told(town: StoreTown) -> None:
    customer = town.newcomer()

    town.client.post(f"/town/customers/{customer['id']}/delete")

    (letter,) = town.letters("customers/delete")
    assert meaning(letter) == CustomerGone(customer_id=customer["id"])
    assert customer["email"] not in letter["body"]


def test_given_a_customer_with_orders_when_deleted_then_the_store_refuses(town: StoreTown) -> None:
    customer = town.newcomer()
    town.place(customer=customer)

    assert town.client.post(f"/town/customers/{customer['id']}/delete").status_code == 400


def test_given_tags_changed_by_hand_when_told_then_only_the_change_is(town: StoreTown) -> None:
    customer = town.newcomer()

    town.client.post(f"/town/customers/{customer['id']}/tags", json={"add": ["a", "b"]})
    town.client.post(f"/town/customers/{customer['id']}/tags", json={"remove": ["A"], "add": ["b"]})

    told = [json.loads(each["body"])["tags"] for each in town.letters("customer.tags_added", "customer.tags_removed")]
    assert told == [["a", "b"], ["a"]]


@pytest.mark.parametrize(
    ("wish", "event", "named"),
    [
        ({"for": "copy"}, DataRequested, True),
        ({"for": "erasure"}, PersonToForget, True),
        ({"for": "erasure", "email_only": True}, PersonToForget, False),
    ],
)
def test_given_a_customer_who_asks_about_their_data_when_passed_on_then_it_goes_to_the_address_for_that(
    town: StoreTown, wish: dict[str, Any], event: type, named: bool
) -> None:
    customer = town.newcomer()
    order = town.place(customer=customer)

    town.client.post(f"/town/customers/{customer['id']}/ask", json=wish)

    (letter,) = town.letters("customers/data_request", "customers/redact")
    meant: Any = meaning(letter)
    assert letter["path"] == "/webhooks/shopify/compliance"
    assert isinstance(meant, event)
    assert customer["email"] in meant.person.words
    assert (meant.person.ids, meant.person.orders) == (({customer["id"]}, {order["id"]}) if named else (set(), set()))


def test_given_a_shop_that_left_when_it_is_to_be_forgotten_then_that_is_told_as_well(town: StoreTown) -> None:
    town.client.post(f"/town/shops/{PRACTICE_SHOP}/forget")

    (letter,) = town.letters("shop/redact")
    assert meaning(letter) == ShopToForget(domain=PRACTICE_SHOP)


def test_given_a_shop_that_changes_its_name_when_told_then_it_says_so_once(town: StoreTown) -> None:
    town.client.post(f"/town/shops/{PRACTICE_SHOP}", json={"name": "New"})
    town.client.post(f"/town/shops/{PRACTICE_SHOP}", json={"protected": []})

    (letter,) = town.letters("shop/update")
    assert meaning(letter) == ShopChanged(domain=PRACTICE_SHOP)


@pytest.mark.parametrize("envelope", [{"unprefixed": True}, {"lower_case": True}, {"signed_with": "newest"}])
def test_given_another_envelope_when_a_letter_is_sent_then_it_is_signed_and_names_its_shop(
    envelope: dict[str, Any],
) -> None:
    town = store_town(client_secrets=("newer", "older"))
    town.client.post("/town/envelope", json=envelope)

    town.place(announce=True)

    letter = town.letters("orders/paid")[0]
    secret = "newer" if envelope == {"signed_with": "newest"} else "older"
    assert webhooks.signed(letter["body"].encode(), webhooks.signature(letter["headers"]), [secret])
    assert webhooks.shop_domain(letter["headers"]) == PRACTICE_SHOP
    assert webhooks.triggered_at(letter["headers"]) is not None


def test_given_personal_data_that_was_not_approved_when_told_then_it_is_null_and_the_rest_is_there() -> None:
    town = store_town()
    town.client.post(f"/town/shops/{PRACTICE_SHOP}", json={"protected": []})
    customer = town.newcomer()

    order = town.place(customer=customer, announce=True)

    (letter,) = town.letters("orders/create")
    body = json.loads(letter["body"])
    assert (body["email"], body["shipping_address"], body["customer"]["first_name"]) == (None, None, None)
    assert (body["id"], body["customer"]["id"]) == (order["id"], customer["id"])
    assert customer["email"] not in letter["body"]


def test_given_a_forger_when_a_letter_is_sent_then_no_secret_of_ours_opens_it(town: StoreTown) -> None:
    town.client.post("/town/envelope", json={"signed_with": "wrong"})

    town.place(announce=True)

    letter = town.letters("orders/paid")[0]
    assert not webhooks.signed(letter["body"].encode(), webhooks.signature(letter["headers"]), ["practice-secret"])


@pytest.mark.parametrize(
    ("path", "wish"),
    [
        ("/town/customers/1/merge", {"into": 2}),
        ("/town/customers/1/delete", {}),
        ("/town/customers/1/tags", {"add": ["x"]}),
        ("/town/customers/1/ask", {"for": "copy"}),
        ("/town/shops/nowhere.myshopify.com/forget", {}),
        ("/town/envelope", {"signed_with": "chance"}),
        ("/town/envelope", {"colour": "blue"}),
    ],
)
def test_given_a_wish_that_makes_no_sense_when_made_then_the_town_says_so(
    town: StoreTown, path: str, wish: dict[str, Any]
) -> None:
    assert town.client.post(path, json=wish).status_code == 400


def test_given_all_that_people_do_by_hand_when_told_then_every_body_has_its_shape(town: StoreTown) -> None:
    gone, kept, bare = (town.newcomer() for _ in range(3))
    town.place(customer=gone)
    town.client.post(f"/town/customers/{gone['id']}/merge", json={"into": kept["id"]})
    town.client.post(f"/town/customers/{bare['id']}/delete")
    town.client.post(f"/town/customers/{kept['id']}/tags", json={"add": ["a"]})
    town.client.post(f"/town/shops/{PRACTICE_SHOP}", json={"name": "New"})
    for what in ("copy", "erasure"):
        town.client.post(f"/town/customers/{kept['id']}/ask", json={"for": what})
    town.client.post(f"/town/shops/{PRACTICE_SHOP}/forget")

    letters = town.letters(*topics.READERS)

    assert len({letter["subject"] for letter in letters}) >= 8
    assert [fault for each in letters for fault in faults(each["subject"], json.loads(each["body"]))] == []


def meaning(letter: Doc) -> object:
    return topics.parse(letter["subject"], letter["body"].encode())
