"""Deeds and workers under everything that can go wrong at once.

Workers freeze and come back with old news, die anywhere, hear nothing, or hear that it certainly did not happen; people
approve, withdraw, say what is true, throw the kill switch; the rule decides again and again. Only one thing is granted:
whoever passes the gate calls at once.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from random import Random

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlalchemy import func, select

from app.domain.effects import State
from app.domain.policy import Mode
from app.store import costs, endings, ledger, pending, shops
from app.store.base import Base, Session, open_database, sessions_of, unit_of_work
from app.store.deeds import PENDING
from app.store.ledger import Deed
from app.store.tables import Effect, Pool
from tests.builders import NOON, auto_policy, paid, profile, purse, receipt, refund, usd
from tests.store.bookkeeping import pick
from tests.store.ledger_steps import LEASE, QUARANTINE

PRICE, LIMIT = 12_00, 100_00
ENDED = {State.DONE, State.REFUSED, State.WITHDRAWN, State.OVER_BUDGET, State.OBSERVED}
HAPPENS = {"done", "on its way", "lost after"}
ANSWERS = ("done", "on its way", "lost after", "lost before", "unavailable", "busy", "refused", "unwanted")
BANK = {"arrived", "came back", "still on its way"}
SEEDS = st.integers(0, 2**32)
ACTS = st.sampled_from(["says what is true", "approves", "declines", "withdraws"])


@dataclass(slots=True)
class Worker:
    """A worker between two steps: with a deed in hand, an answer to write down, or nothing at all."""

    deed: Deed | None = None
    heard: str | None = None


class Ledger(RuleBasedStateMachine):
    """The other side is a counter: how often each deed really happened there."""

    def __init__(self) -> None:
        super().__init__()
        self.engine = open_database("sqlite://")
        Base.metadata.create_all(self.engine)
        self.sessions = sessions_of(self.engine)
        self.now = NOON
        self.happened: Counter[int] = Counter()
        self.came_back: set[int] = set()  # it happened, and failed at the bank
        self.arrived: set[int] = set()  # the bank has said so
        self.ends: dict[int, State] = {}
        self.workers = [Worker(), Worker(), Worker()]
        self.current = 0
        self.whiles = 0
        with unit_of_work(self.sessions) as session:
            self.shop_id = shops.install(session, profile=profile(), policy=auto_policy(), now=NOON)

    def teardown(self) -> None:
        self.engine.dispose()

    @initialize()
    def something_is_decided(self, mode: Mode = Mode.AUTO) -> None:
        self.current += 1
        self.plan(mode)

    @rule(seed=SEEDS)
    def a_busy_while(self, seed: int) -> None:
        """Let workers, deaths and time take turns as dice fall, which they do more evenly than rules are drawn."""
        self.whiles += 1
        dice = Random(f"{seed}-{self.whiles}")
        for _ in range(12):
            (turn,) = dice.choices([self.one_works, self.time_passes, self.one_dies], weights=[6, 5, 1])
            turn(dice)

    @rule(seed=SEEDS)
    def a_busy_while_in_a_paused_shop(self, seed: int) -> None:
        before = self.happened.total()
        self.pause(paused=True)
        self.a_busy_while(seed)
        self.pause(paused=False)
        assert self.happened.total() == before

    @rule(mode=st.sampled_from(Mode))
    def it_is_decided_again(self, mode: Mode) -> None:
        self.plan(mode)

    @rule(what=ACTS)
    def somebody_interferes(self, what: str) -> None:
        shop_id, effect_id, now = self.shop_id, self.current, self.now
        with unit_of_work(self.sessions) as session:
            if what == "approves":
                ledger.approve(session, shop_id=shop_id, effect_id=effect_id, purse=purse(team=LIMIT), now=now)
            elif what == "declines":
                ledger.decline(session, shop_id=shop_id, effect_id=effect_id, why="no", now=now, currency="USD")
            elif what == "withdraws":
                key = paid(refund(order_id=effect_id)).effect.key
                ledger.withdraw(session, shop_id=shop_id, key=key, code="no", why="no", now=now, currency="USD")
        if what == "says what is true":
            self.settle()

    def one_works(self, dice: Random) -> None:
        """Let one worker take some steps; it may freeze at any, best of all with news not yet written down."""
        worker = dice.choice(self.workers)
        for _ in range(dice.randint(1, 8)):
            self.work(worker, dice.choice(ANSWERS))
            self.every_promise_holds()
            if worker.heard is not None and dice.random() < 0.5:
                return

    def one_dies(self, dice: Random) -> None:
        self.workers[dice.randrange(3)] = Worker()

    def time_passes(self, dice: Random) -> None:
        self.now += timedelta(seconds=dice.choice([1, 60, 120, 180, 200]))
        with unit_of_work(self.sessions) as session:
            endings.doubt_the_silent(session, shop_id=self.shop_id, now=self.now, quarantine=QUARANTINE)

    def work(self, worker: Worker, answer: str) -> None:
        """Take the worker's next step: pick, call, look up, or write down what was heard, fresh or long ago."""
        if worker.deed is None:
            self.pick(worker)
        elif worker.heard is not None:
            self.record(worker.deed, worker.heard)
            worker.deed = worker.heard = None
        elif worker.deed.pending:
            worker.heard = self.look_at(worker.deed, answer)
        elif worker.deed.state is State.UNCERTAIN:
            worker.heard = self.truth_of(worker.deed)
        else:
            self.send(worker, worker.deed, answer)

    def pick(self, worker: Worker) -> None:
        """Pick what there is; where all is ended, something new is decided."""
        if self.current in self.ends:
            self.something_is_decided()
        with unit_of_work(self.sessions) as session:
            worker.deed = pick(session, self.current, shop_id=self.shop_id, now=self.now, lease=LEASE)

    def send(self, worker: Worker, deed: Deed, answer: str) -> None:
        """Pass the gate and call at once; or find out, before that, that the deed is not wanted any more."""
        if answer == "unwanted":
            worker.heard = answer
            return
        with unit_of_work(self.sessions) as session:
            worker.deed = ledger.gate(session, deed, now=self.now, lease=LEASE)
        if worker.deed is not None:
            self.happened[deed.id] += answer in HAPPENS
            worker.heard = answer

    def record(self, deed: Deed, heard: str) -> None:
        with unit_of_work(self.sessions) as session:
            if heard in BANK:
                self.book(session, deed, heard)
            elif heard == "on its way":
                endings.done(session, deed, receipt(pending=True), now=self.now, look_at=self.now + LEASE)
            elif heard in {"done", "found"}:
                endings.done(session, deed, receipt(cost=usd(PRICE - 1)), now=self.now)
            elif heard == "refused":
                endings.refuse(session, deed, code="refused", why="no", now=self.now)
            elif heard == "unwanted":
                endings.drop(session, deed, code="too_late", why="It has left.", now=self.now)
            elif heard == "busy":
                endings.ask_to_wait(session, deed, until=self.now, why="busy")
            elif heard in {"unavailable", "not found"}:
                endings.put_back(session, deed, until=self.now, why="later")
            else:
                endings.doubt(session, deed, until=self.now + QUARANTINE, why="lost")

    def book(self, session: Session, deed: Deed, heard: str) -> None:
        if heard == "arrived":
            pending.arrived(session, deed, receipt(cost=usd(PRICE - 1)))
        elif heard == "came back":
            pending.failed(session, deed, why="declined", now=self.now)
        else:
            pending.wait(session, deed, until=self.now + LEASE)

    def look_at(self, deed: Deed, answer: str) -> str:
        """Let the bank decide, once: money that has come back will never arrive."""
        if deed.id in self.came_back:
            return "came back"
        if answer == "refused" and deed.id not in self.arrived:
            self.came_back.add(deed.id)
            return "came back"
        if answer == "done" or deed.id in self.arrived:
            self.arrived.add(deed.id)
            return "arrived"
        return "still on its way"

    def settle(self) -> None:
        with unit_of_work(self.sessions) as session:
            deed = ledger.read(session, shop_id=self.shop_id, effect_id=self.current, currency="USD")
        assert deed is not None
        if deed.state is State.UNCERTAIN:
            self.record(deed, self.truth_of(deed))

    @invariant()
    def every_promise_holds(self) -> None:
        with unit_of_work(self.sessions) as session:
            columns = (Effect.id, Effect.state, Effect.next_try_at, Effect.cost_minor, Effect.code)
            found = session.execute(select(*columns)).all()
            sums = session.execute(select(func.sum(Pool.reserved_minor), func.sum(Pool.spent_minor))).one()
            told = costs.spent(session, shop_id=self.shop_id, since="", currency="USD", timezone="UTC")
        states = {row.id: State(row.state) for row in found}
        moving = {row.id for row in found if row.code == PENDING}
        self.it_happens_at_most_once_and_the_books_say_so(states)
        self.an_end_is_an_end({effect_id: state for effect_id, state in states.items() if effect_id not in moving})
        for row in found:
            waits = states[row.id] not in {*ENDED, State.AWAITING} or row.id in moving
            assert (row.next_try_at is not None) == waits
        under_way = [state for state in states.values() if state in {State.PLANNED, State.SENDING, State.UNCERTAIN}]
        assert (sums[0] or 0) == PRICE * (len(under_way) + len(moving))
        spent = [row.cost_minor for row in found if row.state == State.DONE and row.id not in moving]
        assert (sums[1] or 0) == sum(spent) == sum(each.cost.minor for each in told)

    def it_happens_at_most_once_and_the_books_say_so(self, states: dict[int, State]) -> None:
        for effect_id, state in states.items():
            happened = self.happened[effect_id]
            assert happened <= 1
            assert state is not State.DONE or happened == 1
            came_back = effect_id in self.came_back and state is State.REFUSED
            assert not happened or came_back or state in {State.SENDING, State.UNCERTAIN, State.DONE}

    def an_end_is_an_end(self, states: dict[int, State]) -> None:
        for effect_id, end in self.ends.items():
            assert states[effect_id] is end or end is State.OBSERVED
        self.ends = {effect_id: state for effect_id, state in states.items() if state in ENDED}

    def truth_of(self, deed: Deed) -> str:
        return "found" if self.happened[deed.id] else "not found"

    def pause(self, *, paused: bool) -> None:
        with unit_of_work(self.sessions) as session:
            shops.pause(session, shop_id=self.shop_id, paused=paused)

    def plan(self, mode: Mode) -> None:
        with unit_of_work(self.sessions) as session:
            ledger.plan(
                session,
                shop_id=self.shop_id,
                decision_id=None,
                rule="refund_keep",
                because="because",
                plan=paid(refund(order_id=self.current), minor=PRICE, due_at=self.now),
                mode=mode,
                purse=purse(team=LIMIT),
                now=self.now,
            )


TestLedger = pytest.mark.timeout(600)(Ledger.TestCase)  # shrinking a failure takes its time
TestLedger.settings = settings(max_examples=12, stateful_step_count=12, deadline=None)
