"""A gift in a parcel of its own: what is asked of the store to the letter, how it is found, and how it is stopped."""

from typing import Any

import pytest

from app.domain.deliveries import Validity
from app.domain.errors import Busy, Rejected, Uncertain
from app.domain.ports import GiftParcel, Receipt
from integrations.shopify.gift_order import mark
from tests.builders import address
from tests.integrations.shopify.scripted import Script, shop, usd

KEY = "gift-order:5001:nth_order_gift"
OURS = mark(KEY)
PARCEL = GiftParcel(
    customer_id=55, variant_id=7, to=address(name="Ada Byron Lovelace", phone="+15550001"), currency="USD"
)


def made(**changes: object) -> dict[str, Any]:
    """Return the order as the store tells of it."""
    return {
        "id": "gid://shopify/Order/6001",
        "name": "#1055",
        "cancelledAt": None,
        "requiresShipping": True,
        "displayFulfillmentStatus": "UNFULFILLED",
        "sourceIdentifier": OURS,
        "customAttributes": [],
        "totalPriceSet": usd("0.0"),
    } | changes


def creates(store: Script, *errors: dict[str, Any], **changes: object) -> None:
    store.brings(orderCreate={"order": None if errors else made(**changes), "userErrors": list(errors)})


def has(store: Script, *nodes: dict[str, Any]) -> None:
    store.brings(customer={"id": "gid://shopify/Customer/55", "orders": {"nodes": list(nodes)}})


def finds(store: Script, *nodes: dict[str, Any]) -> None:
    store.brings(orders={"nodes": list(nodes)})


def test_given_a_parcel_when_sent_then_the_store_is_told_to_the_letter(store: Script) -> None:
    creates(store)

    assert shop().send_gift_order(PARCEL, key=KEY) == Receipt(reference="6001", remark="Order #1055.")

    ((operation, asked),) = store.asked
    nothing = {"shopMoney": {"amount": "0.00", "currencyCode": "USD"}}
    assert operation == "GiftOrderCreate"
    assert asked["options"] == {
        "inventoryBehaviour": "DECREMENT_OBEYING_POLICY",
        "sendReceipt": False,
        "sendFulfillmentReceipt": False,
    }
    order = asked["order"]
    assert order["customer"] == {"toAssociate": {"id": "gid://shopify/Customer/55"}}
    assert not {"email", "phone", "customerId", "transactions"} & set(order)
    assert order["lineItems"] == [
        {
            "variantId": "gid://shopify/ProductVariant/7",
            "quantity": 1,
            "priceSet": nothing,
            "requiresShipping": True,
            "taxable": False,
        }
    ]
    assert order["shippingLines"] == [{"title": "Gift", "priceSet": nothing}]
    assert (order["financialStatus"], order["tags"], order["sourceIdentifier"]) == ("PAID", ["lagniappe-gift"], OURS)
    assert order["customAttributes"] == [{"key": "lagniappe_gift", "value": OURS}]
    assert order["shippingAddress"] == {
        "firstName": "Ada Byron",
        "lastName": "Lovelace",
        "address1": "1 Main Street",
        "city": "Springfield",
        "provinceCode": "IL",
        "zip": "62701",
        "countryCode": "US",
        "phone": "+15550001",
    }


@pytest.mark.parametrize(
    ("changes", "said"),
    [({"requiresShipping": False}, "not mean to ship"), ({"totalPriceSet": usd("3.10")}, "put a price on it")],
)
def test_given_an_order_that_is_not_as_wanted_when_made_then_a_person_is_told(
    store: Script, changes: dict[str, object], said: str
) -> None:
    creates(store, **changes)
    assert said in shop().send_gift_order(PARCEL, key=KEY).remark


def test_given_no_stock_when_sent_then_refused_in_the_stores_words(store: Script) -> None:
    creates(store, {"code": "INVENTORY_CLAIM_FAILED", "field": None, "message": "Unable to claim inventory."})
    with pytest.raises(Rejected, match="Unable to claim"):
        shop().send_gift_order(PARCEL, key=KEY)


def test_given_too_many_orders_in_a_minute_when_sent_then_a_minute_later(store: Script) -> None:
    creates(store, {"code": None, "field": None, "message": "Too many attempts. Please try again later."})
    with pytest.raises(Busy) as caught:
        shop().send_gift_order(PARCEL, key=KEY)
    assert caught.value.retry_after == 60


def test_given_a_line_that_breaks_when_sent_then_in_doubt(store: Script) -> None:
    store.says("<html>Bad Gateway</html>", 502)
    with pytest.raises(Uncertain):
        shop().send_gift_order(PARCEL, key=KEY)


@pytest.mark.parametrize(
    "found",
    [
        made(),
        made(cancelledAt="2026-11-21T10:00:00Z"),
        made(sourceIdentifier=None, customAttributes=[{"key": "lagniappe_gift", "value": OURS}]),
    ],
    ids=["by its source", "though cancelled", "by its attribute"],
)
def test_given_our_mark_among_the_customers_orders_when_looked_for_then_found(
    store: Script, found: dict[str, Any]
) -> None:
    has(store, made(id="gid://shopify/Order/1", sourceIdentifier="web-1"), found)
    assert (shop().find_gift_order(55, key=KEY) or Receipt(reference="")).reference == "6001"


def test_given_a_customer_who_is_gone_when_looked_for_then_the_search_is_asked_to_the_letter(store: Script) -> None:
    store.brings(customer=None)
    finds(store, made(sourceIdentifier=f"{OURS}0"), made())
    assert shop().find_gift_order(55, key=KEY) is not None
    assert store.asked[1] == ("OrdersBySource", {"query": f"source_identifier:'{OURS}'"})


def test_given_no_mark_anywhere_when_looked_for_then_there_is_none(store: Script) -> None:
    has(store, made(sourceIdentifier=None))
    finds(store, made(sourceIdentifier="lagniappe-other"))
    assert shop().find_gift_order(55, key=KEY) is None


def test_given_a_cancelling_that_takes_its_time_when_stopped_then_in_doubt_until_a_fresh_look(store: Script) -> None:
    has(store, made())
    store.brings(orderCancel={"job": {"id": "gid://shopify/Job/1", "done": False}, "orderCancelUserErrors": []})
    with pytest.raises(Uncertain):
        shop().cancel_gift_order(55, key=KEY)
    has(store, made(cancelledAt="2026-11-21T10:00:00Z"))
    assert "cancelled" in shop().cancel_gift_order(55, key=KEY).remark


def test_given_the_store_refuses_to_cancel_when_stopped_then_its_own_kind_of_error_is_read(store: Script) -> None:
    has(store, made())
    refusal = {"code": "INVALID", "field": ["orderId"], "message": "Cannot cancel."}
    store.brings(orderCancel={"job": None, "orderCancelUserErrors": [refusal]})
    with pytest.raises(Rejected, match="Cannot cancel"):
        shop().cancel_gift_order(55, key=KEY)


@pytest.mark.parametrize("status", ["FULFILLED", "PARTIALLY_FULFILLED"])
def test_given_a_parcel_that_has_left_when_stopped_then_too_late(store: Script, status: str) -> None:
    has(store, made(displayFulfillmentStatus=status))
    with pytest.raises(Rejected, match="has left"):
        shop().cancel_gift_order(55, key=KEY)


def delivery(customer: int | None = 55, street: str = "1 Main Street") -> dict[str, Any]:
    """Return an order's address and customer as the store tells of them."""
    place = dict.fromkeys(("company", "address2", "provinceCode", "phone", "validationResultSummary")) | {
        "firstName": "Ada",
        "lastName": "Lovelace",
        "address1": street,
        "city": "Springfield",
        "zip": "62701",
        "countryCodeV2": "US",
    }
    owner: dict[str, Any] = {
        "id": f"gid://shopify/Customer/{customer}",
        "firstName": "Ada",
        "lastName": "Lovelace",
        "defaultPhoneNumber": None,
        "defaultAddress": None,
        "orders": {"nodes": []},
    }
    sent: dict[str, Any] = {"createdAt": "2026-11-01T10:00:00Z", "cancelledAt": None, "fulfillments": []}
    return sent | {"id": "gid://shopify/Order/5001", "shippingAddress": place, "customer": customer and owner}


@pytest.mark.parametrize(("customer", "known"), [(55, True), (56, False), (None, False)])
def test_given_an_order_when_asked_where_a_gift_goes_then_only_if_it_is_still_the_customers(
    store: Script, customer: int | None, known: bool
) -> None:
    store.brings(order=delivery(customer))
    found = shop().delivery(customer_id=55, order_id=5001)
    assert (found is not None) is known


def test_given_an_erased_address_when_asked_where_a_gift_goes_then_its_holes_are_seen(store: Script) -> None:
    erased = delivery()
    erased["shippingAddress"] = dict.fromkeys(erased["shippingAddress"])
    store.brings(order=erased)
    found = shop().delivery(customer_id=55, order_id=5001)
    assert found is not None
    assert (found.address.name, found.address.street, found.address.country) == ("", "", "")


@pytest.mark.parametrize(
    ("told", "delivered", "back"),
    [
        ([], None, False),
        ([("2026-11-04T09:00:00Z", "DELIVERED")], 4, False),
        ([("2026-11-04T09:00:00Z", "DELIVERED"), ("2026-11-06T09:00:00Z", "DELIVERED")], 6, False),
        ([(None, "IN_TRANSIT")], None, False),
        ([(None, "NOT_DELIVERED")], None, True),
        ([(None, "FAILURE"), ("2026-11-06T09:00:00Z", "DELIVERED")], 6, False),
        ([(None, None)], None, False),
    ],
)
def test_given_what_carriers_told_when_asked_where_a_gift_goes_then_we_know_if_parcels_arrive_there(
    store: Script, told: list[tuple[str | None, str | None]], delivered: int | None, *, back: bool
) -> None:
    fulfillments = [{"deliveredAt": at, "displayStatus": status} for at, status in told]
    store.brings(order=delivery() | {"fulfillments": fulfillments})
    found = shop().delivery(order_id=5001)
    assert found is not None
    assert (found.delivered_at and found.delivered_at.day, found.came_back) == (delivered, back)


@pytest.mark.parametrize(
    ("told", "known"),
    [
        ("NO_ISSUES", Validity.GOOD),
        ("WARNING", Validity.ODD),
        ("ERROR", Validity.BAD),
        (None, Validity.UNKNOWN),
        ("A_WORD_OF_TOMORROW", Validity.UNKNOWN),
    ],
)
def test_given_what_the_store_thinks_of_an_address_when_read_then_a_word_of_tomorrow_means_nothing(
    store: Script, told: str | None, known: Validity
) -> None:
    said = delivery()
    said["shippingAddress"]["validationResultSummary"] = told
    store.brings(order=said)
    found = shop().delivery(order_id=5001)
    assert found is not None
    assert found.validity is known


def test_given_a_cancelled_order_when_doors_are_looked_for_then_it_is_no_sign_of_one(store: Script) -> None:
    said = delivery()
    elsewhere = delivery(street="9 Far Road") | {"cancelledAt": "2026-11-02T10:00:00Z"}
    said["customer"]["orders"]["nodes"] = [elsewhere | {"createdAt": "2026-11-02T10:00:00Z"}]
    store.brings(order=said)
    found = shop().delivery(order_id=5001)
    assert found is not None
    assert not found.moved
