"""The past, gathered by the store and read as one stream."""

import json
from typing import Any

import pytest
import responses

from app.domain.errors import Rejected, Unavailable
from tests.integrations.shopify.scripted import Script, shop, usd

HANDLE = "gid://shopify/BulkOperation/1"
FILE = "https://storage.example/bulk-1.jsonl?signature=abc"


def row(number: int, **changes: object) -> dict[str, Any]:
    """Return a paid order of 45 dollars, as a row."""
    return {
        "id": f"gid://shopify/Order/{number}",
        "name": f"#{number}",
        "processedAt": "2026-01-01T10:00:00Z",
        "updatedAt": "2026-01-01T10:00:00Z",
        "cancelledAt": None,
        "test": False,
        "tags": [],
        "sourceIdentifier": None,
        "displayFinancialStatus": "PAID",
        "customer": {"id": "gid://shopify/Customer/55", "createdAt": "2025-01-01T00:00:00Z"},
        "netPaymentSet": usd("45.0"),
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


def gathered(store: Script, *rows: dict[str, Any], url: str = FILE) -> None:
    text = "".join(json.dumps(each) + "\n" for each in rows)
    store.brings(bulkOperation={"id": HANDLE, "status": "COMPLETED", "errorCode": None, "objectCount": "1", "url": url})
    store._mock.add(responses.GET, url, body=text)


def test_given_a_store_when_started_then_it_is_asked_for_groups_and_gives_a_handle(store: Script) -> None:
    store.brings(bulkOperationRunQuery={"bulkOperation": {"id": HANDLE, "status": "CREATED"}, "userErrors": []})
    assert shop().start_history() == HANDLE
    query = store.asked[0][1]["query"]
    assert query.startswith("query BulkOrders")
    assert "#" not in query


@pytest.mark.parametrize("code", ["OPERATION_IN_PROGRESS", "LIMIT_REACHED"])
def test_given_a_busy_store_when_started_then_later(store: Script, code: str) -> None:
    error = {"code": code, "field": None, "message": "A bulk query operation is already in progress."}
    store.brings(bulkOperationRunQuery={"bulkOperation": None, "userErrors": [error]})
    with pytest.raises(Unavailable) as caught:
        shop().start_history()
    assert caught.value.retry_after == 60


def test_given_an_invalid_query_when_started_then_refused(store: Script) -> None:
    error = {"code": "INVALID", "field": None, "message": "Too deep."}
    store.brings(bulkOperationRunQuery={"bulkOperation": None, "userErrors": [error]})
    with pytest.raises(Rejected, match="Too deep"):
        shop().start_history()


@pytest.mark.parametrize("status", ["CREATED", "RUNNING", "CANCELING"])
def test_given_it_is_still_gathering_when_read_then_there_is_nothing_yet(store: Script, status: str) -> None:
    store.brings(bulkOperation={"id": HANDLE, "status": status, "errorCode": None, "objectCount": "0", "url": None})
    assert shop().history(HANDLE) is None


@pytest.mark.parametrize("status", ["FAILED", "CANCELED", "EXPIRED", "NEVER_HEARD_OF"])
def test_given_it_came_to_nothing_when_read_then_refused_so_that_somebody_starts_anew(
    store: Script, status: str
) -> None:
    store.brings(
        bulkOperation={"id": HANDLE, "status": status, "errorCode": "TIMEOUT", "objectCount": "0", "url": FILE}
    )
    with pytest.raises(Rejected):
        shop().history(HANDLE)


def test_given_a_handle_that_is_forgotten_when_read_then_refused(store: Script) -> None:
    store.brings(bulkOperation=None)
    with pytest.raises(Rejected):
        shop().history(HANDLE)


def test_given_a_store_without_orders_when_read_then_the_past_is_empty(store: Script) -> None:
    store.brings(
        bulkOperation={"id": HANDLE, "status": "COMPLETED", "errorCode": None, "objectCount": "0", "url": None}
    )
    assert list(shop().history(HANDLE) or "none") == []


def test_given_orders_with_lines_when_read_then_each_has_its_own(store: Script) -> None:
    card = child(2, isGiftCard=True, discountedTotalSet=usd("50.0"))
    gathered(
        store,
        row(1),
        child(1),
        row(2, netPaymentSet=usd("95.0")),
        child(2),
        card,
        row(3, customer=None, displayFinancialStatus="REFUNDED", netPaymentSet=usd("0.0")),
        row(4, test=True),
    )
    past = list(shop().history(HANDLE) or ())
    assert [(each.id, each.net.minor, each.counted, len(each.lines)) for each in past] == [
        (1, 45_00, True, 1),
        (2, 45_00, True, 2),
        (3, 0, True, 0),
        (4, 45_00, False, 0),
    ]


def test_given_a_file_elsewhere_when_read_then_our_token_does_not_go_along(store: Script) -> None:
    gathered(store, row(1))
    list(shop().history(HANDLE) or ())
    headers = store._mock.calls[-1].request.headers
    assert "canary-token" not in str(headers)


def test_given_a_line_away_from_its_order_when_read_then_nothing_is_guessed(store: Script) -> None:
    gathered(store, row(1), row(2), child(1))
    with pytest.raises(Unavailable, match="out of order"):
        list(shop().history(HANDLE) or ())


def test_given_a_damaged_file_when_read_then_later(store: Script) -> None:
    store.brings(
        bulkOperation={"id": HANDLE, "status": "COMPLETED", "errorCode": None, "objectCount": "1", "url": FILE}
    )
    store._mock.add(responses.GET, FILE, body=b'{"id": "gid://shop')
    with pytest.raises(Unavailable, match="damaged"):
        list(shop().history(HANDLE) or ())


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
    operation = {"id": HANDLE, "status": "COMPLETED", "errorCode": None, "objectCount": "1", "url": url}
    store.brings(bulkOperation=operation)
    with pytest.raises(Unavailable, match="no store keeps"):
        list(shop().history(HANDLE) or ())
