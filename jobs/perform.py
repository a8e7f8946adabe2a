"""Planned effects happen, and doubtful ones are looked up: several at once, each by the same steps.

    pick ─▶ look again ─▶ gate (committed) ─▶ the call, no transaction open ─▶ what came of it (committed)

Hands look and call; the one who leads them picks, opens the gate and writes down what has come back meanwhile, all of
it in few transactions. Whatever kills us between gate and end leaves rows in `sending`; when their lease is over they
are doubted, and looked up.
"""

import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from types import TracebackType
from typing import Self

import structlog

from app.domain.errors import Closed
from app.domain.shortages import off_the_shelf
from app.store import endings, groups, orders, shelves
from app.store.base import Session, StoreUnavailable, unit_of_work
from app.store.conditions import EDITS
from app.store.ledger import Deed
from app.store.shops import Merchant
from jobs import deeds, outcomes, stopping
from jobs.hands import Crew
from jobs.outcomes import Outcome
from jobs.runtime import Outside, World
from jobs.small_bugs import or_none, together_or_alone
from jobs.steps import Ready, Sent, Steps

log = structlog.get_logger("effect")

MOST = 500  # deeds, and
SECONDS = 0.5  # of picking: then letters have their turn, and whoever else of the shop waits
_Step = Outcome | Ready | None  # None: a bug, and in the log


@dataclass(frozen=True, slots=True, kw_only=True)
class Performed:
    """How many deeds were taken up, and whether the shop's door was found shut."""

    count: int
    shut: bool


@dataclass(slots=True, kw_only=True)
class Shift:
    """One shop's deeds under way: picked, looked at, sent, and not written down yet.

    Calls go on while whoever leads the shift looks after something else, and are gathered when it comes back. Whoever
    leaves the block waits for them.
    """

    world: World
    most: int = MOST
    moved: int = 0  # deeds taken up and steps ended, in this go
    shut: Closed | None = None
    stuck: set[int] = field(default_factory=set)  # deeds that nobody can read: once a turn is enough
    held: dict[int, Deed] = field(default_factory=dict)  # as they were taken, by number
    held_at: float = field(init=False)
    editing: set[int] = field(default_factory=set)  # orders; the store takes one edit of each at a time
    steps: Steps = field(init=False)
    crew: "Crew[_Step]" = field(init=False)

    def __post_init__(self) -> None:
        self.crew, self.held_at = self.world.hands.crew(), time.monotonic()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, at: TracebackType | None) -> None:
        with self.crew:
            # What calls have brought about is written down, whatever went wrong beside them.
            if fault is None or isinstance(fault, Exception):
                self.end()

    @property
    def under_way(self) -> int:
        """How many deeds are in hands now."""
        return self.crew.under_way

    def go_on(self, merchant: Merchant, outside: Outside) -> Performed:
        """Take what is due a step further, as many at once as there are hands, until nothing is or somebody calls."""
        self.hold()
        with unit_of_work(self.world.sessions) as session:
            now = self.world.clock.now()
            endings.doubt_the_silent(session, shop_id=merchant.id, now=now, quarantine=self.world.quarantine)
        self.steps = Steps(world=self.world, merchant=merchant, outside=outside)
        self.moved, self.shut = 0, None
        self._work(dry=merchant.paused)
        if not self.under_way:
            self.crew.let_fly()
        return Performed(count=self.moved, shut=self.shut is not None)

    def end(self) -> int:
        """Pick nothing more, and let what is under way come to its end; return how many steps that were."""
        self.moved = 0
        while self.under_way:
            self._go_on_with(self.crew.gather(seconds=self._soon))
        return self.moved

    def hold(self) -> None:
        """Hold what is in hand anew, so that nobody takes us for dead. Whoever dies lets go of all of it soon.

        Safe from another thread while whoever leads the shift looks after something else.
        """
        if not self.held or time.monotonic() < self.held_at + self._soon:
            return
        self.held_at = time.monotonic()
        world = self.world
        # What cannot be held while the database is away may be taken over, as if we had died.
        with suppress(StoreUnavailable), unit_of_work(world.sessions) as session:
            now = world.clock.now()
            groups.hold(session, self.held.values(), shop_id=self.steps.merchant.id, now=now, lease=world.hold)

    def _work(self, *, dry: bool) -> None:
        """Keep the hands busy until nothing is due, time is up, the door is shut or somebody calls."""
        ends_at, left = time.monotonic() + SECONDS, self.most
        while True:
            looked: list[_Step] = []
            if self._obstacle is None and self.crew.wants_more and not dry and left and time.monotonic() < ends_at:
                asked = min(self.crew.room, left)
                picked = self._pick(asked)
                # Fewer than were asked for: no more are due, until something ends or is planned.
                left, dry = left - len(picked), len(picked) < asked
                looked = self._look_together([deed for deed in picked if self.steps.asks_nobody(deed)])
                self.crew.begin_all(self._look, [deed for deed in picked if not self.steps.asks_nobody(deed)])
            if not looked and (not self.under_way or (self.crew.was_called() and not self.crew.has_failed)):
                return
            self._go_on_with(looked or self.crew.gather(seconds=self._soon))

    def _go_on_with(self, gathered: Sequence[_Step]) -> None:
        """Write down what has ended, and send what is ready."""
        self.moved += len(gathered)
        self.hold()
        ready = [each for each in gathered if isinstance(each, Ready)]
        self._write_down([each for each in gathered if isinstance(each, Outcome)])
        if (obstacle := self._obstacle) is not None:
            self._write_down([outcomes.not_begun(each.deed, obstacle) for each in ready])
        elif ready and not self.crew.has_failed:
            self.crew.begin_all(self._do, self._gate(ready))

    def _look(self, deed: Deed) -> _Step:
        return or_none("effect.failed", deed.shop_id, deed.id, lambda: self.steps.look(deed))

    def _do(self, sent: Sent) -> _Step:
        return or_none("effect.failed", sent.deed.shop_id, sent.deed.id, lambda: self.steps.do(sent))

    @property
    def _obstacle(self) -> str | None:
        """Why nothing more may begin; None as long as it may."""
        if self.shut is not None:
            return str(self.shut)
        return "the worker was stopped" if stopping.asked() else None

    @property
    def _soon(self) -> float:
        """How many seconds there are until what is in hand must be held anew: a third of how long it stays."""
        return self.world.hold.total_seconds() / 3

    def _pick(self, most: int) -> list[Deed]:
        """Take deeds in hand, past however many that cannot be read; none when nothing else is due."""
        deeds, unread = self._picked(most)
        while unread and not deeds:
            deeds, unread = self._picked(most)
        self.moved += len(deeds)
        self.held |= {deed.id: deed for deed in deeds}
        self.editing |= {order for deed in deeds if (order := _edited(deed)) is not None}
        return deeds

    def _picked(self, most: int) -> tuple[list[Deed], list[int]]:
        now, merchant = self.world.clock.now(), self.steps.merchant
        with unit_of_work(self.world.sessions) as session:
            picked, unread = groups.pick(
                session,
                shop_id=merchant.id,
                now=now,
                lease=self.world.hold,
                limit=most,
                currency=merchant.currency,
                but=self.stuck,
                editing=self.editing,
            )
        for number in unread:
            log.warning("row.unreadable", shop=merchant.id, row=number)
        self.stuck.update(unread)
        return picked, unread

    def _look_together(self, some: Sequence[Deed]) -> list[_Step]:
        """Look again at deeds that need no hand for it, for nobody outside is asked."""
        known = deeds.standings(self.world, self.steps.merchant, some) if some else {}
        return [or_none("effect.failed", deed.shop_id, deed.id, partial(self.steps.look, deed, known)) for deed in some]

    def _gate(self, ready: Sequence[Ready]) -> list[Sent]:
        passed: list[Sent] = []
        waiting: list[Outcome] = []

        def open_for(some: Sequence[Ready]) -> None:
            now = self.world.clock.now()
            first = {each.deed.id for each in some if each.deed.first_sent_at is None}
            with unit_of_work(self.world.sessions) as session:
                late = shelves.must_wait(session, shop_id=self.steps.merchant.id, taking=_taking(some))
                requests = [(each.deed, each.request) for each in some if each.deed.id not in late]
                sent = groups.gate(session, requests, shop_id=self.steps.merchant.id, now=now, lease=self.world.hold)
            waiting.extend(outcomes.not_the_last(each.deed) for each in some if each.deed.id in late)
            self.held |= {deed.id: deed for deed in sent}
            passed.extend(Sent(deed=deed, at=now, first=deed.id in first) for deed in sent)

        together_or_alone("effect.failed", self.steps.merchant.id, ready, open_for, lambda each: each.deed.id)
        self._write_down(waiting)
        return passed

    def _write_down(self, ended: Sequence[Outcome]) -> None:
        def write(some: Sequence[Outcome]) -> None:
            now = self.world.clock.now()
            with unit_of_work(self.world.sessions) as session:
                _write(session, self.steps.merchant, some, now)
            for outcome in some:
                outcome.tell()

        together_or_alone("effect.failed", self.steps.merchant.id, ended, write, lambda outcome: outcome.deed.id)
        for outcome in ended:
            self.held.pop(outcome.deed.id, None)
            self.editing.discard(_edited(outcome.deed) or 0)
            if isinstance(outcome.busy, Closed):
                self.shut = outcome.busy


def _write(session: Session, merchant: Merchant, ended: Sequence[Outcome], now: datetime) -> None:
    """Write outcomes down: those that cost nothing and went well in one statement, the others each by its own."""
    if any(outcome.holds_shop for outcome in ended):
        orders.lock(session, shop_id=merchant.id)  # before any row, as whoever decides does
    plain = {
        outcome.deed.id: (outcome.deed, outcome.receipt)
        for outcome in ended
        if outcome.receipt is not None and groups.costs_nothing(outcome.deed, outcome.receipt)
    }
    rows = groups.done(session, list(plain.values()), shop_id=merchant.id, now=now)
    deeds.note(session, merchant, [plain[row.id][0] for row in rows], now)
    for row in rows:
        deed, receipt = plain[row.id]
        outcomes.followed_up(session, merchant, deed, now, receipt, ended=row)
    for outcome in ended:
        if outcome.deed.id not in plain:
            outcome.write(session, now)


def _taking(some: Sequence[Ready]) -> dict[int, int]:
    """Return of which variant each takes one off the store's own shelves, by the deed's number."""
    taken = {each.deed.id: off_the_shelf(each.deed.effect) for each in some}
    return {number: variant for number, variant in taken.items() if variant is not None}


def _edited(deed: Deed) -> int | None:
    """Return the order whose edit the deed is, if it is one."""
    return getattr(deed.effect, "order_id", None) if deed.effect.kind in EDITS else None
