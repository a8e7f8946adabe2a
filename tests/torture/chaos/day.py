"""A day in the storm: its weather, its clock, and what both sides have counted when it is over."""

import time
import urllib.error
import urllib.request
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import Any

from integrations.sandbox.store.admin import id_token
from integrations.sandbox.town import TownSettings
from tests.stack import Stack, until
from tests.torture.chaos.books import Ledger

OTHER_SHOP = "other-storm.myshopify.com"
WEATHER = {"loss": 0.2, "duplicates": 0.2, "reorder": 0.3, "delay": 0.1, "seconds": 3}
FAIR = {"loss": 0, "duplicates": 0, "reorder": 0, "delay": 0}
FAULTS = ("429", "throttled", "500_before", "500_after", "commit_then_drop", "late_commit", "html_502")
FAULT_RATE = 0.1
LATE_SECONDS = 2.5  # after which nothing that was struck by late_commit is still to come
PATIENCE_SECONDS = 90.0


@dataclass(slots=True, kw_only=True)
class Day:
    """The town and the app's books, and what the storm knows of what must come of it."""

    stack: Stack
    ledger: Ledger
    rng: Random
    secrets: tuple[str, ...]  # of the app, the current one first
    orders: list[int] = field(default_factory=list)
    gifted: set[int] = field(default_factory=set)  # orders that must have their gift
    asked_back: Counter[int] = field(default_factory=Counter)  # by order, in minor units
    slow: list[int] = field(default_factory=list)  # orders whose refunds are on their way until the bank decides
    calls: Counter[str] = field(default_factory=Counter)
    struck: Counter[str] = field(default_factory=Counter)
    expiries: int = 0
    hours: float = 0.0

    def rage(self) -> None:
        """Lose, repeat and hold up webhooks, and let the store fail."""
        self.stack.post("/town/post", WEATHER)
        self.stack.post("/town/faults", {"rate": FAULT_RATE, "kinds": list(FAULTS)})

    def calm(self) -> None:
        """Let nothing go wrong from now on, and what is late arrive."""
        self.stack.post("/town/post", FAIR)
        self.stack.post("/town/faults", {"rate": 0.0})
        time.sleep(LATE_SECONDS)

    def an_hour_passes(self) -> None:
        """Let every token grow old, while no answer is on its way: a call that took an hour would be another story."""
        self.calm()
        until(lambda: not self.ledger.is_sending(), PATIENCE_SECONDS)
        self.advance(3_600)
        self.rage()

    def advance(self, seconds: int) -> None:
        """Let time pass, for everybody."""
        self.stack.post("/town/clock", {"seconds": seconds})
        self.hours += seconds / 3_600

    def expire(self, shop: str) -> None:
        """End a shop's tokens before their time."""
        self.stack.post(f"/town/shops/{shop}/expire")
        self.expiries += 1

    def now(self) -> datetime:
        """Return the time in the town."""
        return datetime.fromisoformat(self.stack.get("/town/state")["now"])

    def settle(self) -> None:
        """Wait until all is done, and one more sweep; where nothing can be done yet, let time pass."""
        since, ends_at = self.now(), time.monotonic() + PATIENCE_SECONDS
        while waits := self._waits(since):
            assert time.monotonic() < ends_at, f"still to come: {waits}"
            if self.ledger.is_only_waiting(self.now()):
                time.sleep(0.5)
                if self.ledger.is_only_waiting(self.now()):
                    self.advance(600)
            time.sleep(0.3)

    def the_bank_decides(self) -> None:
        """Let half of the refunds that are on their way arrive, and half of them fail."""
        for at, order in enumerate(self.slow):
            with suppress(urllib.error.HTTPError):  # the agent's press was never acknowledged: nothing is on its way
                self.stack.post(f"/town/orders/{order}/bank", {"status": ("FAILURE", "SUCCESS")[at % 2]})

    def note_calls(self) -> None:
        """Add up what the town has counted, which it forgets when it is killed. Ask once in a life of the town."""
        state = self.stack.get("/town/state")
        self.calls.update(state["calls"])
        self.struck.update(state["struck"])

    def buy(self, customer: int | None, **changes: Any) -> int:
        """Let somebody order; return the order."""
        order = int(self.stack.post("/town/orders", {"customer_id": customer} | changes)["order_id"])
        self.orders.append(order)
        return order

    def know(self, order: int) -> None:
        """Wait until the app has written the order down, as an agent does who has it on the screen."""
        until(lambda: self.ledger.knows(order), PATIENCE_SECONDS)

    def ticket(self, customer: int) -> int:
        """Let a customer write in; return the ticket."""
        return int(self.stack.post("/town/tickets", {"customer_id": customer})["ticket_id"])

    def press(self, ticket: int, order: int, *, repeated: bool = False, **form: str) -> None:
        """Have an agent give money back, and note what was asked for; `repeated` is an impatient finger."""
        shown = self.stack.get(f"/town/orders/{order}")
        if not repeated:
            asked = shown["total"] if "items" in form else form["amount"]
            self.asked_back[order] += round(float(asked) * 100)
        self.stack.post(f"/town/tickets/{ticket}/press", {"action": "refund_keep", "order": shown["name"]} | form)

    def open_other(self) -> None:
        """Let the other merchant open the app, for the first time or again, until it is in."""
        asked = self.now()
        until(lambda: self._knocks() and self.ledger.let_in_since(OTHER_SHOP, asked), PATIENCE_SECONDS)

    def leave_other(self) -> None:
        """Let the other merchant take the app out."""
        self.stack.post(f"/town/shops/{OTHER_SHOP}/uninstall")

    def reopen_other(self) -> None:
        """Let the other merchant take the app back in."""
        self.stack.post(f"/town/shops/{OTHER_SHOP}/reinstall")
        self.open_other()

    def _waits(self, since: datetime) -> list[str]:
        if not self.ledger.let_in_since(OTHER_SHOP, datetime.min.replace(tzinfo=since.tzinfo)):
            self._knocks()
        letters = self.stack.get("/town/state")["letters"].get("waiting", 0)
        return [*self.ledger.waits(swept_since=since), *([f"{letters} letters"] if letters else [])]

    def _knocks(self) -> bool:
        app = TownSettings(client_secrets=self.secrets)
        proof = {"Authorization": f"Bearer {id_token(app, OTHER_SHOP, self.now())}"}
        request = urllib.request.Request(f"{self.stack.app}/", headers=proof)
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            return False  # just killed, or the store is away
