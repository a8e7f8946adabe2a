"""Sends signed webhooks from a process of its own, cheaper than any server: `python -m bench.sender` and one JSON.

Closed loop: each connection sends its next webhook when the last is answered. With a rate, webhooks leave by the clock,
and are timed from the moment at which they were due.
"""

import base64
import hashlib
import hmac
import json
import random
import select
import socket
import sys
import time
from collections import deque
from dataclasses import asdict, dataclass, field, replace

MEDIAN_BYTES = 7_800
BODIES = 64  # as many different ones, each signed beforehand
REPEATED = 0.01
ANSWER = b"HTTP/1.1 "
PATIENCE_SECONDS = 10.0


@dataclass(kw_only=True)
class Order:
    """What to send where, and for how long."""

    port: int
    seconds: float
    secret: str
    shop: str
    prefix: str  # of the deliveries' ids, which no two runs share
    connections: int = 32
    rate: int = 0  # a second; 0: as fast as answers come
    most: int = sys.maxsize


@dataclass(kw_only=True)
class Report:
    """What came of it; `acknowledged` are the numbers of the deliveries that were answered 200."""

    acknowledged: list[int] = field(default_factory=list)
    refused: int = 0
    milliseconds: list[float] = field(default_factory=list)
    seconds: float = 0.0


class Line:
    """One connection that is kept alive, and what it waits for."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.number = -1
        self.due = 0.0

    def send(self, number: int, due: float, parts: list[bytes]) -> None:
        self.number, self.due = number, due
        self.socket.sendall(b"".join(parts))


class Sender:
    """Sends until its time is over, or its server is."""

    def __init__(self, order: Order) -> None:
        self._order = order
        self._rng = random.Random(order.prefix)
        self._letters = [self._letter() for _ in range(BODIES)]
        self._lines = {line.socket.fileno(): line for line in (Line(order.port) for _ in range(order.connections))}
        self._waiting = select.poll()
        for number in self._lines:
            self._waiting.register(number, select.POLLIN)
        self._free = deque(self._lines.values())
        self._sent = 0
        self._report = Report()

    def run(self) -> Report:
        began = time.perf_counter()
        end, stop = began + self._order.seconds, began + self._order.seconds + PATIENCE_SECONDS
        while True:
            now = time.perf_counter()
            if now < end and self._sent < self._order.most:
                self._send_what_is_due(began, now)
            elif len(self._free) == len(self._lines) or now > stop:
                break
            try:
                self._hear()
            except OSError:  # the server was killed
                break
        self._report.seconds = min(time.perf_counter(), end) - began
        return self._report

    def _send_what_is_due(self, began: float, now: float) -> None:
        while self._free and self._sent < self._order.most:
            due = began + self._sent / self._order.rate if self._order.rate else now
            if due > now:
                return
            repeated = self._sent > 100 and self._rng.random() < REPEATED
            number = self._rng.randrange(self._sent) if repeated else self._sent
            self._sent += 1
            self._free.popleft().send(number, due, self._parts(number))

    def _hear(self) -> None:
        for ready, _ in self._waiting.poll(1 if self._order.rate else 100):
            line = self._lines[ready]
            heard = line.socket.recv(65536)
            if not heard:
                raise ConnectionResetError
            if not heard.startswith(ANSWER):
                continue  # the rest of an answer that we have counted
            self._report.milliseconds.append(1000 * (time.perf_counter() - line.due))
            if heard[9:12] == b"200":
                self._report.acknowledged.append(line.number)
            else:
                self._report.refused += 1
            self._free.append(line)

    def _parts(self, number: int) -> list[bytes]:
        head, body = self._letters[number % BODIES]  # so that a repeated delivery says the same again
        name = f"{self._order.prefix}-{number:08d}".encode()
        return [head % (name, name), body]

    def _letter(self) -> tuple[bytes, bytes]:
        size = int(self._rng.lognormvariate(0, 0.4) * MEDIAN_BYTES)
        lines: list[dict[str, object]] = []
        order = {"id": self._rng.randrange(10**12), "currency": "USD", "line_items": lines}
        while len(json.dumps(order)) < size:
            name = "".join(self._rng.choices("abcdefghijklmnopqrstuvwxyz ", k=24))
            lines.append({"id": self._rng.randrange(10**13), "title": name, "price": "12.34", "taxable": True})
        body = json.dumps(order).encode()
        signed = base64.b64encode(hmac.digest(self._order.secret.encode(), body, hashlib.sha256)).decode()
        head = (
            "POST /webhooks/shopify HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
            "X-Shopify-Topic: orders/paid\r\nX-Shopify-API-Version: 2026-10\r\n"
            f"X-Shopify-Shop-Domain: {self._order.shop}\r\nX-Shopify-Hmac-Sha256: {signed}\r\n"
            "X-Shopify-Webhook-Id: %s\r\nX-Shopify-Event-Id: %s\r\n"
            "X-Shopify-Triggered-At: 2026-11-21T15:00:00.123456789Z\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        return head.encode(), body


def letters(order: Order) -> list[tuple[bytes, bytes]]:
    """Return some signed webhooks: head, with two places for names, and body."""
    return Sender(replace(order, connections=0))._letters  # noqa: SLF001  # its own maker


if __name__ == "__main__":
    print(json.dumps(asdict(Sender(Order(**json.loads(sys.argv[1]))).run())))
