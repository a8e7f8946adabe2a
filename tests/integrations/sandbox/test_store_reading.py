"""What the store tells of orders, customers and goods."""

import pytest

from integrations.sandbox.store.order_book import Item
from integrations.sandbox.town import PRACTICE_SHOP
from tests.integrations.sandbox.store_town import QUERIES, SOCKS, StoreTown, gid, store_town


@pytest.fixture
def town() -> StoreTown:
    return store_town()


def test_given_a_paid_order_when_read_then_money_is_decimal_text(town: StoreTown) -> None:
    order = town.ask("order_facts", id=gid("Order", town.place()))["data"]["order"]

    assert order["netPaymentSet"]["shopMoney"] == {"amount": "45.0", "currencyCode": "USD"}
    assert order["totalOutstandingSet"]["shopMoney"]["amount"] == "0.0"
    assert (order["displayFinancialStatus"], order["displayFulfillmentStatus"]) == ("PAID", "UNFULFILLED")
    assert order["customer"] is None
    assert order["processedAt"].endswith("Z")


def test_given_an_unpaid_order_when_read_then_all_of_it_is_outstanding(town: StoreTown) -> None:
    order = town.ask("order_facts", id=gid("Order", town.place(paid=False)))["data"]["order"]

    assert order["displayFinancialStatus"] == "PENDING"
    assert order["totalOutstandingSet"]["shopMoney"]["amount"] == "45.0"
    assert order["netPaymentSet"]["shopMoney"]["amount"] == "0.0"


def test_given_a_customer_when_read_then_counts_are_text(town: StoreTown) -> None:
    person = town.newcomer()
    town.place(customer=person)
    town.place(customer=person, test=True)
    query = "query($id: ID!) { customer(id: $id) { id tags } }"

    assert town.call(query, {"id": gid("Customer", person)}).json["data"]["customer"]["tags"] == []
    assert town.client.get(f"/town/customers/{person['id']}").json["number_of_orders"] == 1


def test_given_an_id_of_another_kind_when_read_then_null(town: StoreTown) -> None:
    order = town.place()

    assert town.ask("customer_tags", id=gid("Order", order))["data"]["customer"] is None


@pytest.mark.parametrize(("scopes", "seen"), [(["write_orders"], False), (["write_orders", "read_all_orders"], True)])
def test_given_an_order_of_61_days_when_read_then_only_with_the_scope_for_old_ones(
    town: StoreTown, scopes: list[str], *, seen: bool
) -> None:
    order = town.place()
    town.later(days=61)
    town.client.post(f"/town/shops/{PRACTICE_SHOP}", json={"scopes": scopes})

    found = town.call("query($id: ID!) { order(id: $id) { id } }", {"id": gid("Order", order)}).json["data"]["order"]
    listed = town.ask("orders_updated_since", query="")["data"]["orders"]["nodes"]

    assert (found is not None) == seen
    assert bool(listed) == seen


def test_given_orders_when_searched_by_time_then_the_newer_come_oldest_first(town: StoreTown) -> None:
    town.place()
    town.later(hours=1)
    wanted = [town.place()["id"]]
    since = town.doc("orders", wanted[0])["updated_at"]
    town.later(hours=1)
    wanted.append(town.place()["id"])

    orders = town.ask("orders_updated_since", query=f"updated_at:>='{since}'")["data"]["orders"]

    assert [each["id"] for each in orders["nodes"]] == [f"gid://shopify/Order/{key}" for key in wanted]
    assert orders["pageInfo"]["hasNextPage"] is False


def test_given_more_orders_than_a_page_when_paged_then_each_comes_once(town: StoreTown) -> None:
    placed = [town.place()["id"] for _ in range(103)]

    first = town.ask("orders_updated_since", query="")["data"]["orders"]
    second = town.ask("orders_updated_since", query="", after=first["pageInfo"]["endCursor"])["data"]["orders"]

    assert (len(first["nodes"]), first["pageInfo"]["hasNextPage"]) == (100, True)
    assert (len(second["nodes"]), second["pageInfo"]["hasNextPage"]) == (3, False)
    pages = [*first["nodes"], *second["nodes"]]
    assert [each["id"] for each in pages] == [f"gid://shopify/Order/{key}" for key in placed]


@pytest.mark.parametrize(
    "query", ["updated_at:>=2026-11-21T10:00:00Z", "updated_at:>='yesterday'", "colour:'red'", "boots", "'"]
)
def test_given_a_search_that_makes_no_sense_when_asked_then_it_is_refused_not_ignored(
    town: StoreTown, query: str
) -> None:
    assert town.ask("orders_updated_since", query=query)["errors"][0]["extensions"]["code"] == "BAD_REQUEST"


@pytest.mark.parametrize("size", [0, 251, -1])
def test_given_a_page_size_out_of_bounds_when_asked_then_it_is_refused(town: StoreTown, size: int) -> None:
    query = "query($n: Int) { customers(first: $n, query: \"email:'a@b.c'\") { nodes { id } } }"

    assert town.call(query, {"n": size}).json["errors"][0]["extensions"]["code"] == "BAD_REQUEST"


def test_given_no_page_size_when_asked_then_it_is_refused(town: StoreTown) -> None:
    answer = town.call("{ orders { nodes { id } } }").json

    assert "first or last" in answer["errors"][0]["message"]


def test_given_a_made_up_cursor_when_asked_then_it_is_refused(town: StoreTown) -> None:
    assert "Invalid cursor" in town.ask("orders_updated_since", query="", after="here")["errors"][0]["message"]


def test_given_an_email_when_searched_then_case_does_not_matter_and_strangers_are_not_found(town: StoreTown) -> None:
    person = town.newcomer()

    found = town.ask("customers_by_email", query=f"email:'{person['email'].upper()}'")["data"]["customers"]["nodes"]
    nobody = town.ask("customers_by_email", query="email:'nobody@customer.example'")["data"]["customers"]["nodes"]

    assert [each["id"] for each in found] == [gid("Customer", person)]
    assert nobody == []


def test_given_a_long_order_when_its_lines_are_paged_then_each_comes_once(town: StoreTown) -> None:
    order = town.place(items=[Item(variant=town.variants[SOCKS]) for _ in range(103)])

    first = town.ask("order_lines", id=gid("Order", order))["data"]["order"]["lineItems"]
    after = first["pageInfo"]["endCursor"]
    second = town.ask("order_lines", id=gid("Order", order), after=after)["data"]["order"]["lineItems"]

    seen = [each["id"] for each in first["nodes"] + second["nodes"]]
    assert seen == [f"gid://shopify/LineItem/{line['id']}" for line in order["lines"]]
    assert (first["pageInfo"]["hasNextPage"], second["pageInfo"]["hasNextPage"]) == (True, False)


@pytest.mark.parametrize(
    ("steps", "status", "request_status", "fulfilment"),
    [
        ([], "OPEN", "UNSUBMITTED", "UNFULFILLED"),
        (["ask"], "OPEN", "SUBMITTED", "UNFULFILLED"),
        (["ask", "take"], "IN_PROGRESS", "ACCEPTED", "IN_PROGRESS"),
        (["ask", "take", "send"], "CLOSED", "ACCEPTED", "FULFILLED"),
    ],
)
def test_given_a_parcel_when_the_warehouse_moves_then_it_shows(
    town: StoreTown, steps: list[str], status: str, request_status: str, fulfilment: str
) -> None:
    order = town.place()
    for step in steps:
        town.client.post(f"/town/orders/{order['id']}/fulfil", json={"step": step})

    parcels = town.ask("order_fulfilment", id=gid("Order", order))["data"]["order"]["fulfillmentOrders"]["nodes"]
    facts = town.ask("order_facts", id=gid("Order", order))["data"]["order"]

    assert parcels == [{"status": status, "requestStatus": request_status}]
    assert facts["displayFulfillmentStatus"] == fulfilment
    assert facts["merchantEditable"] == (fulfilment != "FULFILLED")


@pytest.mark.parametrize(
    ("stock", "policy", "tracked", "sellable"),
    [(0, "DENY", True, False), (0, "CONTINUE", True, True), (0, "DENY", False, True), (1, "DENY", True, True)],
)
def test_given_a_stock_when_a_variant_is_read_then_it_says_whether_it_can_be_sold(
    town: StoreTown, stock: int, policy: str, *, tracked: bool, sellable: bool
) -> None:
    socks = town.variants[SOCKS]
    town.change("variants", socks["id"], stock=stock, policy=policy, tracked=tracked)

    variant = town.ask("gift_variant", id=gid("ProductVariant", socks))["data"]["productVariant"]

    assert variant["availableForSale"] == sellable
    assert variant["price"] == "12.00"
    assert variant["inventoryItem"]["unitCost"] == {"amount": "3.1", "currencyCode": "USD"}


def test_given_a_buyer_with_another_currency_when_read_then_both_amounts_are_there(town: StoreTown) -> None:
    order = town.place(presentment_currency="JPY", rate=(149, 100))
    query = """query($id: ID!) { order(id: $id) { currencyCode presentmentCurrencyCode suggestedRefund(
      suggestFullRefund: true) { maximumRefundableSet { presentmentMoney { amount currencyCode } } } } }"""

    found = town.call(query, {"id": gid("Order", order)}).json["data"]["order"]

    assert (found["currencyCode"], found["presentmentCurrencyCode"]) == ("USD", "JPY")
    most = found["suggestedRefund"]["maximumRefundableSet"]["presentmentMoney"]
    assert most == {"amount": "6705.0", "currencyCode": "JPY"}


def test_given_the_documents_of_the_app_when_priced_then_none_is_too_dear() -> None:
    town = store_town()
    engine = town.works.endpoint._engine

    costs = {name: engine.prepare(text, _VARIABLES, None).requested for name, text in QUERIES.items()}

    assert max(costs.values()) <= 1000
    assert costs["tags_add"] == 10


_VARIABLES = {
    "id": "gid://shopify/Order/1",
    "variantId": "gid://shopify/ProductVariant/1",
    "lineItemId": "gid://shopify/CalculatedLineItem/1",
    "discount": {"percentValue": 100.0},
    "quantity": 0,
    "tags": ["a"],
    "query": "",
    "namespace": "lagniappe",
    "key": "k",
    "input": {"orderId": "gid://shopify/Order/1"},
    "metafields": [],
    "order": {},
    "draft": {},
    "ids": ["gid://shopify/Order/1"],
}
