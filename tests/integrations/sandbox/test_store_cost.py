"""The price of a call, and the bucket it is paid from."""

import pytest

from integrations.sandbox.store.bucket import Bucket, Size
from tests.integrations.sandbox.store_town import QUERIES, StoreTown, gid, store_town


def bucket() -> Bucket:
    return Bucket(Size(maximum=100, restore_rate=10), now=1000.0)


def test_given_a_full_bucket_when_taken_from_then_it_refills_evenly_up_to_the_brim() -> None:
    points = bucket()

    assert points.take(80, 1000.0)
    assert points.available(1000.0) == 20
    assert points.available(1003.0) == 50
    assert points.available(9999.0) == 100


def test_given_too_few_points_when_taken_then_none_are() -> None:
    points = bucket()
    points.take(80, 1000.0)

    assert not points.take(21, 1000.0)
    assert points.available(1000.0) == 20
    assert points.take(21, 1000.1)


def test_given_points_not_used_when_given_back_then_the_bucket_does_not_run_over() -> None:
    points = bucket()
    points.take(50, 1000.0)

    points.give_back(40, 1000.0)
    assert points.available(1000.0) == 90
    points.give_back(40, 1000.0)
    assert points.available(1000.0) == 100


def test_given_a_clock_that_steps_back_when_asked_then_no_points_appear_or_vanish() -> None:
    points = bucket()
    points.take(50, 1000.0)

    assert points.available(900.0) == 50
    assert points.available(1001.0) == 60


def test_given_a_page_when_priced_then_asked_by_its_size_and_charged_by_what_was_found() -> None:
    town = store_town()
    town.place()
    town.place()

    cost = town.ask("orders_updated_since", query="")["extensions"]["cost"]

    assert (cost["requestedQueryCost"], cost["actualQueryCost"]) == (300, 6)


def test_given_an_order_when_priced_then_each_object_costs_a_point() -> None:
    town = store_town()
    order = town.place()
    query = "query($id: ID!) { order(id: $id) { id name lineItems(first: 10) { nodes { id variant { id } } } } }"

    cost = town.call(query, {"id": gid("Order", order)}).json["extensions"]["cost"]

    assert (cost["requestedQueryCost"], cost["actualQueryCost"]) == (1 + 10 * 2, 1 + 2)


def test_given_fragments_when_priced_then_they_cost_what_they_hold() -> None:
    town = store_town()
    order = town.place()
    query = """query($id: ID!) { order(id: $id) { ...Lines ... on Order { risk { recommendation } } } }
      fragment Lines on Order { lineItems(first: 10) { nodes { id } } }"""

    cost = town.call(query, {"id": gid("Order", order)}).json["extensions"]["cost"]

    assert (cost["requestedQueryCost"], cost["actualQueryCost"]) == (1 + 10 + 1, 1 + 1 + 1)


def test_given_a_query_dearer_than_the_ceiling_when_asked_then_it_does_not_run() -> None:
    town = store_town()
    query = "{ orders(first: 250) { nodes { id lineItems(first: 4) { nodes { id } } } } }"

    answer = town.call(query).json

    assert answer["errors"][0]["extensions"] == {"code": "MAX_COST_EXCEEDED", "cost": 1250, "maxCost": 1000}
    assert "data" not in answer


@pytest.fixture
def poor() -> StoreTown:
    return store_town(bucket_size=300, restore_rate=1)


def test_given_an_empty_bucket_when_called_then_throttled_and_nothing_is_done(poor: StoreTown) -> None:
    order = poor.place()
    poor.works.endpoint.bucket(order["shop"]).take(295, 0)

    answer = poor.ask("tags_add", id=gid("Order", order), tags=["a"])

    assert answer["errors"][0]["extensions"]["code"] == "THROTTLED"
    assert "data" not in answer
    status = answer["extensions"]["cost"]["throttleStatus"]
    assert (answer["extensions"]["cost"]["requestedQueryCost"], status["currentlyAvailable"]) == (10, 5)
    assert answer["extensions"]["cost"]["actualQueryCost"] is None
    assert (status["maximumAvailable"], status["restoreRate"]) == (300.0, 1.0)
    assert poor.order(order)["tags"] == []


def test_given_a_poor_shop_when_another_calls_then_it_pays_from_its_own_bucket(poor: StoreTown) -> None:
    poor.works.endpoint.bucket("lagniappe-practice.myshopify.com").take(300, 0)
    poor.client.post("/town/shops/other.myshopify.com", json={"token": "shpat_other"})

    answer = poor.call(QUERIES["shop"], shop="other.myshopify.com", token="shpat_other").json

    assert "errors" not in answer
