"""The past: two files, gathered by the store, whose rows are checked as they are read."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
import responses

from app.domain import turns
from app.domain.errors import Rejected, Unavailable
from app.domain.history import Batch, Export, Gathering, PastCustomer, Stage
from tests.integrations.shopify.scripted import Script, shop, usd

HANDLE = "gid://shopify/BulkOperation/1"
FILE = "https://storage.example/bulk-1.jsonl?signature=abc"


def row(number: int, **changes: object) -> dict[str, Any]:
    """Return a paid order of 45 dollars, as a row."""
    return {
        "id": f"gid://shopify/Order/{number}",
        "name": f"#{number}",
        "createdAt": "2026-01-01T10:00:00Z",
        "processedAt": "2026-01-01T10:00:00Z",
        "updatedAt": "2026-01-01T10:00:00Z",
        "cancelledAt": None,
        "test": False,
        "tags": [],
        "sourceName": "web",
        "sourceIdentifier": None,
        "displayFinancialStatus": "PAID",
        "customer": {"id": "gid://shopify/Customer/55"},
        "email": "someone@customer.example",
        "netPaymentSet": usd("45.0"),
        "refunds": [],
        "fulfillments": [],
    } | changes


def child(of: int, **changes: object) -> dict[str, Any]:
    """Return a line of an order, as a row."""
    return {
        "id": "gid://shopify/LineItem/1",
        "quantity": 1,
        "currentQuantity": 1,
        "isGiftCard": False,
        "discountedTotalSet": usd("45.0"),
        "__parentId": f"gid://shopify/Order/{of}",
    } | changes


def customer(number: int, **changes: object) -> dict[str, Any]:
    """Return a customer who spent 45 dollars, as a row."""
    return {
        "id": f"gid://shopify/Customer/{number}",
        "numberOfOrders": "1",
        "amountSpent": {"amount": "45.0", "currencyCode": "USD"},
        "defaultEmailAddress": {"emailAddress": "someone@customer.example"},
    } | changes


def operation(status: str, **changes: object) -> dict[str, Any]:
    return {
        "id": HANDLE,
        "status": status,
        "errorCode": None,
        "objectCount": "7",
        "rootObjectCount": "3",
        "url": None,
        "partialDataUrl": None,
    } | changes


def lies(store: Script, *rows: dict[str, Any] | bytes, url: str = FILE) -> None:
    """Put a file where the store keeps files."""
    lines = [each if isinstance(each, bytes) else json.dumps(each).encode() for each in rows]
    store._mock.add(responses.GET, url, body=b"".join(line + b"\n" for line in lines))


def told(what: Export = Export.ORDERS, *, after: int = 0, url: str = FILE) -> list[Batch]:
    return list(shop().past(what, url, after=after, currency="USD"))


def test_given_a_store_when_asked_for_orders_then_it_gathers_groups_and_gives_a_handle(store: Script) -> None:
    store.brings(bulkOperationRunQuery={"bulkOperation": {"id": HANDLE, "status": "CREATED"}, "userErrors": []})
    assert shop().start_export(Export.ORDERS, without_people=False) == HANDLE
    query = store.asked[0][1]["query"]
    assert query.startswith("query BulkOrders")
    assert "#" not in query


@pytest.mark.parametrize("what", list(Export))
def test_given_addresses_that_are_denied_when_asked_anew_then_they_are_left_out(store: Script, what: Export) -> None:
    store.brings(bulkOperationRunQuery={"bulkOperation": {"id": HANDLE, "status": "CREATED"}, "userErrors": []})
    shop().start_export(what, without_people=True)
    assert "@include(if: true)" not in store.asked[0][1]["query"]
    assert "@include(if: false)" in store.asked[0][1]["query"]


@pytest.mark.parametrize("code", ["OPERATION_IN_PROGRESS", "LIMIT_REACHED"])
def test_given_a_busy_store_when_asked_then_later(store: Script, code: str) -> None:
    error = {"code": code, "field": None, "message": "A bulk query operation is already in progress."}
    store.brings(bulkOperationRunQuery={"bulkOperation": None, "userErrors": [error]})
    with pytest.raises(Unavailable) as caught:
        shop().start_export(Export.CUSTOMERS, without_people=False)
    assert caught.value.retry_after == 60


def test_given_an_invalid_query_when_asked_then_refused(store: Script) -> None:
    error = {"code": "INVALID", "field": None, "message": "Too deep."}
    store.brings(bulkOperationRunQuery={"bulkOperation": None, "userErrors": [error]})
    with pytest.raises(Rejected, match="Too deep"):
        shop().start_export(Export.ORDERS, without_people=False)


@pytest.mark.parametrize(
    ("found", "gathering"),
    [
        (operation("CREATED"), Gathering(stage=Stage.GATHERING, promised=3)),
        (operation("RUNNING"), Gathering(stage=Stage.GATHERING, promised=3)),
        (operation("CANCELING"), Gathering(stage=Stage.GATHERING, promised=3)),
        (operation("COMPLETED", url=FILE), Gathering(stage=Stage.WHOLE, promised=3, file=FILE)),
        (operation("COMPLETED"), Gathering(stage=Stage.WHOLE, promised=3)),
        (operation("FAILED", errorCode="TIMEOUT"), Gathering(stage=Stage.LOST, promised=3)),
        (
            operation("FAILED", errorCode="TIMEOUT", partialDataUrl=FILE),
            Gathering(stage=Stage.PART, promised=3, file=FILE),
        ),
        (operation("FAILED", errorCode="ACCESS_DENIED", partialDataUrl=FILE), Gathering(stage=Stage.DENIED)),
        (operation("CANCELED"), Gathering(stage=Stage.LOST, promised=3)),
        (operation("EXPIRED"), Gathering(stage=Stage.LOST, promised=3)),
        (operation("NEVER_HEARD_OF"), Gathering(stage=Stage.LOST, promised=3)),
        (None, Gathering(stage=Stage.LOST)),
    ],
)
def test_given_an_export_when_looked_at_then_it_is_known_how_far_it_is(
    store: Script, found: dict[str, Any] | None, gathering: Gathering
) -> None:
    store.brings(bulkOperation=found)
    assert shop().export(HANDLE) == gathering


def test_given_orders_with_lines_when_read_then_each_is_worth_what_was_paid_for_goods(store: Script) -> None:
    card = child(2, isGiftCard=True, discountedTotalSet=usd("50.0"))
    lies(
        store,
        row(1),
        child(1),
        row(2, netPaymentSet=usd("95.0")),
        child(2),
        card,
        row(3, customer=None, displayFinancialStatus="REFUNDED", netPaymentSet=usd("0.0")),
        row(4, test=True),
        row(5, tags=["lagniappe-gift"]),
    )
    (batch,) = told()
    assert [(each.id, each.net_minor, each.counted) for each in batch.orders] == [
        (1, 45_00, True),
        (2, 45_00, True),
        (3, 0, True),
        (4, 0, False),
        (5, 0, False),
    ]
    assert (batch.lines, batch.refused, batch.things) == (8, 0, 5)


def test_given_a_guest_when_read_then_a_digest_stands_for_the_address_and_customers_have_none_here(
    store: Script,
) -> None:
    lies(store, row(1), row(2, customer=None), row(3, customer=None, email=None))
    (batch,) = told()
    known, guest, nobody = batch.orders
    assert (known.mail_digest, nobody.mail_digest) == (None, None)
    assert guest.mail_digest is not None
    assert len(guest.mail_digest) == 64
    assert "customer.example" not in str(batch)


def test_given_an_order_that_was_sent_given_back_and_cancelled_when_read_then_what_it_was_before_is_known(
    store: Script,
) -> None:
    back = {"createdAt": "2026-01-03T10:00:00Z", "totalRefundedSet": usd("20.0")}
    sent = [{"createdAt": "2026-01-02T12:00:00Z"}, {"createdAt": "2026-01-02T10:00:00Z"}]
    gone = {"cancelledAt": "2026-01-04T10:00:00Z"}
    lies(store, row(1, netPaymentSet=usd("25.0"), refunds=[back], fulfillments=sent, **gone), child(1))
    (batch,) = told()
    past = turns.read(batch.orders[0].turns or "")
    paid = turns.traits(counted=True, settled=True, editable=True, domestic=True)
    left = turns.traits(shipped=True)
    over = turns.traits(settled=True, domestic=True, shipped=True, cancelled=True)
    assert past.made_at == datetime(2026, 1, 1, 10, tzinfo=UTC)
    assert [(turn.at.day, turn.net_minor, turn.traits) for turn in past.turns] == [
        (1, 45_00, paid),
        (2, 45_00, paid | left),
        (3, 25_00, paid | left),
        (4, 25_00, over),
    ]


@pytest.mark.parametrize(
    ("changes", "trait"),
    [
        ({"risk": {"recommendation": "INVESTIGATE"}}, "risky"),
        ({"sourceName": "subscription_contract_checkout_one"}, "subscription"),
        ({"test": True}, "test"),
    ],
)
def test_given_something_particular_about_an_order_when_read_then_a_rule_could_see_it(
    store: Script, changes: dict[str, Any], trait: str
) -> None:
    lies(store, row(1), row(2, **changes))
    (batch,) = told()
    plain, particular = [turns.read(each.turns or "").turns[0].traits for each in batch.orders]
    assert (turns.has(plain, trait), turns.has(particular, trait)) == (False, True)


@pytest.mark.parametrize(("country", "domestic"), [("US", True), ("CA", False), (None, True)])
def test_given_a_country_when_read_then_the_shops_own_is_asked_for_once(
    store: Script, country: str | None, domestic: bool
) -> None:
    lies(store, *(row(number, shippingAddress={"countryCodeV2": country}) for number in (1, 2)))
    if country is not None:
        store.brings(shop={"shopAddress": {"countryCodeV2": "US"}})
    (batch,) = told()
    first = [turns.read(each.turns or "").turns[0].traits for each in batch.orders]
    assert [turns.has(each, "domestic") for each in first] == [domestic, domestic]
    assert len(store._mock.calls) == (1 if country is None else 2)  # the file, and the one answer


def test_given_goods_and_a_plan_when_read_then_what_was_in_the_parcel_is_known(store: Script) -> None:
    soap = {"id": "gid://shopify/ProductVariant/12"}
    lies(
        store, row(1), child(1, variant=soap), child(1, variant=None), child(1, variant=soap, sellingPlan={"name": "x"})
    )
    (batch,) = told()
    assert batch.orders[0].variants == "12"
    assert turns.has(turns.read(batch.orders[0].turns or "").turns[0].traits, "subscription")


def test_given_customers_when_read_then_the_stores_own_figures_come_along(store: Script) -> None:
    bare = {name: value for name, value in customer(56).items() if name != "defaultEmailAddress"}
    lies(store, customer(55, numberOfOrders="12"), bare)
    (batch,) = told(Export.CUSTOMERS)
    first, second = batch.customers
    assert (first.id, first.store_net_minor, first.store_orders) == (55, 45_00, 12)
    assert second == PastCustomer(56, None, 45_00, 1)


@pytest.mark.parametrize(
    "nonsense",
    [
        b"{",
        b"[]",
        b'{"id": 5}',
        json.dumps(row(2, processedAt="yesterday")).encode(),
        json.dumps(row(2, name="#" * 65)).encode(),
        json.dumps(row(2, name="#\0")).encode(),
        json.dumps(row(2, id="gid://shopify/Order/" + "9" * 30)).encode(),
        json.dumps(row(2, id="gid://shopify/Order/x")).encode(),
        json.dumps(row(2, netPaymentSet=usd("1e3"))).encode(),
        json.dumps(row(2, test="no")).encode(),
        json.dumps(row(2, customer={"id": "gid://shopify/Customer/-1"})).encode(),
    ],
)
def test_given_a_row_that_makes_no_sense_when_read_then_it_is_counted_and_the_others_are_kept(
    store: Script, nonsense: bytes
) -> None:
    lies(store, row(1), child(1), nonsense, child(2), row(3), child(3))
    (batch,) = told()
    assert ([each.id for each in batch.orders], batch.refused, batch.lines) == ([1, 3], 1, 6)


def test_given_a_line_that_makes_no_sense_when_read_then_its_order_is_not_guessed(store: Script) -> None:
    lies(store, row(1), child(1, isGiftCard=True, quantity="many"), row(2))
    (batch,) = told()
    assert ([each.id for each in batch.orders], batch.refused) == ([2], 1)


def test_given_lines_that_were_read_when_read_on_then_the_rest_comes(store: Script) -> None:
    lies(store, row(1), child(1), row(2), child(2))
    (batch,) = told(after=2)
    assert ([each.id for each in batch.orders], batch.lines) == ([2], 4)


def test_given_a_file_elsewhere_when_read_then_our_token_does_not_go_along(store: Script) -> None:
    lies(store, row(1))
    told()
    headers = store._mock.calls[-1].request.headers
    assert "canary-token" not in str(headers)


def test_given_a_line_away_from_its_order_when_read_then_another_file_is_needed(store: Script) -> None:
    lies(store, row(1), row(2), child(1))
    with pytest.raises(Rejected, match="out of order"):
        told()


@pytest.mark.parametrize(("status", "problem"), [(403, Rejected), (404, Rejected), (410, Rejected), (503, Unavailable)])
def test_given_a_file_that_is_gone_when_read_then_another_one_is_needed_and_else_later(
    store: Script, status: int, problem: type[Exception]
) -> None:
    store._mock.add(responses.GET, FILE, status=status)
    with pytest.raises(problem):
        told()


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:9/x",
        "https://localhost/x",
        "https://[::1]/x",
        "http://storage.example/x",
        "file:///etc/passwd",
    ],
)
def test_given_a_file_where_no_store_keeps_files_when_read_then_it_is_not_fetched(store: Script, url: str) -> None:
    with pytest.raises(Unavailable, match="no store keeps"):
        told(url=url)
