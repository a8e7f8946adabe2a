"""A stand-in of the Admin API that answers after a while and remembers when each customer got their tag.

A process of its own, and cheap: whoever is measured must be the slower one. It knows orders and tags and nothing else.
"""

import asyncio
import json
import sys
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from subprocess import PIPE, Popen
from typing import Any

import requests

COST = 10  # points of any call
_MONEY = {"shopMoney": {"amount": "900.00", "currencyCode": "USD"}}
_LINE = {"id": "gid://shopify/LineItem/1", "quantity": 1, "currentQuantity": 1, "unfulfilledQuantity": 0}
_LAST = {"hasNextPage": False, "endCursor": None}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """How long each answer takes, and the size and rate of each shop's bucket; as it is, it never empties."""

    seconds: float = 0.03
    size: int = 1_000_000
    rate: int = 1_000_000


@dataclass(slots=True)
class Bucket:
    """A shop's points, by the store's own clock."""

    wish: Wish
    left: float = field(init=False)
    at: float = field(default_factory=time.monotonic)
    refused: int = 0

    def __post_init__(self) -> None:
        self.left = self.wish.size

    def take(self) -> bool:
        now = time.monotonic()
        self.left, self.at = min(self.wish.size, self.left + self.wish.rate * (now - self.at)), now
        if self.left < COST:
            self.refused += 1
            return False
        self.left -= COST
        return True

    def told(self) -> dict[str, Any]:
        wish = self.wish
        status = {"maximumAvailable": wish.size, "currentlyAvailable": int(self.left), "restoreRate": wish.rate}
        return {"cost": {"requestedQueryCost": COST, "actualQueryCost": COST, "throttleStatus": status}}


@dataclass(slots=True)
class Store:
    """Every shop at once: what was asked how often, and what was tagged when."""

    wish: Wish
    buckets: dict[str, Bucket] = field(default_factory=dict)
    calls: Counter[str] = field(default_factory=Counter)
    tagged: dict[str, float] = field(default_factory=dict)
    twice: int = 0

    def answer(self, shop: str, body: bytes) -> dict[str, Any]:
        said = json.loads(body)
        name, variables = said["operationName"], said["variables"]
        bucket = self.buckets.setdefault(shop, Bucket(self.wish))
        if not bucket.take():
            error = {"message": "Throttled", "extensions": {"code": "THROTTLED"}}
            return {"errors": [error], "extensions": bucket.told()}
        self.calls[name] += 1
        data = self._data(name, variables, f"{shop}/{variables.get('id', '').rpartition('/')[2]}")
        return {"data": data, "extensions": bucket.told()}

    def _data(self, name: str, variables: dict[str, Any], whom: str) -> dict[str, Any]:
        if name == "OrderFacts":
            return {"order": _order(variables["id"]), "shop": {"shopAddress": {"countryCodeV2": "US"}}}
        if name == "CustomerTags":
            return {"customer": {"id": variables["id"], "tags": []}}
        if name == "TagsAdd":
            self.twice += whom in self.tagged
            self.tagged.setdefault(whom, time.monotonic())
            return {"tagsAdd": {"node": {"id": variables["id"]}, "userErrors": []}}
        raise ValueError(name)

    def state(self) -> dict[str, Any]:
        refused = sum(bucket.refused for bucket in self.buckets.values())
        return {"calls": self.calls, "tagged": self.tagged, "twice": self.twice, "refused": refused}


def _order(gid: str) -> dict[str, Any]:
    """Return an order that was paid, has arrived, and belongs to the customer of its own number."""
    number = gid.rpartition("/")[2]
    at = "2026-11-20T10:00:00Z"
    mail = {"emailAddress": f"customer-{number}@example.com"}
    line = _LINE | {"isGiftCard": False, "sellingPlan": None, "variant": {"id": "gid://shopify/ProductVariant/1"}}
    return {
        "id": gid,
        "name": f"#{number}",
        "createdAt": at,
        "processedAt": at,
        "updatedAt": at,
        "closed": True,
        "cancelledAt": None,
        "test": False,
        "tags": [],
        "sourceName": "web",
        "sourceIdentifier": None,
        "displayFinancialStatus": "PAID",
        "displayFulfillmentStatus": "FULFILLED",
        "merchantEditable": False,
        "email": mail["emailAddress"],
        "customer": {"id": f"gid://shopify/Customer/{number}", "createdAt": at, "defaultEmailAddress": mail},
        "totalOutstandingSet": {"shopMoney": {"amount": "0.00", "currencyCode": "USD"}},
        "netPaymentSet": _MONEY,
        "risk": {"recommendation": "ACCEPT"},
        "disputes": [],
        "shippingAddress": {"countryCodeV2": "US"},
        "lineItems": {"nodes": [line | {"discountedTotalSet": _MONEY}], "pageInfo": _LAST},
        "metafields": {"nodes": []},
    }


class _Line(asyncio.Protocol):
    """One connection: a call at a time, as our own client makes them."""

    def __init__(self, store: Store) -> None:
        self.store, self.kept = store, b""
        self.waiting: deque[bytes] = deque()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport: Any = transport

    def data_received(self, data: bytes) -> None:
        self.kept += data
        head, found, body = self.kept.partition(b"\r\n\r\n")
        if not found:
            return
        words = head.lower()
        length = int(words.partition(b"content-length:")[2].split(b"\r\n", 1)[0] or 0)
        if len(body) < length:
            return
        self.kept = b""
        path = head.split(b" ", 2)[1].decode()
        if path == "/state":
            self._say(self.store.state())
            return
        answer = self.store.answer(path.split("/")[1], body)
        asyncio.get_running_loop().call_later(self.store.wish.seconds, self._say, answer)

    def _say(self, answer: dict[str, Any]) -> None:
        body = json.dumps(answer).encode()
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        self.transport.write(head.encode() + body)


@dataclass(frozen=True, slots=True)
class Remote:
    """The stand-in as its users see it."""

    url: str

    @property
    def origin(self) -> str:
        return self.url + "/{shop}"

    def state(self) -> dict[str, Any]:
        found: dict[str, Any] = requests.get(f"{self.url}/state", timeout=30).json()
        return found


@contextmanager
def serving(wish: Wish) -> Iterator[Remote]:
    """Serve until the block ends."""
    command = [sys.executable, "-m", "bench.remote", str(wish.seconds), str(wish.size), str(wish.rate)]
    with Popen(command, stdout=PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield Remote(f"http://127.0.0.1:{int(process.stdout.readline())}")
        finally:
            process.kill()


async def _serve(wish: Wish, tell: Callable[[int], None]) -> None:
    store = Store(wish)
    server = await asyncio.get_running_loop().create_server(lambda: _Line(store), "127.0.0.1", 0)
    tell(server.sockets[0].getsockname()[1])
    await server.serve_forever()


if __name__ == "__main__":
    chosen = Wish(seconds=float(sys.argv[1]), size=int(sys.argv[2]), rate=int(sys.argv[3]))
    asyncio.run(_serve(chosen, lambda port: print(port, flush=True)))
