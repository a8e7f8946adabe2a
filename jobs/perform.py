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

import structlog

from app.domain.errors import Closed
from app.store import endings, groups
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


def perform_all(world: World, merchant: Merchant, outside: Outside, stuck: set[int], *, most: int = MOST) -> Performed:
    """Take what is due a step further, up to so many deeds, as many at once as there are hands."""
    with unit_of_work(world.sessions) as session:
        now = world.clock.now()
        endings.doubt_the_silent(session, shop_id=merchant.id, now=now, quarantine=world.quarantine)
    shift = _Shift(world=world, merchant=merchant, outside=outside, stuck=stuck, most=most)
    if not merchant.paused:
        shift.work()
    return Performed(count=shift.taken, shut=shift.shut is not None)


@dataclass(slots=True, kw_only=True)
class _Shift:
    """One shop's deeds under way: picked, looked at, sent, and not written down yet."""

    world: World
    merchant: Merchant
    outside: Outside
    stuck: set[int]
    most: int
    taken: int = 0
    shut: Closed | None = None
    held: dict[int, Deed] = field(default_factory=dict)  # as they were taken, by number
    held_at: float = field(default_factory=time.monotonic)
    editing: set[int] = field(default_factory=set)  # orders; the store takes one edit of each at a time

    def work(self) -> None:
        """Keep the hands busy until nothing is due, time is up or the door is shut."""
        steps = Steps(world=self.world, merchant=self.merchant, outside=self.outside)

        def look(deed: Deed) -> _Step:
            return or_none("effect.failed", deed.shop_id, deed.id, lambda: steps.look(deed))

        def do(sent: Sent) -> _Step:
            return or_none("effect.failed", sent.deed.shop_id, sent.deed.id, lambda: steps.do(sent))

        ends_at, dry = time.monotonic() + SECONDS, False
        crew: Crew[_Step] = self.world.hands.crew()
        with crew:
            while True:
                looked: list[_Step] = []
                if self._obstacle is None and crew.wants_more and not dry and time.monotonic() < ends_at:
                    picked = self._pick(min(crew.room, self.most - self.taken))
                    dry = not picked
                    looked = self._look_together(steps, [deed for deed in picked if steps.asks_nobody(deed)])
                    crew.begin_all(look, [deed for deed in picked if not steps.asks_nobody(deed)])
                if not (crew.under_way or looked):
                    return
                gathered = looked or crew.gather(seconds=self._soon)
                self._hold()
                ready = [each for each in gathered if isinstance(each, Ready)]
                self._write_down([each for each in gathered if isinstance(each, Outcome)])
                if (obstacle := self._obstacle) is not None:
                    self._write_down([outcomes.not_begun(each.deed, obstacle) for each in ready])
                elif ready and not crew.has_failed:
                    crew.begin_all(do, self._gate(ready))

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

    def _hold(self) -> None:
        """Hold what is in hand anew, so that nobody takes us for dead. Whoever dies lets go of all of it soon."""
        if not self.held or time.monotonic() < self.held_at + self._soon:
            return
        self.held_at = time.monotonic()
        world = self.world
        # What cannot be held while the database is away may be taken over, as if we had died.
        with suppress(StoreUnavailable), unit_of_work(world.sessions) as session:
            now = world.clock.now()
            groups.hold(session, self.held.values(), shop_id=self.merchant.id, now=now, lease=world.hold)

    def _pick(self, most: int) -> list[Deed]:
        """Take deeds in hand, past however many that cannot be read; none when nothing else is due."""
        deeds, unread = self._picked(most)
        while unread and not deeds:
            deeds, unread = self._picked(most)
        self.taken += len(deeds)
        self.held |= {deed.id: deed for deed in deeds}
        self.editing |= {order for deed in deeds if (order := _edited(deed)) is not None}
        return deeds

    def _picked(self, most: int) -> tuple[list[Deed], list[int]]:
        now, merchant = self.world.clock.now(), self.merchant
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

    def _look_together(self, steps: Steps, some: Sequence[Deed]) -> list[_Step]:
        """Look again at deeds that need no hand for it, for nobody outside is asked."""
        known = deeds.standings(self.world, self.merchant, some) if some else {}
        return [or_none("effect.failed", deed.shop_id, deed.id, partial(steps.look, deed, known)) for deed in some]

    def _gate(self, ready: Sequence[Ready]) -> list[Sent]:
        passed: list[Sent] = []

        def open_for(some: Sequence[Ready]) -> None:
            now = self.world.clock.now()
            requests = [(each.deed, each.request) for each in some]
            first = {each.deed.id for each in some if each.deed.first_sent_at is None}
            with unit_of_work(self.world.sessions) as session:
                sent = groups.gate(session, requests, shop_id=self.merchant.id, now=now, lease=self.world.hold)
            self.held |= {deed.id: deed for deed in sent}
            passed.extend(Sent(deed=deed, at=now, first=deed.id in first) for deed in sent)

        together_or_alone("effect.failed", self.merchant.id, ready, open_for, lambda each: each.deed.id)
        return passed

    def _write_down(self, ended: Sequence[Outcome]) -> None:
        def write(some: Sequence[Outcome]) -> None:
            now = self.world.clock.now()
            with unit_of_work(self.world.sessions) as session:
                _write(session, self.merchant, some, now)
            for outcome in some:
                outcome.tell()

        together_or_alone("effect.failed", self.merchant.id, ended, write, lambda outcome: outcome.deed.id)
        for outcome in ended:
            self.held.pop(outcome.deed.id, None)
            self.editing.discard(_edited(outcome.deed) or 0)
            if isinstance(outcome.busy, Closed):
                self.shut = outcome.busy


def _write(session: Session, merchant: Merchant, ended: Sequence[Outcome], now: datetime) -> None:
    """Write outcomes down: those that cost nothing and went well in one statement, the others each by its own."""
    plain = {
        outcome.deed.id: (outcome.deed, outcome.receipt)
        for outcome in ended
        if outcome.receipt is not None and groups.costs_nothing(outcome.deed, outcome.receipt)
    }
    rows = groups.done(session, list(plain.values()), shop_id=merchant.id, now=now)
    deeds.note(session, [plain[row.id][0] for row in rows], now)
    for row in rows:
        deed, receipt = plain[row.id]
        outcomes.followed_up(session, merchant, deed, now, receipt, ended=row)
    for outcome in ended:
        if outcome.deed.id not in plain:
            outcome.write(session, now)


def _edited(deed: Deed) -> int | None:
    """Return the order whose edit the deed is, if it is one."""
    return getattr(deed.effect, "order_id", None) if deed.effect.kind in EDITS else None
