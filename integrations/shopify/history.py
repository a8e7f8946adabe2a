"""Every order of the past, gathered by the store in the background and read as one stream.

Rows of one order stand together (groupObjects in bulk_start.graphql), so one order is held in memory, whatever the
file's size. The quicker ungrouped kind would need all orders at once, for a gift card on a line lowers its order's net.
"""

import json
from collections.abc import Iterable, Iterator
from decimal import Decimal
from urllib.parse import urlsplit

from app.domain.errors import Rejected, Unavailable
from app.domain.facts import Order
from integrations.http import on_this_machine
from integrations.shopify import reading
from integrations.shopify.answers import Json, said
from integrations.shopify.client import SOURCE, AdminApi
from integrations.shopify.documents import document

_BUSY = {"LIMIT_REACHED", "OPERATION_IN_PROGRESS"}
_GATHERING = {"CREATED", "RUNNING", "CANCELING"}
_PAUSE = 60.0  # seconds until one of the store's five places may be free


def start(api: AdminApi) -> str:
    """Ask the store to gather all orders that we may see; return the handle to read them by."""
    reply = api.do("bulk_start", {"query": document("bulk_orders").text})
    errors = (reply.data.get("bulkOperationRunQuery") or {}).get("userErrors") or []
    if {error["code"] for error in errors} & _BUSY:
        raise Unavailable(said(error["message"] for error in errors), retry_after=_PAUSE)
    handle: str = reply.payload("bulkOperationRunQuery")["bulkOperation"]["id"]
    return handle


def read(api: AdminApi, handle: str) -> Iterator[Order] | None:
    """Return the orders; None while they are being gathered. Raises Rejected when this gathering came to nothing.

    The stream itself raises Unavailable where it breaks off; begin again, for orders seen twice are the same orders.
    """
    operation = api.ask("bulk_status", {"id": handle}).one("bulkOperation")
    status = operation["status"] if operation else "EXPIRED"
    if operation is None or status not in (_GATHERING | {"COMPLETED"}):
        raise Rejected(f"The store could not gather its orders: {status}.")
    if status in _GATHERING:
        return None
    return _orders(_rows(api, operation["url"])) if operation["url"] else iter(())


def _rows(api: AdminApi, url: str) -> Iterator[Json]:
    # Files lie on another host under a signed address. In practice they lie in the town, and nowhere else.
    elsewhere = url.startswith("https://") and not on_this_machine(url)
    if not elsewhere and urlsplit(url).netloc != urlsplit(api.origin).netloc:
        raise Unavailable("the store's file lies where no store keeps files")
    for line in api.http.lines(SOURCE, url):
        yield _row(line)


def _row(line: bytes) -> Json:
    try:
        row: Json = json.loads(line, parse_float=Decimal)
    except ValueError as fault:
        raise Unavailable("the store's file is damaged") from fault
    return row


def _orders(rows: Iterable[Json]) -> Iterator[Order]:
    node: Json | None = None
    lines: list[Json] = []
    for row in rows:
        if "__parentId" not in row:
            yield from _finished(node, lines)
            node, lines = row, []
        elif node is None or row["__parentId"] != node["id"]:
            raise Unavailable("the store's file is out of order")
        else:
            lines.append(row)
    yield from _finished(node, lines)


def _finished(node: Json | None, lines: list[Json]) -> Iterator[Order]:
    if node is not None:
        yield reading.past_order(node, lines)
