"""A day in the storm: its weather, its clock, and what must come of what people ask for."""

import math
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from types import MappingProxyType
from typing import Any

from app.domain.gifts import GiftKind
from integrations.sandbox.store.admin import id_token
from integrations.sandbox.town import PRACTICE_SHOP, TownSettings
from tests.builders import present
from tests.stack import Stack, until
from tests.torture.chaos.books import Ledger
from tests.torture.chaos.weather import FAIR_POST, VENDOR_FAULTS, VENDORS, Weather

OTHER_SHOP = "other-storm.myshopify.com"
PATIENCE_SECONDS = 180.0  # of what the storm left, something more must be done by then, until all is
LONGEST_STORM_SECONDS = 900.0  # for what somebody in its midst waits for: a letter may be put off again and again there
LONGEST_JUMP_SECONDS = 4 * 3_600
LATE_SECONDS = 1.0  # by which a busy machine may be later still
EARLY_SECONDS = 60  # by which time stops before the first bouquet


GIFTS: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {
        "tremendous": {"what": GiftKind.EGIFT, "sku": "OKMHM2X2OHYV:5.00:USD", "title": "Corner Bookshop, $5.00"},
        "lob": {"what": GiftKind.CARD, "sku": "letter", "title": "A letter by post"},
    }
)


class StillToCome(Exception):
    """What is not done in time; the argument lists it."""


@dataclass(slots=True, kw_only=True)
class Day:
    """The town and the app's books, and what the storm knows of what must come of it."""

    stack: Stack
    ledger: Ledger
    rng: Random
    secrets: tuple[str, ...]  # of the app, the current one first
    weather: Weather
    skew: int = 0  # by how many seconds the app's database is ahead of everybody else
    orders: list[int] = field(default_factory=list)
    gifted: set[int] = field(default_factory=set)  # orders that must have their gift
    asked_back: Counter[int] = field(default_factory=Counter)  # by order, in minor units
    slow: list[int] = field(default_factory=list)  # orders whose refunds are on their way until the bank decides
    expiries: int = 0
    hours: float = 0.0

    def rage(self) -> None:
        """Lose, repeat and hold up webhooks, and let the store fail."""
        weather = self.weather
        self.stack.post("/town/post", dict(weather.post))
        faults = {"rate": weather.fault_rate, "kinds": list(weather.faults), "seconds": [weather.least, weather.most]}
        late = [{"operation": name, "kind": "late_commit", "seconds": weather.most} for name in weather.late]
        self.stack.post("/town/faults", faults | {"next": late})
        self._vendors_fail(weather.vendor_rate)

    def calm(self) -> None:
        """Let nothing go wrong from now on, and what is late arrive."""
        self.stack.post("/town/post", dict(FAIR_POST))
        self.stack.post("/town/faults", {"rate": 0.0, "next": []})
        self._vendors_fail(0.0)
        time.sleep(self.weather.most + 0.5)

    def an_hour_passes(self) -> None:
        """Let every token grow old, while no answer is on its way: a call that took an hour would be another story."""
        self.calm()
        until(lambda: not self.ledger.is_sending(), LONGEST_STORM_SECONDS)
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
        """Return the time as the app has it."""
        return datetime.fromisoformat(self.stack.get("/town/state")["now"]) + timedelta(seconds=self.skew)

    def settle(self, *, but_flowers: bool = False) -> None:
        """Wait until all is done, and one more sweep; where nothing can be done yet, let time pass.

        `but_flowers`: never so much that the first bouquet leaves. What waits for longer than that waits on.
        """
        since, fewest, ends_at, jump = self.now(), math.inf, 0.0, 600
        while waits := self._waits(since, but_flowers=but_flowers):
            left = sum(int(each.split()[0]) for each in waits)
            if left < fewest:
                fewest, ends_at = left, time.monotonic() + PATIENCE_SECONDS
            if time.monotonic() > ends_at:
                raise StillToCome(waits)
            if self.ledger.is_only_waiting(self.now()):
                # What the store does late comes by everybody's real seconds: time must not jump over it.
                time.sleep(self.weather.most + LATE_SECONDS if self.ledger.is_in_doubt() else 0.5)
                if self.ledger.is_only_waiting(self.now()):
                    bouquets = self.ledger.bouquets() if but_flowers else None
                    if bouquets is not None and bouquets[0] - self.now() < timedelta(seconds=jump + EARLY_SECONDS):
                        return
                    self.advance(jump)
                    jump = min(2 * jump, LONGEST_JUMP_SECONDS)
            time.sleep(0.3)

    def the_bank_decides(self) -> None:
        """Let half of the refunds that are on their way arrive, and half of them fail."""
        for at, order in enumerate(self.slow):
            with suppress(urllib.error.HTTPError):  # the agent's press was never acknowledged: nothing is on its way
                self.stack.post(f"/town/orders/{order}/bank", {"status": ("FAILURE", "SUCCESS")[at % 2]})

    def buy(self, customer: int | None, **changes: Any) -> int:
        """Let somebody order; return the order."""
        order = int(self.stack.post("/town/orders", {"customer_id": customer} | changes)["order_id"])
        self.orders.append(order)
        return order

    def know(self, order: int) -> None:
        """Wait until the app has written the order down, as an agent does who has it on the screen."""
        until(lambda: self.ledger.knows(order), LONGEST_STORM_SECONDS)

    def ticket(self, customer: int) -> int:
        """Let a customer write in; return the ticket."""
        return int(self.stack.post("/town/tickets", {"customer_id": customer})["ticket_id"])

    def press(self, ticket: int, order: int, *, repeated: bool = False, **form: str) -> None:
        """Have an agent give money back, and note what was asked for; `repeated` is an impatient finger."""
        shown = self.stack.get(f"/town/orders/{order}")
        if not repeated:
            asked = shown["total"] if "items" in form else form["amount"]
            self.asked_back[order] += round(Decimal(asked) * 100)
        self.stack.post(f"/town/tickets/{ticket}/press", {"action": "refund_keep", "order": shown["name"]} | form)

    def order_flowers(self, ticket: int, order: int) -> None:
        """Have an agent send flowers, which leave tomorrow morning."""
        name = self.stack.get(f"/town/orders/{order}")["name"]
        self.stack.post(f"/town/tickets/{ticket}/press", {"action": "flowers", "order": name, "when_days": "1"})

    def send(self, customer: int, vendor: str) -> None:
        """Have an agent send something at once by a vendor that knows our keys."""
        gift = present(vendor=vendor, customer_id=customer, order_id=None, ticket_id=None, **GIFTS[vendor])
        self.ledger.send(PRACTICE_SHOP, gift, self.now())

    def tomorrow_comes(self) -> None:
        """Let time pass until every bouquet that was promised should leave."""
        bouquets = self.ledger.bouquets()
        if bouquets is not None:
            self.advance(max(round((bouquets[1] - self.now()).total_seconds()), 0) + 1)

    def open_other(self) -> None:
        """Let the other merchant open the app, for the first time or again, until it is in."""
        asked = self.now()
        until(lambda: self._knocks() and self.ledger.let_in_since(OTHER_SHOP, asked), LONGEST_STORM_SECONDS)

    def leave_other(self) -> None:
        """Let the other merchant take the app out."""
        self.stack.post(f"/town/shops/{OTHER_SHOP}/uninstall")

    def reopen_other(self) -> None:
        """Let the other merchant take the app back in."""
        self.stack.post(f"/town/shops/{OTHER_SHOP}/reinstall")
        self.open_other()
        # By a clock that is ahead, whoever orders at once has ordered before the app was there.
        time.sleep(max(self.skew, 0) + LATE_SECONDS)

    def _vendors_fail(self, rate: float) -> None:
        for vendor in VENDORS:
            self.stack.post(f"/town/{vendor}/faults", {"rate": rate, "kinds": list(VENDOR_FAULTS)})

    def _waits(self, since: datetime, *, but_flowers: bool) -> list[str]:
        if not self.ledger.let_in_since(OTHER_SHOP, datetime.min.replace(tzinfo=since.tzinfo)):
            self._knocks()
        letters = self.stack.get("/town/state")["letters"].get("waiting", 0)
        waits = self.ledger.waits(swept_since=since, but_flowers=but_flowers)
        return [*waits, *([f"{letters} letters"] if letters else [])]

    def _knocks(self) -> bool:
        app = TownSettings(client_secrets=self.secrets)
        proof = {"Authorization": f"Bearer {id_token(app, OTHER_SHOP, self.now())}"}
        request = urllib.request.Request(f"{self.stack.app}/", headers=proof)
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            return False  # just killed, or the store is away
