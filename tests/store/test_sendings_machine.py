"""Gifts, vendors, workers and bells under everything that can go wrong at once.

Workers die before and after the call, freeze with old answers in hand, and come back; answers are lost; bells ring
early, late, twice and for nobody; agents call gifts off; the vendor sends some of them all the same, lets some expire,
and charges what it likes. Only one thing is granted: whoever passes the gate calls at once.
"""

from dataclasses import dataclass, field
from datetime import timedelta
from random import Random

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlalchemy import select

from app.domain.effects import State
from app.domain.gifts import Moneys, Placed, Seen
from app.domain.policy import Mode
from app.domain.ports import Receipt
from app.domain.sendings import Status
from app.store import costs, endings, ledger, reckoning, sendings, shops, undoing
from app.store.base import Base, open_database, sessions_of, unit_of_work
from app.store.deeds import PENDING
from app.store.ledger import Deed
from app.store.sendings import Sent
from app.store.tables import Effect, Pool
from app.store.undoing import TAKEN_BACK
from tests.builders import NOON, auto_policy, paid, present, profile, purse, usd
from tests.store.bookkeeping import pick
from tests.store.ledger_steps import LEASE, QUARANTINE

PRICE, LIMIT = 12_00, 100_00
SEEDS = st.integers(0, 2**32)
HELD = (State.PLANNED, State.SENDING, State.UNCERTAIN)
# Where an order may go from where it is; whatever is not named stays.
WAYS = {
    Status.PLACED: [Status.LINK_SENT, Status.IN_PRODUCTION, Status.SHIPPED, Status.CANCELLED, Status.FAILED],
    Status.LINK_SENT: [Status.ACCEPTED, Status.CANCELLED],
    Status.ACCEPTED: [Status.SHIPPED, Status.DELIVERED],
    Status.IN_PRODUCTION: [Status.SHIPPED, Status.CANCELLED],
    Status.SHIPPED: [Status.DELIVERED, Status.RETURNED],
    Status.DELIVERED: [Status.RETURNED],
    Status.CANCELLED: [Status.SHIPPED],
}


@dataclass(slots=True)
class Order:
    """What the vendor truly did: `charged` is None until it charges, and again once it has given back."""

    key: str
    number: int
    later: bool  # it charges on accepting, not on ordering
    charged: int | None
    status: Status = Status.PLACED

    @property
    def reference(self) -> str:
        return f"S-{self.number}"

    def seen(self) -> Seen:
        if self.charged is not None:
            return Seen(status=self.status, money=Moneys.CHARGED, cost=usd(self.charged))
        back = self.status in (Status.CANCELLED, Status.FAILED)
        return Seen(status=self.status, money=Moneys.BACK if back else Moneys.SAME)

    def move(self, dice: Random) -> None:
        self.status = dice.choice(WAYS.get(self.status, [self.status]))
        if self.status in (Status.CANCELLED, Status.FAILED):
            self.charged = None
        elif self.status not in (Status.PLACED, Status.LINK_SENT) and self.charged is None:
            self.charged = PRICE + dice.choice([-2, 0, 3])


@dataclass(slots=True)
class Worker:
    """A worker between two steps: a deed in hand, and what it heard of it; or a gift that it asked about."""

    deed: Deed | None = None
    heard: Order | str | None = None
    asked: tuple[Sent, Seen] | None = None


@dataclass(slots=True)
class Vendor:
    """Orders whatever it is asked for, as often as it is asked: only we keep it at once."""

    orders: list[Order] = field(default_factory=list)

    def place(self, key: str, dice: Random) -> Order:
        later = dice.random() < 0.3
        self.orders.append(Order(key, len(self.orders) + 1, later, charged=None if later else PRICE))
        return self.orders[-1]

    def find(self, key: str) -> Order | None:
        return next((order for order in self.orders if order.key == key), None)

    def of(self, reference: str) -> Order:
        return next(order for order in self.orders if order.reference == reference)


class Gifts(RuleBasedStateMachine):
    """The vendor's books are the truth that ours are held against."""

    def __init__(self) -> None:
        super().__init__()
        self.engine = open_database("sqlite://")
        Base.metadata.create_all(self.engine)
        self.sessions = sessions_of(self.engine)
        self.now = NOON
        self.vendor = Vendor()
        self.workers = [Worker(), Worker(), Worker()]
        self.current = self.whiles = 0
        with unit_of_work(self.sessions) as session:
            self.shop_id = shops.install(session, profile=profile(), policy=auto_policy(), now=NOON)

    def teardown(self) -> None:
        self.engine.dispose()

    @initialize()
    def somebody_gives(self) -> None:
        self.current += 1
        self.plan()

    @rule()
    def somebody_gives_once_more(self) -> None:
        self.somebody_gives()

    @rule()
    def it_is_decided_again(self) -> None:
        self.plan()

    @rule()
    def somebody_withdraws(self) -> None:
        key = present(confirm=str(self.current)).key
        with unit_of_work(self.sessions) as session:
            about = {"code": "no", "why": "no", "now": self.now, "currency": "USD"}
            ledger.withdraw(session, shop_id=self.shop_id, key=key, **about)  # type: ignore[arg-type]

    @rule(seed=SEEDS)
    def a_busy_while(self, seed: int) -> None:
        self.whiles += 1
        dice = Random(f"{seed}-{self.whiles}")
        turns = [self.one_works, self.one_asks, self.the_vendor_goes_on, self.a_bell_rings]
        turns += [self.somebody_calls_it_off, self.time_passes, self.one_dies]
        for _ in range(14):
            (turn,) = dice.choices(turns, weights=[8, 6, 3, 2, 1, 4, 1])
            turn(dice)
            self.every_promise_holds()

    @rule()
    def all_is_quiet(self) -> None:
        """Let everybody come to an end: then our books are the vendor's, to the cent."""
        dice = Random(self.whiles)
        self.workers = [Worker(), Worker(), Worker()]
        self.look_at_all()
        for number in range(1, self.current + 1):
            for _ in range(3):
                self.now += 2 * (LEASE + QUARANTINE)
                self.doubt_the_silent()
                self.one_works(dice, worker=Worker(), number=number)
        self.look_at_all()
        booked = [row for row in self.rows() if row.state == State.DONE and self.counts(row) and row.cost_minor]
        theirs = {order.key: order.charged for order in self.vendor.orders if order.charged is not None}
        beyond = {row.key for row in booked if "is booked" in (row.problem or "")}  # the month did not hold it
        assert {row.key for row in booked} | beyond == set(theirs)
        assert all(row.cost_minor == theirs[row.key] for row in booked if row.key not in beyond)

    def one_works(self, dice: Random, *, worker: Worker | None = None, number: int | None = None) -> None:
        """Take one worker some steps on; it may freeze at any, best of all with news not yet written down.

        With a `number` it is the one deed of that number, and nothing goes wrong.
        """
        worker = worker or dice.choice(self.workers)
        for _ in range(4):
            self.step(worker, dice, number)
            if worker.heard is not None and number is None and dice.random() < 0.4:
                return

    def step(self, worker: Worker, dice: Random, number: int | None) -> None:
        if worker.deed is None:
            with unit_of_work(self.sessions) as session:
                wanted = number or self.current
                worker.deed = pick(session, wanted, shop_id=self.shop_id, now=self.now, lease=LEASE)
        elif worker.heard is not None:
            self.record(worker.deed, worker.heard)
            worker.deed = worker.heard = None
        elif worker.deed.state is State.UNCERTAIN:
            worker.heard = self.vendor.find(worker.deed.key) or "absent"
        else:
            self.send(worker, worker.deed, dice, lucky=number is not None)

    def send(self, worker: Worker, deed: Deed, dice: Random, *, lucky: bool) -> None:
        with unit_of_work(self.sessions) as session:
            worker.deed = ledger.gate(session, deed, now=self.now, lease=LEASE)
        if worker.deed is None:
            return
        what = "placed" if lucky else dice.choice(["placed", "placed", "lost after", "lost before", "refused", "busy"])
        order = self.vendor.place(deed.key, dice) if what in {"placed", "lost after"} else None
        worker.heard = order if what == "placed" else what

    def record(self, deed: Deed, heard: Order | str) -> None:
        with unit_of_work(self.sessions) as session:
            if isinstance(heard, Order):
                placed = Placed(reference=heard.reference, pending=heard.later)
                proof = Receipt(reference=heard.reference, cost=usd(PRICE), pending=heard.later, placed=placed)
                if endings.done(session, deed, proof, now=self.now):
                    sendings.begin(session, deed, placed, vendor="shelf", now=self.now)
            elif heard == "refused":
                endings.refuse(session, deed, code="refused", why="no", now=self.now)
            elif heard in {"absent", "busy"}:
                endings.put_back(session, deed, until=self.now, why=heard)
            else:
                endings.doubt(session, deed, until=self.now + QUARANTINE, why=heard)

    def one_asks(self, dice: Random) -> None:
        """Let a worker ask the vendor about a gift, or write down what it was told, now or long ago."""
        worker = dice.choice(self.workers)
        if worker.asked is not None:
            self.write_down(*worker.asked)
            worker.asked = None
            return
        with unit_of_work(self.sessions) as session:
            due = sendings.due(session, shop_id=self.shop_id, now=self.now, limit=20)
        if due:
            sent = dice.choice(due)
            worker.asked = (sent, self.vendor.of(sent.reference).seen())

    def write_down(self, sent: Sent, told: Seen) -> None:
        with unit_of_work(self.sessions) as session:
            deed = ledger.read(session, shop_id=self.shop_id, effect_id=sent.effect_id, currency="USD")
            assert deed is not None
            about = {"shop_id": self.shop_id, "now": self.now, "unpaid": deed.pending}
            after = sendings.seen(session, sent, told, **about)  # type: ignore[arg-type]
            if after is not None:
                again = reckoning.sent_all_the_same(deed, sent, after, told)
                reckoning.reckon(session, deed, told, all_the_same=again, now=self.now)

    def the_vendor_goes_on(self, dice: Random) -> None:
        if self.vendor.orders:
            dice.choice(self.vendor.orders).move(dice)

    def a_bell_rings(self, dice: Random) -> None:
        """Let a bell ring once or twice: for a gift of ours, or for one that nobody knows."""
        named = [order.reference for order in self.vendor.orders] + ["nobody's"]
        reference = dice.choice(named)
        for _ in range(dice.randint(1, 2)):
            self.ring(reference)

    def ring(self, *references: str) -> None:
        with unit_of_work(self.sessions) as session:
            about = {"shop_id": self.shop_id, "vendor": "shelf", "now": self.now}
            sendings.news(session, references=references, **about)  # type: ignore[arg-type]

    def somebody_calls_it_off(self, dice: Random) -> None:
        """Have a gift stopped at the vendor; whoever did so may die before it is written down."""
        order = dice.choice(self.vendor.orders) if self.vendor.orders else None
        if order is None or order.status not in (Status.PLACED, Status.LINK_SENT):
            return
        order.status, order.charged = Status.CANCELLED, None
        if dice.random() < 0.5:
            with unit_of_work(self.sessions) as session:
                undoing.undone(session, shop_id=self.shop_id, key=order.key)

    def time_passes(self, dice: Random) -> None:
        self.now += timedelta(seconds=dice.choice([1, 60, 180, 3_600, 90_000]))
        self.doubt_the_silent()

    def one_dies(self, dice: Random) -> None:
        self.workers[dice.randrange(3)] = Worker()

    def doubt_the_silent(self) -> None:
        with unit_of_work(self.sessions) as session:
            endings.doubt_the_silent(session, shop_id=self.shop_id, now=self.now, quarantine=QUARANTINE)

    def look_at_all(self) -> None:
        """Ask about every gift that the vendor has, as a bell would have us."""
        self.ring(*(order.reference for order in self.vendor.orders))
        with unit_of_work(self.sessions) as session:
            due = sendings.due(session, shop_id=self.shop_id, now=self.now, limit=1_000)
        for sent in due:
            self.write_down(sent, self.vendor.of(sent.reference).seen())

    @invariant()
    def every_promise_holds(self) -> None:
        keys = [order.key for order in self.vendor.orders]
        assert len(keys) == len(set(keys)), "ordered twice"
        rows = self.rows()
        with unit_of_work(self.sessions) as session:
            month = session.scalars(select(Pool)).one_or_none()
            told = costs.spent(session, shop_id=self.shop_id, since="", currency="USD", timezone="UTC")
        if month is None:
            return
        held = [row for row in rows if row.state in HELD or (row.state == State.DONE and row.code == PENDING)]
        spent = [row for row in rows if row.state == State.DONE and self.counts(row)]
        free = LIMIT - month.reserved_minor - month.spent_minor
        assert month.reserved_minor == sum(row.cost_minor or 0 for row in held)
        assert month.spent_minor == sum(row.cost_minor or 0 for row in spent)
        assert free >= 0
        assert [(each.month, each.purse, each.cost.minor) for each in told] == (
            [(month.month, month.name, month.spent_minor)] if spent else []
        )

    def counts(self, row: Effect) -> bool:
        return row.code not in (PENDING, TAKEN_BACK)

    def rows(self) -> list[Effect]:
        with unit_of_work(self.sessions) as session:
            return list(session.scalars(select(Effect).order_by(Effect.id)))

    def plan(self) -> None:
        with unit_of_work(self.sessions) as session:
            ledger.plan(
                session,
                shop_id=self.shop_id,
                decision_id=None,
                rule="flowers",
                because="because",
                plan=paid(present(confirm=str(self.current)), minor=PRICE, due_at=self.now),
                mode=Mode.AUTO,
                purse=purse(team=LIMIT),
                now=self.now,
            )


TestGifts = pytest.mark.timeout(600)(Gifts.TestCase)  # shrinking a failure takes its time
TestGifts.settings = settings(max_examples=8, stateful_step_count=8, deadline=None)
