"""`torture recovery`: how soon all goes on after Redis, a worker or the database was gone. It clocks; a test counts."""

import argparse
import tempfile
import time
import urllib.request
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from app.domain.effects import State
from integrations.sandbox.store.announcing import signature
from integrations.sandbox.town import PRACTICE_SECRETS, PRACTICE_SHOP
from tests.stack import Stack, running, until
from tests.torture.chaos.books import Ledger, ledger
from tests.torture.chaos.killer import Killer
from tests.torture.chaos.patience import Patient
from tests.torture.chaos.servers import Server, database

POSTS = 60
SLOW_SECONDS = 6.0
# The shipped settings, not those of a practice in a hurry.
SHIPPED: dict[str, Any] = {"LEASE_SECONDS": "90", "QUARANTINE_SECONDS": "16", "SWEEP_SECONDS": "900"}
PATIENCE_SECONDS = 240.0


@dataclass(slots=True, kw_only=True)
class Ward:
    """A running app, somebody who can hurt it, and customers whose next order brings a gift."""

    stack: Stack
    books: Ledger
    killer: Killer
    server: Server | None
    regulars: list[int]

    def gift_after(self, hurt: Callable[[], object]) -> float:
        """Return how many seconds after the blow a gift is there that was ordered just then."""
        hurt()
        began = time.monotonic()
        order = self.stack.order(self.regulars.pop())["order_id"]
        until(lambda: self.stack.gift_lines(order), PATIENCE_SECONDS)
        return time.monotonic() - began

    def redis_silent(self) -> Mapping[str, float]:
        """Let Redis accept and never answer, take webhooks in, and let it speak again."""
        order = 0
        with self.killer.silenced("redis"):
            taken = sorted(self._post() for _ in range(POSTS))
            order = self.stack.order(self.regulars.pop())["order_id"]
        began = time.monotonic()
        until(lambda: self.stack.gift_lines(order), PATIENCE_SECONDS)
        return {
            "Redis silent: a webhook's answer, p95": taken[int(0.95 * POSTS)],
            "Redis speaks again: gift after": time.monotonic() - began,
        }

    def redis_wiped(self) -> Mapping[str, float]:
        return {"Redis wiped: gift after": self.gift_after(lambda: self.killer.strike("wipe redis"))}

    def redis_killed(self) -> Mapping[str, float]:
        return {"Redis killed: gift after": self.gift_after(lambda: self.killer.strike("kill redis"))}

    def worker_killed(self) -> Mapping[str, float]:
        """Kill every worker while one of them waits for the store's answer to the call that gives."""
        slow = {"operation": "OrderEditCommit", "kind": "slow", "seconds": SLOW_SECONDS}
        self.stack.post("/town/faults", {"next": [slow]})
        order = self.stack.order(self.regulars.pop())["order_id"]
        until(self.books.is_sending, PATIENCE_SECONDS)
        time.sleep(1.0)  # the calls before the slow one
        self.killer.strike_all("worker")
        began = time.monotonic()
        until(lambda: self.books.stands(order) == State.DONE, PATIENCE_SECONDS)
        return {"worker killed in a call: done after": time.monotonic() - began}

    def database_killed(self) -> Mapping[str, float]:
        if self.server is None:
            return {}
        return {"database killed: gift after": self.gift_after(lambda: self.killer.strike("kill server"))}

    def _post(self) -> float:
        body = b'{"id": 1}'
        headers = {
            "X-Shopify-Topic": "orders/updated",
            "X-Shopify-Shop-Domain": PRACTICE_SHOP,
            "X-Shopify-Webhook-Id": str(uuid.uuid4()),
            "X-Shopify-Hmac-Sha256": signature(body, PRACTICE_SECRETS[0]),
            "Content-Type": "application/json",
        }
        began = time.monotonic()
        with urllib.request.urlopen(
            urllib.request.Request(f"{self.stack.app}/webhooks/shopify", data=body, headers=headers), timeout=10
        ) as answer:
            answer.read()
        return time.monotonic() - began


def main(arguments: list[str]) -> int:
    """Hurt the app in each way, and print how long it took to be well again."""
    parser = argparse.ArgumentParser(prog="python3 -m app torture recovery", description=__doc__)
    parser.add_argument("--db", choices=("sqlite", "postgresql"), default="postgresql")
    kind = parser.parse_args(arguments).db
    with tempfile.TemporaryDirectory(prefix="lagniappe-recovery-") as made:
        folder = Path(made)
        with (
            database(kind, folder) as (url, server),
            ledger(url) as books,
            running(folder / "var", url, **SHIPPED) as stack,
        ):
            killer = Killer(stack.process.pid, folder / "var", Random(1), blows=(), pause=1.0, server=server)
            regulars = stack.get("/town/cast")["fourth_order_customers"][:-1]
            ward = Ward(stack=Patient.of(stack), books=books, killer=killer, server=server, regulars=regulars)
            for trial in (
                ward.redis_silent,
                ward.redis_wiped,
                ward.redis_killed,
                ward.worker_killed,
                ward.database_killed,
            ):
                for what, seconds in trial().items():
                    print(f"  {what:<42}{seconds:6.2f} s", flush=True)
    return 0
