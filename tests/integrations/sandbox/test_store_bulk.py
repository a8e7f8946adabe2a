"""Bulk operations: from the order to the lines of JSON."""

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest

from integrations.sandbox.store import bulk
from integrations.sandbox.store.order_book import Item
from integrations.sandbox.town import PRACTICE_SHOP
from tests.integrations.sandbox.store_town import BOX, QUERIES, SOCKS, StoreTown, store_town


@pytest.fixture
def town() -> StoreTown:
    """Return a town in which nobody works off bulk operations yet."""
    return store_town()


@pytest.fixture
def busy(town: StoreTown) -> Iterator[StoreTown]:
    town.works.runner.start()
    yield town
    town.works.runner.close()


def order_all(town: StoreTown, query: str = QUERIES["bulk_orders"]) -> dict[str, Any]:
    return town.do("bulk_start", query=query)


def finished(town: StoreTown, payload: dict[str, Any]) -> dict[str, Any]:
    """Wait until the operation is over and return it."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        operation = town.ask("bulk_status", id=payload["bulkOperation"]["id"])["data"]["bulkOperation"]
        if operation["status"] not in ("CREATED", "RUNNING"):
            return dict(operation)
        time.sleep(0.02)
    raise TimeoutError(operation["status"])


def fetched(town: StoreTown, operation: dict[str, Any]) -> list[dict[str, Any]]:
    path = operation["url"].removeprefix("http://localhost")
    return [json.loads(line) for line in town.client.get(path).text.splitlines()]


def test_given_orders_when_exported_then_lines_follow_their_order_and_name_it(busy: StoreTown) -> None:
    first = busy.place(items=[Item(variant=busy.variants[BOX]), Item(variant=busy.variants[SOCKS])])
    second = busy.place(customer=busy.newcomer())

    operation = finished(busy, order_all(busy))
    rows = fetched(busy, operation)

    assert (operation["status"], operation["objectCount"]) == ("COMPLETED", "5")
    assert [row["id"].split("/")[3] for row in rows] == ["Order", "LineItem", "LineItem", "Order", "LineItem"]
    assert rows[1]["__parentId"] == rows[0]["id"] == f"gid://shopify/Order/{first['id']}"
    assert "lineItems" not in rows[0]
    assert rows[0]["customer"] is None
    assert rows[3]["customer"]["id"] == f"gid://shopify/Customer/{second['customer_id']}"
    assert rows[3]["netPaymentSet"]["shopMoney"] == {"amount": "45.0", "currencyCode": "USD"}


def test_given_more_orders_than_a_piece_when_exported_then_each_comes_once(busy: StoreTown) -> None:
    placed = [busy.place()["id"] for _ in range(201)]

    rows = fetched(busy, finished(busy, order_all(busy)))

    assert [row["id"] for row in rows if "__parentId" not in row] == [f"gid://shopify/Order/{key}" for key in placed]


def test_given_no_orders_when_exported_then_there_is_no_url(busy: StoreTown) -> None:
    operation = finished(busy, order_all(busy))

    assert (operation["status"], operation["objectCount"], operation["url"]) == ("COMPLETED", "0", None)


def test_given_an_operation_when_just_taken_on_then_it_is_created_and_has_no_url(town: StoreTown) -> None:
    payload = order_all(town)

    operation = town.ask("bulk_status", id=payload["bulkOperation"]["id"])["data"]["bulkOperation"]

    assert payload["bulkOperation"]["status"] == operation["status"] == "CREATED"
    assert operation["url"] is None


def test_given_five_operations_when_a_sixth_is_asked_for_then_the_limit_is_reached(town: StoreTown) -> None:
    for _ in range(5):
        assert order_all(town)["userErrors"] == []

    assert [each["code"] for each in order_all(town)["userErrors"]] == ["LIMIT_REACHED"]


def test_given_an_operation_when_it_is_over_then_the_app_hears_of_it_without_a_url(busy: StoreTown) -> None:
    busy.place()
    finished(busy, order_all(busy))

    (letter,) = busy.letters("bulk_operations/finish")

    body = json.loads(letter["body"])
    assert (body["status"], body["type"], body["error_code"]) == ("completed", "query", None)
    assert "url" not in body


def test_given_a_missing_scope_when_exported_then_it_fails_and_says_why(busy: StoreTown) -> None:
    busy.place(customer=busy.newcomer())
    busy.client.post(f"/town/shops/{PRACTICE_SHOP}", json={"scopes": ["read_orders"]})

    operation = finished(busy, order_all(busy))

    assert (operation["status"], operation["errorCode"], operation["url"]) == ("FAILED", "ACCESS_DENIED", None)


@pytest.mark.parametrize(
    "query",
    [
        "{ nonsense }",
        "{ orders",
        'mutation { tagsAdd(id: "gid://shopify/Order/1", tags: []) { node { id } } }',
        "{ shop { id } }",
        "query($q: String) { orders(query: $q) { edges { node { id } } } }",
        "{ a: orders { edges { node { id } } } b: orders { edges { node { id } } } }",
    ],
)
def test_given_a_query_that_cannot_be_exported_when_asked_then_it_is_invalid(town: StoreTown, query: str) -> None:
    assert [each["code"] for each in order_all(town, query)["userErrors"]] == ["INVALID"]


def test_given_a_result_when_the_token_is_sent_along_then_it_is_refused(busy: StoreTown) -> None:
    busy.place()
    path = finished(busy, order_all(busy))["url"].removeprefix("http://localhost")

    assert busy.client.get(path, headers={"X-Shopify-Access-Token": "shpat_practice"}).status_code == 400


def test_given_a_result_of_eight_days_when_fetched_then_it_is_gone(busy: StoreTown) -> None:
    busy.place()
    path = finished(busy, order_all(busy))["url"].removeprefix("http://localhost")
    busy.later(days=8)

    assert busy.client.get(path).status_code == 403


def test_given_a_guessed_result_when_fetched_then_there_is_none(busy: StoreTown) -> None:
    busy.place()
    path = finished(busy, order_all(busy))["url"].removeprefix("http://localhost")

    assert busy.client.get(path.replace("-", "-x")).status_code == 403


def test_given_an_operation_half_done_when_the_town_was_killed_then_it_is_begun_anew(town: StoreTown) -> None:
    placed = town.place()
    payload = order_all(town)
    key = payload["bulkOperation"]["id"].rpartition("/")[2]
    town.change(bulk.KIND, key, status="RUNNING", pieces=3, objects=300)
    town.works.runner.start()
    try:
        rows = fetched(town, finished(town, payload))
    finally:
        town.works.runner.close()

    assert [row["id"].split("/")[3] for row in rows] == ["Order", "LineItem"]
    assert rows[0]["id"] == f"gid://shopify/Order/{placed['id']}"
