"""Three hosts in a storm, one of them cut off in the middle of its work and back a minute later."""

import logging
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from random import Random

from sqlalchemy import func, select

from app.domain.effects import State
from app.store.base import reading
from app.store.tables import Effect
from integrations.sandbox.town import PRACTICE_SECRETS
from integrations.shopify.tokens import fingerprint
from tests.stack import call, until
from tests.torture.chaos.books import Ledger, ledger, town_rows
from tests.torture.chaos.promises import Facts, broken
from tests.torture.hosts.network import Host
from tests.torture.hosts.services import TOWN_PORT, Hub, hub

TOWN = f"http://127.0.0.1:{TOWN_PORT}"
FAULTS = ("hang_after", "late_commit", "500_after", "commit_then_drop", "429")
FAULT_RATE = 0.1
PATIENCE = 180.0
LONG_CUT = 60.0
_LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)

log = logging.getLogger("hosts")


@dataclass(slots=True, kw_only=True)
class Storm:
    """The storm in figures, and what must come of it."""

    ledger: Ledger
    rng: Random
    gifted: set[int] = field(default_factory=set)
    asked_back: dict[int, int] = field(default_factory=dict)
    orders: int = 0
    in_hand: frozenset[int] = frozenset()
    taken_over: int = 0
    during: int = 0

    def buy(self, customer: int, *, gifted: bool) -> int:
        order = int(call(f"{TOWN}/town/orders", {"customer_id": customer, "announce": "send"})["order_id"])
        self.orders += 1
        if gifted:
            self.gifted.add(order)
        return order

    def give_back(self, customer: int) -> None:
        order = self.buy(customer, gifted=False)
        call(f"{TOWN}/town/orders/{order}/fulfil", {"step": "send"})
        until(lambda: self.ledger.knows(order), PATIENCE)
        ticket = call(f"{TOWN}/town/tickets", {"customer_id": customer})["ticket_id"]
        name = call(f"{TOWN}/town/orders/{order}")["name"]
        press = {"action": "refund_keep", "order": name, "amount": "5.00"}
        for _ in range(2):  # an impatient finger
            call(f"{TOWN}/town/tickets/{ticket}/press", press)
        self.asked_back[order] = 5_00

    def sending(self) -> frozenset[int]:
        """Return the deeds that are under way at this moment."""
        with reading(self.ledger.sessions) as session:
            return frozenset(session.scalars(select(Effect.id).where(Effect.state == State.SENDING)))

    def ended(self, deeds: frozenset[int]) -> int:
        """Return how many of these deeds have come to their end."""
        with reading(self.ledger.sessions) as session:
            found = select(func.count()).where(Effect.id.in_(deeds), Effect.ended_at.is_not(None))
            return session.scalar(found) or 0

    def is_quiet(self) -> bool:
        """Return whether nothing is left to do."""
        waiting = call(f"{TOWN}/town/state")["letters"].get("waiting", 0)
        return not waiting and not self.ledger.waits(swept_since=_LONG_AGO)


def run(hosts: tuple[Host, ...], folder: Path, *, seed: int, cut_seconds: float) -> list[str]:
    """Let it storm, and return every promise that was broken."""
    # A cut that is shorter than a lease as shipped would end before anybody takes over.
    chosen = {"LEASE_SECONDS": "10", "QUARANTINE_SECONDS": "3"} if cut_seconds < LONG_CUT else {}
    with (
        hub(folder, SWEEP_SECONDS="5", SANDBOX_SEED=str(seed), **chosen) as running,
        ledger(running.database.url) as books,
    ):
        running.open_door(hosts)
        for host in hosts:
            running.start_host(host)
        until(lambda: has_read_the_past(books), PATIENCE)
        storm = Storm(ledger=books, rng=Random(seed))
        blow(storm, running, hosts[1], cut_seconds)
        calls = call(f"{TOWN}/town/state")["calls"]
        rows = books.rows()
    facts = Facts(
        **rows,
        **town_rows(folder / "hub"),
        calls=calls,
        gifted=frozenset(storm.gifted),
        asked_back=storm.asked_back,
        most_refreshes=100,
        secret=fingerprint(PRACTICE_SECRETS[0]),
    )
    for figure in (
        f"seed {seed}: {storm.orders} orders, {len(facts.deliveries)} deliveries, {len(facts.effects)} effects",
        f"cut off for {cut_seconds:g} s with {len(storm.in_hand)} deeds in hand: {storm.taken_over} ended meanwhile",
        f"{storm.during} deeds done in that time by the other hosts",
        f"{sum(calls.values())} calls, {sum(row['sends'] > 1 for row in facts.effects)} deeds sent more than once",
    ):
        log.info("%s", figure)
    return broken(facts)


def blow(storm: Storm, running: Hub, host: Host, cut_seconds: float) -> None:
    """Let people buy and write in; in the middle of it pull one host's cable, and put it back."""
    cast = call(f"{TOWN}/town/cast")
    fourths, boots = cast["fourth_order_customers"], cast["bereaved_customers"]
    call(f"{TOWN}/town/faults", {"rate": FAULT_RATE, "kinds": list(FAULTS), "seconds": [1, 4]})
    third = len(fourths) // 3
    for customer in fourths[:third]:
        storm.buy(customer, gifted=True)
    storm.give_back(boots[0])
    for customer in fourths[third : 2 * third]:
        storm.buy(customer, gifted=True)
    until(lambda: len(storm.sending()) >= 2, PATIENCE)
    host.cut()
    began, storm.in_hand = time.monotonic(), storm.sending()
    done_before = count_done(storm)
    for customer in fourths[2 * third :]:
        storm.buy(customer, gifted=True)
    storm.give_back(boots[1])
    while time.monotonic() < began + cut_seconds:
        time.sleep(0.5)
    storm.taken_over, storm.during = storm.ended(storm.in_hand), count_done(storm) - done_before
    host.rejoin()
    storm.give_back(boots[2])
    call(f"{TOWN}/town/faults", {"rate": 0.0})
    until(storm.is_quiet, PATIENCE)
    time.sleep(15)  # what was held up on the cable comes now, if it ever does
    until(storm.is_quiet, PATIENCE)


def count_done(storm: Storm) -> int:
    """Return how many deeds are done."""
    with reading(storm.ledger.sessions) as session:
        return session.scalar(select(func.count()).where(Effect.state == State.DONE)) or 0


def has_read_the_past(books: Ledger) -> bool:
    """Return whether the shop's history is known."""
    return not any("histories" in each for each in books.waits(swept_since=_LONG_AGO))
