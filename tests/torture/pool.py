"""`torture pool`: many agents at one purse, in real processes, around the end of a month: never a unit too much.

A request is what one agent asks for: a deed is planned, sent and settled, refused, withdrawn, or taken back again; what
the month did not hold is lifted by a lead, and now and then the month is granted more. The purse is looked at all the
while, and at the end its sums must be those of the ledger. The control reads first and writes then, as one would
without thinking, and must be caught.
"""

import argparse
import random
import tempfile
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from threading import Event, Thread
from time import monotonic

from sqlalchemy import event, func, select, update

from app.domain.effects import Pool as Name
from app.domain.effects import RefundOrder, State
from app.domain.policy import Mode
from app.store import endings, ledger, lifting, migrate, orders, pools, shops, undoing
from app.store.base import Session, Sessions, open_database, reading, sessions_of, signed, unit_of_work
from app.store.grant_tables import PoolGrant
from app.store.ledger import Deed
from app.store.shops import Merchant
from app.store.tables import Effect, Pool
from app.store.undoing import STANDS
from jobs.runtime import purse
from tests.builders import auto_policy, gift_line, paid, planned, profile, receipt, refund, usd
from tests.embedded import private_postgres
from tests.store.bookkeeping import pick

# An hour before November ends in New York, where it is still November an hour after it has ended elsewhere.
BEGIN, LASTS = datetime(2026, 12, 1, 4, tzinfo=UTC), timedelta(hours=2)
LEASE = timedelta(minutes=2)
DEAREST_MINOR = 20_00
LOOK_SECONDS = 0.05
LEAD = "staff:7"
_HELD = (State.PLANNED, State.SENDING, State.UNCERTAIN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Storm:
    """How many agents ask how often, in how many processes, of purses how deep."""

    agents: int = 64
    processes: int = 4
    requests: int = 20_000
    limit_minor: int = 10_000_00
    seed: int = 1

    @property
    def each(self) -> int:
        """How often each agent asks."""
        return self.requests // self.agents


@dataclass(slots=True)
class Agent:
    """Somebody who asks, with the deeds that they have not finished and those that they could take back."""

    sessions: Sessions
    merchant: Merchant
    dice: random.Random
    number: int
    open: list[int] = field(default_factory=list)
    beyond: list[int] = field(default_factory=list)  # what the month did not hold
    given: list[str] = field(default_factory=list)
    did: Counter[str] = field(default_factory=Counter)

    def ask(self, turn: int, storm: Storm) -> None:
        """Ask for one thing."""
        now = BEGIN + LASTS * turn / storm.each
        wish = self.dice.random()
        if self.given and wish < 0.15:
            self._take_back(self.given.pop(self.dice.randrange(len(self.given))))
        elif self.open and wish < 0.6:
            self._finish(self.open.pop(self.dice.randrange(len(self.open))), now)
        elif self.beyond and wish < 0.65:
            self._lift(self.beyond.pop(), now)
        elif 0.65 <= wish < 0.68:
            self._grant(turn, now)
        else:
            self._plan(turn, now)

    def _plan(self, turn: int, now: datetime) -> None:
        order, minor = self.number * 1_000_000 + turn, self.dice.randint(1, DEAREST_MINOR)
        plan = (
            paid(refund(order_id=order), minor=minor, due_at=now)
            if self.dice.random() < 0.5
            else planned(gift_line(order_id=order), cost=usd(minor), pool=Name.GIFTS, due_at=now)
        )
        with unit_of_work(self.sessions) as session:
            deed = ledger.plan(
                session,
                shop_id=self.merchant.id,
                decision_id=None,
                rule="refund_keep",
                because="Robin is kind.",
                plan=plan,
                mode=Mode.AUTO,
                purse=purse(self.merchant, now),
                now=now,
            )
        assert deed is not None
        self.did["planned" if deed.state is State.PLANNED else "over budget"] += 1
        if deed.state is State.PLANNED:
            self.open.append(deed.id)
        elif isinstance(deed.effect, RefundOrder):
            self.beyond.append(deed.id)

    def _lift(self, effect_id: int, now: datetime) -> None:
        with unit_of_work(signed(self.sessions, LEAD)) as session:
            orders.lock(session, shop_id=self.merchant.id)
            deed = lifting.lift(
                session, shop_id=self.merchant.id, effect_id=effect_id, purse=purse(self.merchant, now), now=now
            )
        assert deed is not None
        assert deed.state is State.PLANNED
        self.open.append(deed.id)
        self.did["lift"] += 1

    def _grant(self, turn: int, now: datetime) -> None:
        with unit_of_work(signed(self.sessions, LEAD)) as session:
            assert lifting.grant(
                session,
                shop_id=self.merchant.id,
                pool=self.dice.choice(list(Name)),
                minor=self.dice.randint(1, 1_00),
                key=f"{self.number}-{turn}",
                purse=purse(self.merchant, now),
                now=now,
            )
        self.did["grant"] += 1

    def _finish(self, effect_id: int, now: datetime) -> None:
        how = self.dice.choice(("settle", "settle", "settle dearer", "refuse", "withdraw"))
        if how == "withdraw":
            return self._withdraw(effect_id, now)
        deed = self._send(effect_id, now)
        with unit_of_work(self.sessions) as session:
            if how == "refuse":
                assert endings.refuse(session, deed, code="refused", why="no", now=now)
            else:
                assert endings.done(session, deed, receipt(cost=usd(self._truly(deed, how))), now=now)
                self.given.append(deed.key)
        self.did[how] += 1
        return None

    def _truly(self, deed: Deed, how: str) -> int:
        planned = 0 if deed.cost is None else deed.cost.minor
        return planned + self.dice.randint(1, 5_00) if how == "settle dearer" else self.dice.randint(0, planned)

    def _send(self, effect_id: int, now: datetime) -> Deed:
        with unit_of_work(self.sessions) as session:
            picked = None
            while picked is None:  # it is due; where nothing was found, somebody else's deed came and went meanwhile
                picked = pick(session, effect_id, shop_id=self.merchant.id, now=now, lease=LEASE)
            sent = ledger.gate(session, picked, now=now, lease=LEASE)
        assert sent is not None
        return sent

    def _withdraw(self, effect_id: int, now: datetime) -> None:
        with unit_of_work(self.sessions) as session:
            deed = ledger.read(session, shop_id=self.merchant.id, effect_id=effect_id, currency="USD")
            assert deed is not None
            assert ledger.withdraw(
                session, shop_id=self.merchant.id, key=deed.key, code="withdrawn", why="no", now=now, currency="USD"
            )
        self.did["withdraw"] += 1

    def _take_back(self, key: str) -> None:
        with unit_of_work(self.sessions) as session:
            assert undoing.undone(session, shop_id=self.merchant.id, key=key)
        self.did["give back"] += 1


@dataclass(slots=True)
class Seen:
    """What was seen of the purses meanwhile."""

    looks: int = 0
    overspent: list[str] = field(default_factory=list)


def run(url: str, storm: Storm) -> tuple[Counter[str], Seen, list[str]]:
    """Let the storm loose on a migrated database; return what was done, what was seen, and what is wrong at the end."""
    sessions = sessions_of(engine := open_database(url))
    shop_id = opened(sessions, storm)
    with looked_at(sessions, shop_id) as seen:
        did = sum(_all(url, shop_id, storm), Counter[str]())
    with reading(sessions) as session:
        wrong = faults(session, shop_id)
    engine.dispose()
    return did, seen, wrong


def opened(sessions: Sessions, storm: Storm) -> int:
    """Install a shop with purses of that depth."""
    policy = auto_policy(team_monthly_minor=storm.limit_minor, gifts_monthly_minor=storm.limit_minor)
    with unit_of_work(sessions) as session:
        return shops.install(session, profile=profile(), policy=policy, now=BEGIN)


def agents_of(url: str, shop_id: int, storm: Storm, process: int) -> Counter[str]:
    """Let one process's agents ask all that they have to; return what they did."""
    threads = storm.agents // storm.processes
    engine = open_database(url, threads=threads)
    if engine.dialect.name == "sqlite":
        # Its lock is nobody's turn: among so many one may be passed over for longer than we wait for it otherwise.
        event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA busy_timeout=600000"))
    sessions = sessions_of(engine)
    with reading(sessions) as session:
        merchant = shops.by_id(session, shop_id)
    assert merchant is not None

    def one(number: int) -> Counter[str]:
        agent = Agent(sessions, merchant, random.Random(storm.seed * 1000 + number), number)
        for turn in range(storm.each):
            agent.ask(turn, storm)
        return agent.did

    with ThreadPoolExecutor(threads) as crowd:
        did = sum(crowd.map(one, range(process * threads, (process + 1) * threads)), Counter[str]())
    engine.dispose()
    return did


@contextmanager
def looked_at(sessions: Sessions, shop_id: int) -> Iterator[Seen]:
    """Look at the purses again and again, as long as the block runs."""
    seen, over = Seen(), Event()

    def look() -> None:
        while not over.wait(LOOK_SECONDS):
            with reading(sessions) as session:
                for purse_row in session.scalars(select(Pool).where(Pool.shop_id == shop_id)):
                    seen.looks += 1
                    if purse_row.reserved_minor + purse_row.spent_minor > purse_row.limit_minor:
                        seen.overspent.append(f"{purse_row.name} {purse_row.month}")

    watcher = Thread(target=look)
    watcher.start()
    try:
        yield seen
    finally:
        over.set()
        watcher.join()


def faults(session: Session, shop_id: int) -> list[str]:
    """Return where a purse and the ledger disagree, to the unit."""
    found = []
    for row in session.scalars(select(Pool).where(Pool.shop_id == shop_id)):
        mine = (Effect.shop_id == shop_id, Effect.pool_id == row.id)
        cost = func.coalesce(func.sum(Effect.cost_minor), 0)
        held = session.scalar(select(cost).where(*mine, Effect.state.in_(_HELD)))
        spent = session.scalar(select(cost).where(*mine, Effect.state == State.DONE, STANDS))
        if row.reserved_minor != held:
            found.append(f"{row.name} {row.month}: {row.reserved_minor} set aside, the ledger says {held}")
        if row.spent_minor != spent:
            found.append(f"{row.name} {row.month}: {row.spent_minor} spent, the ledger says {spent}")
        granted = session.scalar(select(func.coalesce(func.sum(PoolGrant.minor), 0)).where(PoolGrant.pool_id == row.id))
        if row.granted_minor != granted:
            found.append(f"{row.name} {row.month}: {row.granted_minor} granted, people said {granted}")
    return found


def naive(url: str, storm: Storm) -> tuple[int, int]:
    """Let agents read first and write then; return what they gave away, and what there was to give."""
    sessions = sessions_of(engine := open_database(url, threads=storm.agents))
    shop_id = opened(sessions, storm)
    with unit_of_work(sessions) as session:
        month = pools.open_month(
            session, shop_id=shop_id, name=Name.TEAM, month="2026-11", limit_minor=storm.limit_minor
        )
    given: list[int] = []

    def one(number: int) -> None:
        dice = random.Random(storm.seed * 1000 + number)
        for _ in range(storm.each):
            minor = dice.randint(1, DEAREST_MINOR)
            with unit_of_work(sessions) as session:
                row = session.get_one(Pool, month.id)
                if row.limit_minor - row.reserved_minor >= minor:
                    session.execute(
                        update(Pool).where(Pool.id == row.id).values(reserved_minor=row.reserved_minor + minor)
                    )
                    given.append(minor)

    with ThreadPoolExecutor(storm.agents) as crowd:
        list(crowd.map(one, range(storm.agents)))
    engine.dispose()
    return sum(given), storm.limit_minor


def main(arguments: list[str]) -> int:
    """Let the storm loose on each database, then the control; return 1 when a promise broke or the control held."""
    options = _parse(arguments)
    storm = Storm(agents=options.agents, processes=options.processes, requests=options.requests, seed=options.seed)
    broken = 0
    with ExitStack() as opened_here:
        folder = Path(opened_here.enter_context(tempfile.TemporaryDirectory()))
        for kind in ("sqlite", "postgres") if options.database == "both" else (options.database,):
            url = f"sqlite:///{folder / 'pool.db'}"
            if kind == "postgres":
                url = opened_here.enter_context(private_postgres(folder / "postgres"))
            migrate.to_head(url)
            broken += _told(kind, storm, url)
            if kind == "postgres":
                gave, had = naive(url, storm)
                print(f"{kind}: control: read first and write then gave {gave} of {had}: {_caught(gave > had)}")
                broken += gave <= had
    return 1 if broken else 0


def _told(kind: str, storm: Storm, url: str) -> int:
    began = monotonic()
    did, seen, wrong = run(url, storm)
    took = monotonic() - began
    what = ", ".join(f"{how} {count}" for how, count in sorted(did.items()))
    print(f"{kind}: {storm.agents} agents in {storm.processes} processes, {did.total()} requests, seed {storm.seed}")
    print(f"  {what}")
    print(f"  {seen.looks} looks at a purse: overspent in {len(seen.overspent)}; {took:.0f} s")
    for fault in wrong:
        print(f"  {fault}")
    print(f"  sums: {'right to the unit' if not wrong else 'WRONG'}")
    return len(wrong) + len(seen.overspent)


def _caught(caught: bool) -> str:  # one answer
    return "caught" if caught else "NOT CAUGHT"


def _all(url: str, shop_id: int, storm: Storm) -> list[Counter[str]]:
    processes = range(storm.processes)
    if storm.processes == 1:
        return [agents_of(url, shop_id, storm, 0)]
    with ProcessPoolExecutor(storm.processes, mp_context=get_context("spawn")) as crowd:
        return list(crowd.map(partial(agents_of, url, shop_id, storm), processes))


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python3 -m app torture pool", description=__doc__)
    parser.add_argument("--agents", type=int, default=64)
    parser.add_argument("--processes", type=int, default=4)
    parser.add_argument("--requests", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--database", choices=("sqlite", "postgres", "both"), default="both")
    return parser.parse_args(arguments)
