"""`bench ticker`: what the ticker's looks cost among ten thousand shops, and how many bells they ring.

Every shop has a past, is let in, and was reviewed today. Fifty have a letter that waits, and one has a backlog; what
was dealt with lies about as it does after a busy month.
"""

import argparse
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import structlog
from sqlalchemy import insert, select, text

from app.domain.policy import Policy
from app.store import inbox, shops, tables
from app.store.base import Base, Session, unit_of_work
from bench.databases import both
from bench.report import seconds, spread
from bench.shop import moved_in, world
from jobs import ticker
from jobs.clock import Clock
from jobs.queue import Bell, Task
from jobs.runtime import World

FEW = 100
BUSY = 50
ROUNDS = 7
_NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
_AT_ONCE = 10_000


@dataclass
class Counted:
    """A bell that nobody hears, and what was rung."""

    rung: Counter[str] = field(default_factory=Counter)

    def ring(self, task: Task, _shop_id: int) -> bool:
        self.rung[task.name.lower()] += 1
        return True

    def tick(self) -> None:
        """Be heard by nobody."""


@dataclass
class Stopped(Clock):
    """A clock that stands still, so that nothing more falls due while we measure."""

    def now(self) -> datetime:
        """Return noon."""
        return _NOON


def main(arguments: list[str]) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python3 -m app bench ticker", description=__doc__)
    parser.add_argument("--shops", type=int, default=10_000)
    parser.add_argument("--backlog", type=int, default=100_000, help="letters that wait in one of the shops")
    parser.add_argument("--past", type=int, default=500_000, help="letters that were dealt with, over all shops")
    chosen = parser.parse_args(arguments)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    with both(count=2) as urls:
        for kind, (small, large) in urls.items():
            few = _town(small, FEW, backlog=0, past=0)
            many = _town(large, chosen.shops, backlog=chosen.backlog, past=chosen.past)
            _tell(kind, "a look at who is due", few, many, ticker.ring_due)
            _tell(kind, "a round", few, many, ticker.make_round)
            _tell(kind, "50 letters taken from the backlog", few, many, _take)
    return 0


def _tell(kind: str, what: str, few: World, many: World, deed: Callable[[World], None]) -> None:
    small: list[float] = []
    large: list[float] = []
    for _ in range(ROUNDS):
        small.append(1_000 * seconds(lambda: deed(few)))
        cast("Counted", many.bell).rung.clear()
        large.append(1_000 * seconds(lambda: deed(many)))
    rung = dict(cast("Counted", many.bell).rung)
    print(f"{kind}: {what}: {spread(large, 1)} ms, among {FEW} shops {spread(small, 1)} ms; bells {rung}")


def _take(here: World) -> None:
    with here.sessions() as session:  # and give it back: nothing is committed
        inbox.claim(session, shop_id=1, now=_NOON, lease=timedelta(seconds=30), limit=50)


def _town(url: str, count: int, *, backlog: int, past: int) -> World:
    """Fill a database with shops and letters."""
    here = replace(world(url, "https://bench"), bell=cast("Bell", Counted()), clock=Stopped())
    first = moved_in(here)
    with unit_of_work(here.sessions) as session:
        shops.change_policy(session, shop_id=first, policy=Policy(), now=_NOON)
        shops.note_history(session, shop_id=first, done_at=_NOON, swept_to=_NOON)
        shop = dict(session.execute(select(tables.Shop.__table__)).mappings().one())
        grant = dict(session.execute(select(tables.Grant.__table__)).mappings().one())
        others = range(first + 1, first + count)
        _pour(session, tables.Shop, [shop | {"id": each, "domain": f"{each}.example"} for each in others])
        _pour(session, tables.Grant, [grant | {"shop_id": each} for each in others])
        for name in ("review", "tidy"):
            chore = {"name": name, "period": f"{_NOON:%Y-%m-%d}", "done_at": _NOON}
            _pour(session, tables.Chore, [chore | {"shop_id": each} for each in range(first, first + count)])
        _pour(session, tables.Delivery, (_letter(first + at % count, at, handled=True) for at in range(past)))
        _pour(session, tables.Delivery, (_letter(first + at, past + at, handled=False) for at in range(BUSY)))
        _pour(session, tables.Delivery, (_letter(first, past + BUSY + at, handled=False) for at in range(backlog)))
    with here.sessions() as session:
        session.execute(text("ANALYZE"))
        session.commit()
    return here


def _letter(shop_id: int, number: int, *, handled: bool) -> dict[str, Any]:
    return {
        "shop_id": shop_id,
        "source": "shopify",
        "sender": f"{shop_id}.example",
        "topic": "orders/paid",
        "delivery_key": str(number),
        "event_key": None,
        "body": b"",
        "triggered_at": None,
        "received_at": _NOON - timedelta(minutes=1),
        "handled_at": _NOON if handled else None,
        "next_try_at": None if handled else _NOON - timedelta(minutes=1),
        "attempts": 0,
        "waits": 0,
        "problem": None,
    }


def _pour(session: Session, table: type[Base], rows: Iterable[dict[str, Any]]) -> None:
    batch: list[dict[str, Any]] = []
    for row in rows:
        batch.append(row)
        if len(batch) == _AT_ONCE:
            session.execute(insert(table), batch)
            batch = []
    if batch:
        session.execute(insert(table), batch)
