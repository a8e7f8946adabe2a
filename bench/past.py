"""A made-up past, the same for the same seed, and a store that has gathered it and serves it as one does."""

import gzip
import json
import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from app.domain.history import Export

SEED = 7
_EPOCH = datetime(2024, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """Two files of lines, and how many things each holds."""

    orders: int
    customers: int
    order_lines: list[bytes]
    customer_lines: list[bytes]

    @property
    def things(self) -> int:
        return self.orders + self.customers

    @property
    def lines(self) -> int:
        return len(self.order_lines) + len(self.customer_lines)


def made_up(orders: int, customers: int) -> Past:
    """Return a past of so many orders, every eighth of them a guest's, with one to three lines each."""
    rng = random.Random(SEED)
    return Past(
        orders=orders,
        customers=customers,
        order_lines=[line for number in range(1, orders + 1) for line in _order(rng, number, customers)],
        customer_lines=[_customer(number) for number in range(1, customers + 1)],
    )


@contextmanager
def served(past: Past) -> Iterator[str]:
    """Serve the past on this machine until the block ends; yield the store's origin."""
    files = {
        kind: gzip.compress(b"\n".join(lines) + b"\n", compresslevel=1)
        for kind, lines in ((Export.ORDERS, past.order_lines), (Export.CUSTOMERS, past.customer_lines))
    }
    counts = {Export.ORDERS: past.orders, Export.CUSTOMERS: past.customers}

    class Store(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            self._say(json.dumps({"data": self._answer(asked)}).encode())

        def do_GET(self) -> None:
            self._say(files[Export(self.path.rpartition("/")[2])], encoding="gzip")

        def log_message(self, *_: object) -> None:
            """Say nothing."""

        def _answer(self, asked: dict[str, dict[str, str]]) -> dict[str, object]:
            if "query" in asked["variables"]:
                kind = Export.ORDERS if "BulkOrders" in asked["variables"]["query"] else Export.CUSTOMERS
                return {"bulkOperationRunQuery": {"bulkOperation": {"id": kind, "status": "CREATED"}, "userErrors": []}}
            if "id" not in asked["variables"]:
                scopes = [{"handle": "read_all_orders"}]
                shop = {"shopAddress": {"countryCodeV2": "US"}}
                return {"currentAppInstallation": {"id": "1", "accessScopes": scopes}, "shop": shop}
            kind = Export(asked["variables"]["id"])
            url = f"http://{self.headers['Host']}/files/{kind}"
            count = str(counts[kind])
            told = {"id": kind, "status": "COMPLETED", "errorCode": None, "url": url, "partialDataUrl": None}
            return {"bulkOperation": told | {"objectCount": count, "rootObjectCount": count}}

        def _say(self, body: bytes, encoding: str | None = None) -> None:
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            if encoding:
                self.send_header("Content-Encoding", encoding)
            self.end_headers()
            self.wfile.write(body)

    class Quiet(ThreadingHTTPServer):
        def handle_error(self, *_: object) -> None:
            """Say nothing of a reader who was killed."""

    server = Quiet(("127.0.0.1", 0), Store)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def _order(rng: random.Random, number: int, customers: int) -> Iterator[bytes]:
    at = (_EPOCH + timedelta(minutes=7 * number)).strftime("%Y-%m-%dT%H:%M:%SZ")
    prices = [rng.randint(500, 20_000) for _ in range(rng.randint(1, 3))]
    guest = number % 8 == 0
    who = min(int(rng.paretovariate(0.5)), customers)
    row: dict[str, object] = {
        "id": f"gid://shopify/Order/{number}",
        "name": f"#{1000 + number}",
        "createdAt": at,
        "processedAt": at,
        "updatedAt": at,
        "cancelledAt": at if rng.random() < 0.02 else None,
        "test": False,
        "tags": [],
        "sourceName": "web",
        "sourceIdentifier": None,
        "displayFinancialStatus": "PAID",
        "customer": None if guest else {"id": f"gid://shopify/Customer/{who}"},
        "email": f"person-{who}@customer.example",
        "shippingAddress": {"countryCodeV2": "US"},
        "risk": {"recommendation": "ACCEPT"},
        "netPaymentSet": _bag(sum(prices)),
        "refunds": [],
        "fulfillments": [{"createdAt": at}],
    }
    yield json.dumps(row).encode()
    for place, price in enumerate(prices):
        line = {
            "id": f"gid://shopify/LineItem/{4 * number + place}",
            "quantity": 1,
            "currentQuantity": 1,
            "isGiftCard": False,
            "sellingPlan": None,
            "variant": {"id": f"gid://shopify/ProductVariant/{price}"},
            "discountedTotalSet": _bag(price),
            "__parentId": row["id"],
        }
        yield json.dumps(line).encode()


def _customer(number: int) -> bytes:
    row = {
        "id": f"gid://shopify/Customer/{number}",
        "numberOfOrders": str(number % 9),
        "amountSpent": {"amount": f"{number % 9 * 45}.0", "currencyCode": "USD"},
        "defaultEmailAddress": {"emailAddress": f"person-{number}@customer.example"},
    }
    return json.dumps(row).encode()


def _bag(minor: int) -> dict[str, dict[str, str]]:
    return {"shopMoney": {"amount": f"{minor // 100}.{minor % 100:02d}", "currencyCode": "USD"}}
