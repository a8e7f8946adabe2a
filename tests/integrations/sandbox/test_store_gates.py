"""Who comes in, who does not, and what each is told."""

from typing import Any

import pytest

from integrations.sandbox.town import PRACTICE_SHOP
from tests.integrations.sandbox.store_town import QUERIES, StoreTown, gid, store_town

OTHER = "other-shop.myshopify.com"


@pytest.fixture
def town() -> StoreTown:
    return store_town()


def test_given_a_wrong_token_when_called_then_401_and_errors_is_a_text(town: StoreTown) -> None:
    answer = town.call(QUERIES["shop"], token="shpat_wrong")

    assert answer.status_code == 401
    assert answer.json["errors"].startswith("[API] Invalid API key or access token")


def test_given_no_token_when_called_then_401(town: StoreTown) -> None:
    assert town.call(QUERIES["shop"], token="").status_code == 401


def test_given_another_shops_token_when_called_then_401_and_the_mix_up_is_counted(town: StoreTown) -> None:
    town.client.post(f"/town/shops/{OTHER}", json={"token": "shpat_other"})

    assert town.call(QUERIES["shop"], token="shpat_other").status_code == 401
    assert town.client.get("/town/state").json["calls"] == {"mispaired": 1}
    assert town.call(QUERIES["shop"], token="shpat_other", shop=OTHER).status_code == 200


def test_given_another_shops_order_when_read_then_it_is_as_unknown_as_none(town: StoreTown) -> None:
    order = town.place()
    town.client.post(f"/town/shops/{OTHER}", json={"token": "shpat_other"})
    query = {"id": gid("Order", order)}

    answer = town.call(QUERIES["order_facts"], query, token="shpat_other", shop=OTHER)

    assert answer.json["data"]["order"] is None


def test_given_an_unknown_shop_when_called_then_404(town: StoreTown) -> None:
    assert town.call(QUERIES["shop"], shop="nobody.myshopify.com").status_code == 404


@pytest.mark.parametrize(("state", "status"), [("frozen", 402), ("locked", 423)])
def test_given_a_paused_shop_when_called_then_it_says_so(town: StoreTown, state: str, status: int) -> None:
    town.client.post(f"/town/shops/{PRACTICE_SHOP}", json={"state": state})

    assert town.call(QUERIES["shop"]).status_code == status


@pytest.mark.parametrize(("asked", "served"), [("2026-10", "2026-10"), ("2026-04", "2026-04"), ("2024-01", "2026-01")])
def test_given_a_version_when_called_then_the_header_names_the_one_that_served(
    town: StoreTown, asked: str, served: str
) -> None:
    answer = town.call(QUERIES["shop"], version=asked)

    assert answer.status_code == 200
    assert answer.headers["X-Shopify-API-Version"] == served
    assert len(answer.headers["X-Request-ID"]) == 36


def test_given_no_version_when_called_then_404(town: StoreTown) -> None:
    assert town.call(QUERIES["shop"], version="latest").status_code == 404


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"query":1}', b'{"query":"{shop{id}}","variables":[1]}'])
def test_given_a_body_that_is_no_request_when_called_then_400(town: StoreTown, body: bytes) -> None:
    answer = town.client.post(
        f"/shopify/{PRACTICE_SHOP}/admin/api/2026-10/graphql.json",
        data=body,
        headers={"X-Shopify-Access-Token": "shpat_practice", "Content-Type": "application/json"},
    )

    assert answer.status_code == 400
    assert isinstance(answer.json["errors"], str)


@pytest.mark.parametrize(
    ("query", "variables", "code"),
    [
        ("{ shop { nonsense } }", {}, "undefinedField"),
        ("{ shop {", {}, "PARSE_ERROR"),
        ("query($id: ID!) { customer(id: $id) { id } }", {}, "INVALID_VARIABLE"),
        ("query($id: ID!) { customer(id: $id) { id } }", {"id": "55"}, "INVALID_VARIABLE"),
    ],
)
def test_given_a_faulty_query_when_called_then_200_and_a_coded_error(
    town: StoreTown, query: str, variables: dict[str, Any], code: str
) -> None:
    answer = town.call(query, variables)

    assert answer.status_code == 200
    assert answer.json["errors"][0]["extensions"]["code"] == code
    assert not (answer.json.get("data") or {}).get("shop")


def test_given_a_missing_scope_when_read_then_the_field_is_denied_and_the_rest_is_there(town: StoreTown) -> None:
    order = town.place(customer=town.newcomer())
    town.client.post(f"/town/shops/{PRACTICE_SHOP}", json={"scopes": ["read_orders", "read_products"]})

    answer = town.ask("order_facts", id=gid("Order", order))

    (error,) = answer["errors"]
    assert answer["data"]["order"]["name"] == order["name"]
    assert answer["data"]["order"]["customer"] is None
    assert error["path"] == ["order", "customer"]
    assert error["extensions"] == {
        "code": "ACCESS_DENIED",
        "requiredAccess": "`read_customers` access scope.",
    }


@pytest.mark.parametrize(
    ("document", "variables"),
    [
        ("order_edit_begin", {"id": "gid://shopify/Order/1"}),
        ("refund_create", {"input": {"orderId": "gid://shopify/Order/1"}, "key": "k"}),
        ("tags_add", {"id": "gid://shopify/Order/1", "tags": ["a"]}),
        ("tags_remove", {"id": "gid://shopify/Customer/1", "tags": ["a"]}),
        ("mark_order", {"metafields": [{"ownerId": "gid://shopify/Order/1", "key": "k", "value": "v"}]}),
    ],
)
def test_given_scopes_to_read_only_when_written_then_it_is_denied(
    town: StoreTown, document: str, variables: dict[str, Any]
) -> None:
    scopes = ["read_orders", "read_customers", "read_order_edits", "read_products"]
    town.client.post(f"/town/shops/{PRACTICE_SHOP}", json={"scopes": scopes})

    answer = town.ask(document, **variables)

    assert list(answer["data"].values()) == [None]
    assert answer["errors"][0]["extensions"]["code"] == "ACCESS_DENIED"


def test_given_no_approval_for_names_when_read_then_only_they_are_denied(town: StoreTown) -> None:
    order = town.place(customer=town.newcomer())
    town.client.post(f"/town/shops/{PRACTICE_SHOP}", json={"protected": ["address", "phone"]})

    answer = town.ask("order_delivery", id=gid("Order", order))

    assert {error["path"][-1] for error in answer["errors"]} == {"firstName", "lastName"}
    assert answer["data"]["order"]["shippingAddress"]["lastName"] is None
    assert answer["data"]["order"]["shippingAddress"]["zip"] == order["shipping_address"]["zip"]


def test_given_no_scope_for_parcels_when_read_then_only_they_are_denied(town: StoreTown) -> None:
    order = town.place()
    town.client.post(f"/town/shops/{PRACTICE_SHOP}", json={"scopes": ["read_orders"]})

    answer = town.ask("order_fulfilment", id=gid("Order", order))

    assert answer["errors"][0]["extensions"]["code"] == "ACCESS_DENIED"
    assert answer["errors"][0]["path"] == ["order", "fulfillmentOrders"]
