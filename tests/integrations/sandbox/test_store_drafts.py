"""Draft orders: prepared in the store's own time, completed once, and the mail that no switch turns off."""

from typing import Any

import pytest

from integrations.sandbox.books import Doc
from tests.integrations.sandbox.store_town import SOCKS, StoreTown, gid, messages, store_town

FREE = {"valueType": "PERCENTAGE", "value": 100.0}


@pytest.fixture
def town() -> StoreTown:
    return store_town()


def wish(town: StoreTown, **changes: object) -> dict[str, Any]:
    """Return the input of a draft of a pair of socks for nothing; change only what the test is about."""
    variant = gid("ProductVariant", town.variants[SOCKS])
    return {
        "purchasingEntity": {"customerId": gid("Customer", town.newcomer())},
        "lineItems": [{"variantId": variant, "quantity": 1, "appliedDiscount": FREE}],
        "shippingAddress": {"firstName": "Ada", "lastName": "L", "address1": "1 Main", "countryCode": "US"},
        "tags": ["lagniappe-gift", "lagniappe-1"],
        "customAttributes": [{"key": "lagniappe_gift", "value": "lagniappe-1"}],
    } | changes


def draft(town: StoreTown, **changes: object) -> str:
    """Make a draft, let the store prepare it, and return its global id."""
    payload = town.do("gift_draft_create", draft=wish(town, **changes))
    assert messages(payload) == []
    town.later(seconds=3)
    return str(payload["draftOrder"]["id"])


def order_of(town: StoreTown, payload: dict[str, Any]) -> Doc:
    return town.doc("orders", payload["draftOrder"]["order"]["id"].rpartition("/")[2])


def test_given_a_draft_when_completed_then_it_is_a_paid_order_with_its_tags_and_the_shops_own_mail(
    town: StoreTown,
) -> None:
    order = order_of(town, town.do("gift_draft_complete", id=draft(town)))

    assert order["tags"] == ["lagniappe-gift", "lagniappe-1"]
    assert order["custom_attributes"] == [{"key": "lagniappe_gift", "value": "lagniappe-1"}]
    assert (order["source_name"], order["source_identifier"]) == ("shopify_draft_order", None)
    assert [mail["sent"] for mail in order["mails"]] == [True]
    assert all(line["requires_shipping"] for line in order["lines"])
    assert [len(town.letters(topic)) for topic in ("orders/create", "orders/paid")] == [1, 1]
    assert town.doc("variants", town.variants[SOCKS]["id"])["stock"] == town.variants[SOCKS]["stock"] - 1


def test_given_a_draft_when_deleted_then_it_is_gone_and_no_other_time(town: StoreTown) -> None:
    made = draft(town)

    assert town.do("gift_draft_delete", id=made)["deletedId"] == made
    assert messages(town.do("gift_draft_delete", id=made)) == ["Draft order not found."]


def test_given_a_completed_draft_when_deleted_then_that_is_refused(town: StoreTown) -> None:
    made = draft(town)
    town.do("gift_draft_complete", id=made)

    assert "cannot be deleted" in messages(town.do("gift_draft_delete", id=made))[0]


def test_given_a_draft_when_completed_twice_then_the_second_is_refused(town: StoreTown) -> None:
    made = draft(town)
    town.do("gift_draft_complete", id=made)

    assert "already" in messages(town.do("gift_draft_complete", id=made))[0]


def test_given_a_fresh_draft_when_read_then_it_is_not_ready_and_cannot_be_completed(town: StoreTown) -> None:
    fresh = town.do("gift_draft_create", draft=wish(town))["draftOrder"]["id"]

    assert town.ask("gift_draft", id=fresh)["data"]["draftOrder"]["ready"] is False
    assert "still" in messages(town.do("gift_draft_complete", id=fresh))[0]
    town.later(seconds=3)
    assert town.ask("gift_draft", id=fresh)["data"]["draftOrder"]["ready"] is True


def test_given_an_empty_shelf_when_completed_then_refused(town: StoreTown) -> None:
    made = draft(town)
    town.change("variants", town.variants[SOCKS]["id"], stock=0)

    assert "out of stock" in messages(town.do("gift_draft_complete", id=made))[0]


def test_given_half_a_discount_when_read_then_the_draft_says_what_it_would_cost(town: StoreTown) -> None:
    half = {"valueType": "PERCENTAGE", "value": 50.0}
    variant = gid("ProductVariant", town.variants[SOCKS])
    made = draft(town, lineItems=[{"variantId": variant, "quantity": 1, "appliedDiscount": half}])

    total = town.ask("gift_draft", id=made)["data"]["draftOrder"]["totalPriceSet"]["shopMoney"]["amount"]
    assert total == "6.0"


@pytest.mark.parametrize(
    "changes",
    [
        {"lineItems": []},
        {"purchasingEntity": {"customerId": "gid://shopify/Customer/1"}},
        {"lineItems": [{"variantId": "gid://shopify/ProductVariant/1", "quantity": 1}]},
    ],
)
def test_given_something_that_does_not_exist_when_drafted_then_refused(
    town: StoreTown, changes: dict[str, object]
) -> None:
    assert messages(town.do("gift_draft_create", draft=wish(town, **changes))) != []


def test_given_no_right_to_drafts_when_asked_for_them_then_denied(town: StoreTown) -> None:
    made = draft(town)
    town.change("shops", "lagniappe-practice.myshopify.com", scopes=["write_orders", "write_customers"])

    for answer in (town.ask("gift_draft", id=made), town.ask("gift_draft_complete", id=made)):
        assert answer["errors"][0]["extensions"]["code"] == "ACCESS_DENIED"


def test_given_a_fresh_draft_when_searched_by_its_tag_then_the_index_lags(town: StoreTown) -> None:
    draft(town)

    assert found(town) == []
    town.later(seconds=10)
    assert found(town) == ["OPEN"]


def found(town: StoreTown) -> list[str]:
    nodes = town.ask("gift_drafts_by_tag", query="tag:'lagniappe-1'")["data"]["draftOrders"]["nodes"]
    return [each["status"] for each in nodes]
