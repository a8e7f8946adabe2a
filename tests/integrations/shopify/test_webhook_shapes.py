"""The twin's webhooks have the shapes of real ones."""

import json
from typing import Any

import pytest

from integrations.sandbox.store import actions
from integrations.sandbox.store.shops import TOPICS
from tests.integrations.sandbox.store_town import SOCKS, StoreTown, gid, store_town
from tests.integrations.shopify.webhook_shapes import SHAPES, faults


@pytest.fixture
def town() -> StoreTown:
    return store_town()


def told(town: StoreTown) -> dict[str, Any]:
    """Return the last body of each topic."""
    return {letter["subject"]: json.loads(letter["body"]) for letter in town.letters(*SHAPES)}


def live(town: StoreTown) -> None:
    """Let happen what can happen to an order and its customer."""
    customer = town.newcomer()
    order = town.place(customer=customer, announce=True)
    town.do("tags_add", id=gid("Customer", customer), tags=["regular"])
    town.do("tags_remove", id=gid("Customer", customer), tags=["regular"])
    edit = town.do("order_edit_begin", id=gid("Order", order))["calculatedOrder"]["id"]
    town.do("order_edit_add_variant", id=edit, variantId=gid("ProductVariant", town.variants[SOCKS]))
    town.do("order_edit_commit", id=edit, staffNote="a gift")
    another = town.place(customer=customer)
    with town.works.town.books.turn() as turn:
        actions.cancel_order(town.works.town, turn, another["id"])


def test_given_a_life_in_the_town_when_told_then_every_body_has_its_shape(town: StoreTown) -> None:
    live(town)

    bodies = told(town)

    assert set(bodies) >= {"orders/create", "orders/edited", "refunds/create", "customer.tags_added"}
    assert [fault for topic, body in bodies.items() for fault in faults(topic, body)] == []


def test_given_what_the_app_subscribes_to_when_looked_up_then_each_topic_has_a_shape() -> None:
    assert set(TOPICS) <= set(SHAPES)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"id": "1001"}, "orders/paid: id: Input should be a valid integer"),
        ({"total_price": 45.0}, "orders/paid: total_price: Input should be a valid string"),
        ({"created_at": "2026-11-21T10:00:00"}, "orders/paid: created_at: Value error, a moment without its zone"),
        ({"financial_status": "PAID"}, "orders/paid: financial_status: Input should be 'pending'"),
        ({"customer": {"tags": "a"}}, "orders/paid: customer.tags: Extra inputs are not permitted"),
        ({"colour": "red"}, "orders/paid: colour: Extra inputs are not permitted"),
    ],
)
def test_given_a_body_that_no_store_sends_when_looked_at_then_it_is_a_fault(
    town: StoreTown, change: dict[str, Any], fault: str
) -> None:
    town.place(announce=True, customer=town.newcomer())
    body = told(town)["orders/paid"]
    if isinstance(change.get("customer"), dict):
        change = {"customer": body["customer"] | change["customer"]}

    found = faults("orders/paid", body | change)

    assert found
    assert found[0].startswith(fault)


def test_given_a_topic_that_nobody_knows_when_looked_at_then_it_is_a_fault() -> None:
    assert faults("orders/eaten", {}) == ["orders/eaten: no such webhook is known"]
