"""The whole thing, as a newcomer starts it: the launcher, its processes, and the practice town."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

ROOT = Path(__file__).resolve().parents[1]
PATIENCE_SECONDS = 100.0

Seen = TypeVar("Seen")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    """A running demo, seen from outside: the app's address and the town's."""

    app: str
    town: str
    process: subprocess.Popen[bytes]

    def get(self, path: str) -> Any:
        """Return what the town tells at that path."""
        return call(f"{self.town}{path}")

    def post(self, path: str, body: dict[str, Any] | None = None) -> Any:
        """Make something happen in the town."""
        return call(f"{self.town}{path}", body or {})

    def order(self, customer_id: int | None, **changes: Any) -> dict[str, Any]:
        """Let the customer place the next order."""
        placed: dict[str, Any] = self.post("/town/orders", {"customer_id": customer_id, "announce": "send"} | changes)
        return placed

    def summary(self) -> Any:
        """Return what the app says of itself."""
        return call(f"{self.app}/practice/summary")

    def gift_lines(self, order_id: int) -> list[dict[str, Any]]:
        """Return the lines of an order that cost nothing and are still on it."""
        return gift_lines(self.get(f"/town/orders/{order_id}"))


def gift_lines(order: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the free lines of an order as the town shows it."""
    return [
        line
        for line in order["lines"]
        if line["current_quantity"] and line["price"] and line["discount"] == line["price"]
    ]


def until(look: Callable[[], Seen], seconds: float = PATIENCE_SECONDS) -> Seen:
    """Return the first true thing seen; fail when none is seen in time."""
    end = time.monotonic() + seconds
    while not (seen := look()):
        assert time.monotonic() < end, f"did not come true within {seconds} s: {seen!r}"
        time.sleep(0.1)
    return seen


@contextmanager
def running(
    folder: Path,
    database_url: str,
    *,
    ports: tuple[int, int] | None = None,
    workers: int = 2,
    tickers: int = 1,
    **surroundings: str,
) -> Iterator[Stack]:
    """Run a demo on this state folder and database until the block ends; what surrounds it can be changed by name."""
    web, town = ports or (free_port(), free_port())
    environment = os.environ | {
        "APP_VAR": str(folder),
        "DATABASE_URL": database_url,
        "WEB_PORT": str(web),
        "SANDBOX_PORT": str(town),
        "SANDBOX_MAIL_PORT": str(free_port()),
        "SANDBOX_CUSTOMERS": "300",
        "SWEEP_SECONDS": "3",
        "QUARANTINE_SECONDS": "2",
        "LEASE_SECONDS": "5",
        **surroundings,
    }
    log = (folder.parent / f"{folder.name}.log").open("ab")
    process = subprocess.Popen(
        [sys.executable, "-m", "app", "demo", "--workers", str(workers), "--tickers", str(tickers)],
        cwd=ROOT,
        env=environment,
        stdout=log,
        stderr=log,
        start_new_session=True,
    )
    stack = Stack(app=f"http://127.0.0.1:{web}", town=f"http://127.0.0.1:{town}", process=process)
    try:
        until(lambda: ready(stack))
        yield stack
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(timeout=60)
        log.close()


def ready(stack: Stack) -> bool:
    """Return whether the demo shows its first effects; fail when it has ended."""
    assert stack.process.poll() is None, "the demo ended; see its log beside the state folder"
    try:
        return bool(stack.summary()["ready"])
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False


def free_port() -> int:
    """Return a port that nobody uses just now."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def call(url: str, body: dict[str, Any] | None = None) -> Any:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data=data, headers={"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.loads(answer.read())
