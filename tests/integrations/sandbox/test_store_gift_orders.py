"""Orders that the app makes at no charge, and stops: what the store refuses, what it does, and what it tells."""

from typing import Any

import pytest

from integrations.sandbox.books import Doc
from tests.integrations.sandbox.store_town import SOCKS, StoreTown, gid, messages, store_town

NOTHING = {"shopMoney": {"amount": "0.00", "currencyCode": "USD"}}
QUIETLY = {"inventoryBehaviour": "DECREMENT_OBEYING_POLICY", "sendReceipt": False}


@pytest.fixture
def town() -> StoreTown:
    return store_town()


@pytest.fixture
def customer(town: StoreTown) -> Doc:
    return town.newcomer()


def wish(town: StoreTown, buyer: Doc, **changes: object) -> dict[str, Any]:
    """Return the input of a pair of socks for nothing; change only what the test is about."""
    line = {"variantId": gid("ProductVariant", town.variants[SOCKS]), "quantity": 1, "priceSet": NOTHING}
    return {
        "customer": {"toAssociate": {"id": gid("Customer", buyer)}},
        "lineItems": [line | {"requiresShipping": True}],
        "shippingLines": [{"title": "Gift", "priceSet": NOTHING}],
        "shippingAddress": {"firstName": "Ada", "lastName": "L", "address1": "1 Main", "countryCode": "US"},
        "financialStatus": "PAID",
        "sourceIdentifier": "lagniappe-1",
        "tags": ["lagniappe-gift"],
        "customAttributes": [{"key": "lagniappe_gift", "value": "lagniappe-1"}],
    } | changes


def create(town: StoreTown, given: dict[str, Any], **options: object) -> dict[str, Any]:
    return town.do("gift_order_create", order=given, options=QUIETLY | options)


def made(town: StoreTown, customer: Doc) -> Doc:
    """Make the order and return it as the books have it."""
    created = create(town, wish(town, customer))
    assert messages(created) == []
    return town.doc("orders", created["order"]["id"].rpartition("/")[2])


def codes(payload: dict[str, Any]) -> list[str | None]:
    return [each["code"] for each in payload["userErrors"]]


def test_given_a_customer_when_an_order_is_made_for_nothing_then_it_is_paid_silent_and_from_stock(
    town: StoreTown, customer: Doc
) -> None:
    order = made(town, customer)

    shown = town.client.get(f"/town/orders/{order['id']}").json
    assert (shown["financial_status"], shown["total"], shown["outstanding"]) == ("PAID", "0.00", "0.00")
    assert [mail["sent"] for mail in order["mails"]] == [False]
    assert town.doc("variants", town.variants[SOCKS]["id"])["stock"] == town.variants[SOCKS]["stock"] - 1
    assert len(town.letters("orders/create")) == 1
    assert town.letters("orders/paid") == []


def test_given_a_receipt_is_asked_for_when_made_then_the_customer_gets_a_mail(town: StoreTown, customer: Doc) -> None:
    created = create(town, wish(town, customer), sendReceipt=True)

    assert town.doc("orders", created["order"]["id"].rpartition("/")[2])["mails"][0]["sent"]


def test_given_shipping_is_left_out_when_made_then_nothing_is_sent(town: StoreTown, customer: Doc) -> None:
    line = {"variantId": gid("ProductVariant", town.variants[SOCKS]), "quantity": 1, "priceSet": NOTHING}

    assert not create(town, wish(town, customer, lineItems=[line]))["order"]["requiresShipping"]


def test_given_the_stock_is_bypassed_when_made_then_it_stays_as_it_is(town: StoreTown, customer: Doc) -> None:
    create(town, wish(town, customer), inventoryBehaviour="BYPASS")

    assert town.doc("variants", town.variants[SOCKS]["id"])["stock"] == town.variants[SOCKS]["stock"]


def test_given_an_empty_shelf_when_made_then_the_claim_fails_and_there_is_no_order(
    town: StoreTown, customer: Doc
) -> None:
    town.change("variants", town.variants[SOCKS]["id"], stock=0)

    payload = create(town, wish(town, customer))

    assert (payload["order"], codes(payload)) == (None, ["INVENTORY_CLAIM_FAILED"])
    assert town.letters("orders/create") == []


@pytest.mark.parametrize("field", ["email", "phone"])
def test_given_the_customer_is_named_twice_when_made_then_redundant(town: StoreTown, customer: Doc, field: str) -> None:
    assert codes(create(town, wish(town, customer, **{field: "x"}))) == ["REDUNDANT_CUSTOMER_FIELDS"]


@pytest.mark.parametrize(
    "changes",
    [
        {"lineItems": []},
        {"customer": {"toAssociate": {"id": "gid://shopify/Customer/1"}}},
        {"lineItems": [{"variantId": "gid://shopify/ProductVariant/1", "quantity": 1, "priceSet": NOTHING}]},
    ],
)
def test_given_something_that_does_not_exist_when_made_then_invalid(
    town: StoreTown, customer: Doc, changes: dict[str, Any]
) -> None:
    assert codes(create(town, wish(town, customer, **changes))) == ["INVALID"]


@pytest.mark.parametrize("changes", [{"financialStatus": "PENDING"}, {"customer": {}}, {"transactions": [{}]}])
def test_given_what_the_town_does_not_make_when_asked_then_it_says_so_plainly(
    town: StoreTown, customer: Doc, changes: dict[str, Any]
) -> None:
    answer = town.ask("gift_order_create", order=wish(town, customer, **changes), options=QUIETLY)

    assert answer["errors"]


def test_given_a_store_for_development_when_a_sixth_order_is_made_in_a_minute_then_it_must_wait(
    town: StoreTown, customer: Doc
) -> None:
    town.change("shops", "lagniappe-practice.myshopify.com", development=True)
    for _ in range(5):
        assert codes(create(town, wish(town, customer))) == []

    assert messages(create(town, wish(town, customer))) == ["Too many attempts. Please try again later."]
    town.later(seconds=61)
    assert codes(create(town, wish(town, customer))) == []


def test_given_no_right_to_orders_when_made_then_denied(town: StoreTown, customer: Doc) -> None:
    town.change("shops", "lagniappe-practice.myshopify.com", scopes=["read_orders", "write_customers"])

    answer = town.ask("gift_order_create", order=wish(town, customer), options=QUIETLY)

    assert answer["errors"][0]["extensions"]["code"] == "ACCESS_DENIED"


def test_given_an_order_made_a_moment_ago_when_searched_then_the_index_lags_and_the_books_do_not(
    town: StoreTown, customer: Doc
) -> None:
    made(town, customer)

    assert by_source(town) == []
    books = town.ask("customer_orders", id=gid("Customer", customer))["data"]["customer"]["orders"]["nodes"]
    assert [each["sourceIdentifier"] for each in books] == ["lagniappe-1"]
    town.later(seconds=11)
    assert by_source(town) == ["lagniappe-1"]


def test_given_an_order_when_cancelled_then_it_is_promised_carried_out_afterwards_and_restocked(
    town: StoreTown, customer: Doc
) -> None:
    order = made(town, customer)

    payload = town.do("gift_order_cancel", id=gid("Order", order), staffNote="stopped")

    assert payload["job"]["done"] is False
    assert payload["orderCancelUserErrors"] == []
    after = town.order(order)
    assert after["cancelled_at"]
    assert [line["current_quantity"] for line in after["lines"]] == [0]
    assert not any(mail["sent"] for mail in after["mails"])
    assert town.doc("variants", town.variants[SOCKS]["id"])["stock"] == town.variants[SOCKS]["stock"]
    assert len(town.letters("orders/cancelled")) == 1


def test_given_an_order_that_is_over_when_cancelled_then_refused_under_a_name_of_its_own(
    town: StoreTown, customer: Doc
) -> None:
    order = made(town, customer)
    town.do("gift_order_cancel", id=gid("Order", order))
    gone = town.place()
    town.client.post(f"/town/orders/{gone['id']}/fulfil")

    for global_id in (gid("Order", order), gid("Order", gone)):
        assert cancel_codes(town, id=global_id) == ["INVALID"]
    assert cancel_codes(town, id="gid://shopify/Order/1") == ["NOT_FOUND"]
    assert cancel_codes(town, id=gid("Order", town.place()), staffNote="x" * 256) == ["INVALID"]


def cancel_codes(town: StoreTown, **variables: object) -> list[str]:
    return [each["code"] for each in town.do("gift_order_cancel", **variables)["orderCancelUserErrors"]]


def by_source(town: StoreTown) -> list[str]:
    found = town.ask("orders_by_source", query="source_identifier:'lagniappe-1'")["data"]["orders"]["nodes"]
    return [each["sourceIdentifier"] for each in found]
