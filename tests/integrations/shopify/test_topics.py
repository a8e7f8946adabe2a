"""What a webhook means: every topic of ours, read strictly, and as little of it as can be."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from app.domain.errors import Malformed
from app.domain.events import (
    CustomerChanged,
    CustomerGone,
    CustomersMerged,
    CustomerTagged,
    DataRequested,
    ExportEnded,
    OrderChanged,
    PersonToForget,
    ShopChanged,
    ShopToForget,
    SpendingChanged,
    Unconcerning,
)
from app.domain.people import Person
from integrations.shopify import topics
from tests.integrations.hostile_json import spoilt

SHOP = "a-shop.myshopify.com"
CUSTOMER, ORDER = "gid://shopify/Customer/55", "gid://shopify/Order/5001"
# Good in every topic at once, so that one spoilt body serves all of them.
EVERYTHING = {
    "id": 5001,
    "order_id": 5001,
    "order_edit": {"order_id": 5001},
    "admin_graphql_api_id": "gid://shopify/BulkOperation/1",
    "admin_graphql_api_customer_kept_id": CUSTOMER,
    "admin_graphql_api_customer_deleted_id": CUSTOMER,
    "status": "completed",
    "customerId": CUSTOMER,
    "tags": [],
    "myshopify_domain": SHOP,
    "shop_domain": SHOP,
    "customer": {"id": 55},
    "current": ["write_orders"],
}


def body(**fields: object) -> bytes:
    return json.dumps(fields).encode()


def order(**changes: object) -> bytes:
    """Return an order's webhook with what we look at; change only what the test is about."""
    return body(**{"id": 5001, "updated_at": "2026-11-21T10:00:00-05:00", "customer": None} | changes)


@pytest.mark.parametrize("topic", ["orders/create", "orders/paid", "orders/updated", "orders/cancelled"])
def test_given_an_orders_webhook_when_parsed_then_only_its_id_and_time_are_believed(topic: str) -> None:
    event = topics.parse(topic, order(financial_status="paid", total_price="-1", line_items=[{}] * 10_000))
    assert event == OrderChanged(order_id=5001, happened_at=datetime(2026, 11, 21, 15, 0, tzinfo=UTC))


def test_given_an_edit_when_parsed_then_its_order_has_changed() -> None:
    edit = {"id": 1, "order_id": 5001, "committed_at": "2026-11-21T10:00:00Z", "staff_note": None}
    event = topics.parse("orders/edited", json.dumps({"order_edit": edit}).encode())
    assert event == OrderChanged(order_id=5001, happened_at=datetime(2026, 11, 21, 10, 0, tzinfo=UTC))


def test_given_a_refund_when_parsed_then_its_order_has_changed() -> None:
    refund = {"id": 9001, "order_id": 5001, "refund_line_items": [{"subtotal": 40.0}], "transactions": []}
    assert topics.parse("refunds/create", json.dumps(refund).encode()) == OrderChanged(order_id=5001)


@pytest.mark.parametrize("topic", ["never/heard", "", "orders/paid ", "Orders/paid"])
def test_given_another_topic_when_parsed_then_it_does_not_concern_us_whatever_it_holds(topic: str) -> None:
    assert topics.parse(topic, b"\xff not even JSON") == Unconcerning(topic=topic)


@pytest.mark.parametrize("spoilt_body", spoilt(json.dumps(EVERYTHING).encode()[:-1]))
@pytest.mark.parametrize("topic", topics.READERS)
def test_given_a_body_that_makes_no_sense_when_parsed_then_it_is_malformed(topic: str, spoilt_body: bytes) -> None:
    with pytest.raises(Malformed) as caught:
        topics.parse(topic, spoilt_body)
    assert "5001" not in str(caught.value)


@pytest.mark.parametrize(
    "changes",
    [
        {"id": None},
        {"id": "5001"},
        {"id": "gid://shopify/Order/5001"},
        {"id": 5001.0},
        {"id": True},
        {"id": [5001]},
        {"id": {"id": 5001}},
        {"id": -5001},
        {"id": 0},
        {"id": 2**63},
        {"updated_at": "yesterday"},
        {"updated_at": "2026-11-21T10:00:00"},
        {"updated_at": "2026-02-30T10:00:00Z"},
        {"updated_at": "0001-01-01T00:00:00+14:00"},
        {"updated_at": "9999-12-31T23:59:59-10:00"},
        {"updated_at": 1_795_219_200},
        {"updated_at": "1795219"},
        {"updated_at": ""},
    ],
    ids=str,
)
def test_given_a_field_of_another_kind_when_parsed_then_it_is_malformed(changes: dict[str, Any]) -> None:
    with pytest.raises(Malformed):
        topics.parse("orders/paid", order(**changes))


def test_given_no_id_when_parsed_then_it_is_malformed_and_the_place_is_named() -> None:
    with pytest.raises(Malformed, match="id: Field required"):
        topics.parse("orders/paid", b'{"name": "#1001"}')


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2026-11-21T10:00:00.123456789Z", datetime(2026, 11, 21, 10, 0, 0, 123456, tzinfo=UTC)),
        ("2026-03-29T02:30:00+01:00", datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),
        ("2999-01-01T00:00:00Z", datetime(2999, 1, 1, tzinfo=UTC)),
        (None, None),
    ],
)
def test_given_an_unusual_time_when_parsed_then_it_is_kept_in_utc(written: str | None, read: datetime | None) -> None:
    assert topics.parse("orders/paid", order(updated_at=written)) == OrderChanged(order_id=5001, happened_at=read)


def test_given_a_note_that_speaks_of_nul_when_parsed_then_it_is_only_a_note() -> None:
    assert topics.parse("orders/paid", rb'{"id": 5001, "note": "write \\u0000 here"}') == OrderChanged(order_id=5001)


@pytest.mark.parametrize("topic", sorted(topics.READERS.keys() - topics.COMPLIANCE))
def test_given_what_is_believed_of_a_body_when_nothing_else_is_left_of_it_then_it_means_the_same(topic: str) -> None:
    whole = body(**EVERYTHING, email="ada@example.com", updated_at="2026-11-21T10:00:00Z")

    bones = topics.bones(topic, whole)

    assert topics.parse(topic, bones) == topics.parse(topic, whole)
    assert b"ada@example.com" not in bones


@pytest.mark.parametrize(("topic", "odd"), [("never/heard", b"{}"), ("orders/paid", b"{"), ("orders/paid", b"")])
def test_given_a_body_that_means_nothing_when_cut_down_then_nothing_is_left(topic: str, odd: bytes) -> None:
    assert topics.bones(topic, odd) == b""


@pytest.mark.parametrize("topic", ["customers/create", "customers/update"])
def test_given_a_customers_particulars_when_parsed_then_only_who_it_is_is_believed(topic: str) -> None:
    said = body(id=55, email=None, first_name=None, phone=None, addresses=[], tags="x")
    assert topics.parse(topic, said) == CustomerChanged(customer_id=55)


def test_given_a_deleted_customer_when_parsed_then_they_are_gone() -> None:
    assert topics.parse("customers/delete", body(id=55, tax_exemptions=[])) == CustomerGone(customer_id=55)


@pytest.mark.parametrize("status", ["completed", "COMPLETED"])
def test_given_two_customers_become_one_when_parsed_then_it_says_who_is_left(status: str) -> None:
    merge = merged(status=status)
    assert topics.parse("customers/merge", merge) == CustomersMerged(kept_id=55, gone_id=56)


@pytest.mark.parametrize("status", ["failed", "in_progress", ""])
def test_given_a_merge_that_has_not_come_about_when_parsed_then_the_two_are_still_two(status: str) -> None:
    assert topics.parse("customers/merge", merged(status=status)) == Unconcerning(topic="customers/merge")


@pytest.mark.parametrize(("written", "latest"), [(ORDER, 5001), (None, None)])
def test_given_what_a_customer_has_spent_when_parsed_then_the_sum_is_not_believed(
    written: str | None, latest: int | None
) -> None:
    spent = {"amount": "9999.00", "currencyCode": "USD"}
    said = body(customerId=CUSTOMER, numberOfOrders=9, amountSpent=spent, lastOrderId=written, occurredAt=None)
    assert topics.parse("customers/purchasing_summary", said) == SpendingChanged(customer_id=55, order_id=latest)


@pytest.mark.parametrize(("topic", "added"), [("customer.tags_added", True), ("customer.tags_removed", False)])
def test_given_tags_that_changed_when_parsed_then_they_are_one_in_any_case(topic: str, added: bool) -> None:
    said = body(customerId=CUSTOMER, tags=["CAFE\u0301", " Caf\u00e9 ", "b"], occurredAt="2026-11-21T15:00:00Z")
    moment = datetime(2026, 11, 21, 15, tzinfo=UTC)
    expected = CustomerTagged(customer_id=55, tags=frozenset({"caf\u00e9", "b"}), added=added, happened_at=moment)
    assert topics.parse(topic, said) == expected


@pytest.mark.parametrize("status", ["completed", "failed", "canceled", "expired"])
def test_given_an_export_that_ended_anyhow_when_parsed_then_it_says_which(status: str) -> None:
    said = body(admin_graphql_api_id="gid://shopify/BulkOperation/7", status=status, error_code=None, type="query")
    assert topics.parse("bulk_operations/finish", said) == ExportEnded(handle="gid://shopify/BulkOperation/7")


def test_given_a_shop_that_changed_when_parsed_then_its_name_is_left_to_a_fresh_look() -> None:
    said = body(id=1, name="New", myshopify_domain=SHOP, email=None, currency="EUR")
    assert topics.parse("shop/update", said) == ShopChanged(domain=SHOP)


def test_given_somebody_who_asks_for_their_data_when_parsed_then_all_that_names_them_is_known() -> None:
    customer = {"id": 55, "email": " Ada@Example.com", "phone": "+15550001"}
    said = body(shop_id=1, shop_domain=SHOP, customer=customer, orders_requested=[5001], data_request={"id": 99})
    ada = Person(ids=frozenset({55}), words=frozenset({"ada@example.com", "+15550001"}), orders=frozenset({5001}))
    assert topics.parse("customers/data_request", said) == DataRequested(domain=SHOP, person=ada)


@pytest.mark.parametrize(
    ("customer", "person"),
    [
        ({"email": "ada@example.com"}, Person(words=frozenset({"ada@example.com"}))),
        ({"id": None, "email": "ada@example.com", "phone": ""}, Person(words=frozenset({"ada@example.com"}))),
        ({"id": 55, "email": None, "phone": None}, Person(ids=frozenset({55}))),
        ({"id": 55, "phone": "1"}, Person(ids=frozenset({55}))),  # so short a word would be found in anybody's
        ({}, Person()),
    ],
)
def test_given_somebody_to_forget_when_little_is_said_of_them_then_that_little_must_do(
    customer: dict[str, Any], person: Person
) -> None:
    said = body(shop_id=1, shop_domain=SHOP, customer=customer, orders_to_redact=[])
    assert topics.parse("customers/redact", said) == PersonToForget(domain=SHOP, person=person)


def test_given_a_shop_to_forget_when_parsed_then_it_says_which() -> None:
    assert topics.parse("shop/redact", body(shop_id=1, shop_domain=SHOP)) == ShopToForget(domain=SHOP)


@pytest.mark.parametrize(
    "gid",
    [
        "55",
        "",
        55,
        None,
        "gid://shopify/Order/55",
        "gid://shopify/Customer/",
        "gid://shopify/Customer/0",
        "gid://shopify/Customer/-5",
        "gid://shopify/Customer/55/x",
        "gid://shopify/Customer/5٥",
        f"gid://shopify/Customer/{2**63}",
        "gid://evil/Customer/55",
    ],
)
@pytest.mark.parametrize("topic", ["customers/purchasing_summary", "customer.tags_added", "customer.tags_removed"])
def test_given_an_id_of_another_kind_when_parsed_then_it_is_malformed(topic: str, gid: object) -> None:
    with pytest.raises(Malformed):
        topics.parse(topic, body(**EVERYTHING | {"customerId": gid}))


def merged(**changes: object) -> bytes:
    names = {"admin_graphql_api_customer_kept_id": CUSTOMER}
    names["admin_graphql_api_customer_deleted_id"] = "gid://shopify/Customer/56"
    return body(**names | {"admin_graphql_api_job_id": None, "status": "completed", "errors": []} | changes)


@pytest.mark.parametrize(
    ("sent_as", "said"),
    [
        ("customers/redact", {"customer": {"id": 55}, "orders_requested": []}),
        ("customers/data_request", {"customer": {"id": 55}, "orders_to_redact": []}),
        ("shop/redact", {"customer": {"id": 55}, "orders_to_redact": []}),
        ("customers/redact", {}),
    ],
)
def test_given_one_request_when_an_unsigned_header_makes_another_of_it_then_it_is_malformed(
    sent_as: str, said: dict[str, Any]
) -> None:
    with pytest.raises(Malformed):
        topics.parse(sent_as, body(shop_id=1, shop_domain=SHOP, **said))


@pytest.mark.parametrize(
    ("topic", "said", "person"),
    [
        (
            "orders/paid",
            {"id": 5001, "email": "other@example.com", "customer": {"id": 55, "email": "Ada@example.com"}},
            Person(ids=frozenset({55}), words=frozenset({"ada@example.com"})),
        ),
        (
            "customers/update",
            {"id": 55, "email": None, "phone": "+15550001"},
            Person(ids=frozenset({55}), words=frozenset({"+15550001"})),
        ),
        ("orders/paid", {"id": 5001, "customer": None}, Person()),
        ("orders/paid", {"id": 5001, "customer": 7}, Person()),
        ("refunds/create", {"id": 9, "order_id": 5001}, Person()),
    ],
)
def test_given_a_body_that_names_somebody_in_full_when_read_then_their_names_belong_together(
    topic: str, said: dict[str, Any], person: Person
) -> None:
    assert topics.person_in(topic, body(**said)) == person
