"""One deed's whole life under everything that can go wrong at once.

Workers freeze and come back with old news, die anywhere, hear nothing, or hear that it certainly did not happen; people
approve, withdraw, decide what is true, throw the kill switch; the rule is asked again and again. Only one thing is
granted: whoever passes the gate calls at once, not longer after it than the quarantine lasts.
"""

from dataclasses import dataclass
from datetime import timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    MultipleResults,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    rule,
)
from sqlalchemy import select

from app.domain.effects import State
from app.domain.policy import Mode
from app.store import ledger, shops
from app.store.base import Base, Session, open_database, sessions_of, unit_of_work
from app.store.ledger import Deed
from app.store.sealed import Seal
from app.store.tables import Effect, Pool
from tests.builders import NOON, auto_policy, paid, profile, purse, receipt, usd
from tests.store.ledger_steps import LEASE, QUARANTINE

PRICE, LIMIT = 12_00, 20_00
WAITS = st.sampled_from([timedelta(0), timedelta(0), QUARANTINE, LEASE, LEASE + QUARANTINE])
ANSWERS = st.sampled_from(["done", "lost after", "lost before", "unavailable", "unavailable", "refused"])
RARELY = st.sampled_from([False] * 7 + [True])
ENDED = {State.DONE, State.REFUSED, State.WITHDRAWN, State.OVER_BUDGET}


@dataclass(frozen=True, slots=True)
class Call:
    """What one worker heard, or did not hear, from the other side."""

    deed: Deed
    answer: str


@dataclass(frozen=True, slots=True)
class Finding:
    """What one worker found when it looked the deed up."""

    deed: Deed
    found: bool


class OneDeed(RuleBasedStateMachine):
    """The other side is a number: how often the deed really happened there."""

    picked = Bundle("picked")
    called = Bundle("called")
    findings = Bundle("findings")

    def __init__(self) -> None:
        super().__init__()
        self.engine = open_database("sqlite://")
        Base.metadata.create_all(self.engine)
        self.sessions = sessions_of(self.engine)
        self.now = NOON
        self.happened = 0
        self.ended_as: State | None = None
        with unit_of_work(self.sessions) as session:
            self.shop_id = shops.install(
                session, profile=profile(), token="t", policy=auto_policy(), seal=Seal(keys=(b"k" * 32,)), now=NOON
            )

    def teardown(self) -> None:
        self.engine.dispose()

    @initialize(mode=st.sampled_from([Mode.AUTO, Mode.AUTO, Mode.AUTO, Mode.APPROVE, Mode.OBSERVE]))
    def decide(self, mode: Mode) -> None:
        self.plan(mode)

    @rule(target=picked, waited=WAITS)
    def pick(self, waited: timedelta) -> Deed | MultipleResults[Deed]:
        self.now += waited
        with unit_of_work(self.sessions) as session:
            deed = ledger.pick(session, shop_id=self.shop_id, effect_id=1, now=self.now, lease=LEASE, currency="USD")
        return multiple() if deed is None else deed

    @rule(target=called, deed=picked, answer=ANSWERS)
    def send(self, deed: Deed, answer: str) -> Call | MultipleResults[Call]:
        """Pass the gate and call at once; what is heard may be recorded much later, or never."""
        if deed.state is not State.PLANNED:
            return multiple()
        with unit_of_work(self.sessions) as session:
            sent = ledger.gate(session, deed, now=self.now, lease=LEASE)
        if sent is None:
            return multiple()
        self.happened += answer in {"done", "lost after"}
        return Call(sent, answer)

    @rule(call=consumes(called))
    def record(self, call: Call) -> None:
        """Write down what a worker heard, be it fresh or frozen for a long time."""
        with unit_of_work(self.sessions) as session:
            if call.answer == "done":
                ledger.done(session, call.deed, receipt(cost=usd(PRICE - 1)), now=self.now)
            elif call.answer == "refused":
                ledger.refuse(session, call.deed, code="refused", why="no", now=self.now)
            elif call.answer == "unavailable":
                ledger.put_back(session, call.deed, until=self.now, why="busy")
            else:
                ledger.doubt(session, call.deed, until=self.now + QUARANTINE, why="lost")

    @rule(waited=WAITS)
    def doubt_the_silent(self, waited: timedelta) -> None:
        self.now += waited
        with unit_of_work(self.sessions) as session:
            ledger.doubt_the_silent(session, shop_id=self.shop_id, now=self.now, quarantine=QUARANTINE)

    @rule(target=findings, deed=picked)
    def look_up(self, deed: Deed) -> Finding | MultipleResults[Finding]:
        """Ask the other side whether it happened; the answer, too, may be recorded much later, or never."""
        return Finding(deed, bool(self.happened)) if deed.state is State.UNCERTAIN else multiple()

    @rule(finding=consumes(findings))
    def record_finding(self, finding: Finding) -> None:
        self.settle(finding.deed, found=finding.found)

    @rule(deed=picked, really=RARELY)
    def find_it_unwanted(self, deed: Deed, really: bool) -> None:
        if really and deed.state is State.PLANNED:
            with unit_of_work(self.sessions) as session:
                ledger.drop(session, deed, code="too_late", why="It has left.", now=self.now)

    @rule(what=st.sampled_from(["decides again", "pauses", "resumes", "resumes", "approves", "settles", "says no"]))
    def somebody_interferes(self, what: str) -> None:
        if what == "decides again":
            self.plan(Mode.AUTO)
        elif what == "settles":
            self.a_person_says_what_is_true()
        else:
            with unit_of_work(self.sessions) as session:
                self.on_the_page(session, what)

    def on_the_page(self, session: Session, what: str) -> None:
        if what == "approves":
            ledger.approve(session, shop_id=self.shop_id, effect_id=1, purse=purse(team=LIMIT), now=self.now)
        elif what == "says no":
            ledger.decline(session, shop_id=self.shop_id, effect_id=1, why="no", now=self.now, currency="USD")
        else:
            shops.pause(session, shop_id=self.shop_id, paused=what == "pauses")

    @rule(really=RARELY)
    def withdraw(self, really: bool) -> None:
        if really:
            with unit_of_work(self.sessions) as session:
                ledger.withdraw(
                    session,
                    shop_id=self.shop_id,
                    key=paid().effect.key,
                    code="withdrawn",
                    why="no",
                    now=self.now,
                    currency="USD",
                )

    def a_person_says_what_is_true(self) -> None:
        with unit_of_work(self.sessions) as session:
            deed = ledger.read(session, shop_id=self.shop_id, effect_id=1, currency="USD")
        assert deed is not None
        if deed.state is State.UNCERTAIN:
            self.settle(deed, found=bool(self.happened))

    @invariant()
    def every_promise_holds(self) -> None:
        with unit_of_work(self.sessions) as session:
            (row,) = session.execute(select(Effect.state, Effect.next_try_at, Effect.cost_minor)).all()
            pool = session.execute(select(Pool.reserved_minor, Pool.spent_minor)).one_or_none()
        state = State(row.state)
        self.it_happens_at_most_once_and_the_books_say_so(state)
        self.an_end_is_an_end(state)
        no_money_leaks(state, row.cost_minor, (pool.reserved_minor, pool.spent_minor) if pool else (0, 0))
        assert (row.next_try_at is None) == (state in {*ENDED, State.OBSERVED, State.AWAITING})

    def it_happens_at_most_once_and_the_books_say_so(self, state: State) -> None:
        assert self.happened <= 1
        assert state is not State.DONE or self.happened == 1
        assert not self.happened or state in {State.SENDING, State.UNCERTAIN, State.DONE}

    def an_end_is_an_end(self, state: State) -> None:
        assert self.ended_as in {None, state}
        self.ended_as = state if state in ENDED else None

    def settle(self, deed: Deed, *, found: bool) -> None:
        with unit_of_work(self.sessions) as session:
            if found:
                ledger.done(session, deed, receipt(), now=self.now)
            else:
                ledger.put_back(session, deed, until=self.now, why="it had not happened")

    def plan(self, mode: Mode) -> None:
        with unit_of_work(self.sessions) as session:
            ledger.plan(
                session,
                shop_id=self.shop_id,
                decision_id=None,
                rule="refund_keep",
                because="because",
                plan=paid(minor=PRICE),
                mode=mode,
                purse=purse(team=LIMIT),
                now=self.now,
            )


def no_money_leaks(state: State, cost_minor: int, pool: tuple[int, int]) -> None:
    """Check that the purse holds what the row says: reserved while it may happen, spent when it did, else nothing."""
    reserved, spent = pool
    assert reserved == (PRICE if state in {State.PLANNED, State.SENDING, State.UNCERTAIN} else 0)
    assert spent == (cost_minor if state is State.DONE else 0)


OneDeed.TestCase.settings = settings(max_examples=40, stateful_step_count=50, deadline=None)
TestOneDeed = OneDeed.TestCase
