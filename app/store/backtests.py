"""Walks through a shop's past: asked for, in a worker's hands, and what they came to; with what one walk reads."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, CursorResult, delete, or_, select, update
from sqlalchemy.orm import Session

from app.domain.backtest.asked import Kind, Row, Treat, Wishes
from app.domain.backtest.summary import Outcome
from app.domain.policy import Policy
from app.domain.rules import nth_order_gift
from app.domain.rules.cool_down import MAKES_GOOD, TREATS
from app.store import care
from app.store.backtest_tables import Backtest
from app.store.base import insert
from app.store.care_tables import Care
from app.store.decisions import GIVEN
from app.store.tables import Customer, Effect, Order, Totals
from app.store.undoing import STANDS

MOST_TRIES = 3
_AT_ONCE = 5_000
_POLICY, _OUTCOME = TypeAdapter(Policy), TypeAdapter(Outcome)
_ROW = (
    *(Order.order_id, Order.customer_id, Order.name, Order.processed_at),
    *(Order.net_minor, Order.counted, Order.variants, Order.turns),
)
_SHELF = ("add_gift_line", "send_gift_order")


@dataclass(frozen=True, slots=True, kw_only=True)
class Walked:
    """One walk as it stands: with what settings, how far it is, and what it came to."""

    kind: Kind
    policy: Policy
    asked_at: datetime
    tries: int
    percent: int
    done_at: datetime | None
    outcome: Outcome | None
    problem: str | None

    @property
    def is_over(self) -> bool:
        """Whether nothing more comes of it by itself."""
        return self.done_at is not None


def newest(session: Session, *, shop_id: int) -> dict[Kind, Walked]:
    """Return the newest walk of each kind."""
    rows = session.scalars(
        select(Backtest).where(Backtest.shop_id == shop_id).execution_options(populate_existing=True)
    )
    return {Kind(row.kind): _walked(row) for row in rows}


def ask(session: Session, *, shop_id: int, kind: Kind, policy: Policy, now: datetime) -> None:
    """Let the past be walked through with these settings, in place of the last walk of that kind."""
    begins = {"policy": _POLICY.dump_python(policy, mode="json"), "asked_at": now, "tries": 0, "percent": 0}
    fresh = begins | dict.fromkeys(("held_until", "done_at", "outcome", "problem"))
    statement = insert(session, Backtest).values(shop_id=shop_id, kind=kind.value, **fresh)
    session.execute(statement.on_conflict_do_update(index_elements=["shop_id", "kind"], set_=fresh))


def shops_due(session: Session, *, now: datetime, limit: int) -> list[int]:
    """Return shops with a walk that nobody has in hand. Crosses tenants: only the ticker may ask, ids alone."""
    found = select(Backtest.shop_id).where(*_waits(now)).group_by(Backtest.shop_id).order_by(Backtest.shop_id)
    return list(session.scalars(found.limit(limit)))


def take_up(session: Session, *, shop_id: int, now: datetime, lease: timedelta) -> Walked | None:
    """Take the next walk in hand that nobody has; one that was taken up too often comes to nothing. None: no more."""
    waiting = select(Backtest).where(Backtest.shop_id == shop_id, *_waits(now)).order_by(Backtest.asked_at).limit(1)
    row = session.scalar(waiting.with_for_update())
    if row is None:
        return None
    row.held_until, row.tries = now + lease, row.tries + 1
    session.flush()
    return _walked(row)


def go_on(session: Session, walked: Walked, *, shop_id: int, percent: int, until: datetime) -> bool:
    """Note how far a walk is, and hold it on; return False when another one was asked for since."""
    return _change(session, walked, shop_id, percent=percent, held_until=until)


def end(session: Session, walked: Walked, *, shop_id: int, outcome: Outcome, now: datetime) -> bool:
    """Keep what a walk came to; return False when another one was asked for since."""
    said = _OUTCOME.dump_python(outcome, mode="json")
    return _change(session, walked, shop_id, percent=100, held_until=None, done_at=now, outcome=said, problem=None)


def fail(session: Session, walked: Walked, *, shop_id: int, problem: str, now: datetime) -> bool:
    """Note why a walk came to nothing; return False when another one was asked for since."""
    return _change(session, walked, shop_id, held_until=None, done_at=now, problem=problem)


def drop(session: Session, *, shop_id: int, kind: Kind | None = None) -> None:
    """Forget the walk of that kind, or all of the shop's: their examples name orders."""
    theirs = Backtest.shop_id == shop_id
    session.execute(delete(Backtest).where(theirs if kind is None else theirs & (Backtest.kind == kind.value)))


def orders_of(session: Session, *, shop_id: int) -> Iterator[Row]:
    """Yield all orders of the shop, by their numbers."""
    theirs = select(*_ROW).where(Order.shop_id == shop_id).order_by(Order.order_id)
    for row in session.execute(theirs.execution_options(yield_per=_AT_ONCE)):
        yield Row(*row)


def wishes(session: Session, *, shop_id: int) -> dict[int, Wishes]:
    """Return what is known of customers that no order tells, of those of whom there is anything."""
    columns = (Care.sensitive_since, Care.sensitive_until, Care.likes, Care.never)
    theirs = (Care.shop_id == Customer.shop_id) & (Care.customer_id == Customer.customer_id)
    statement = (
        select(Customer.customer_id, Customer.let_alone_since, *columns)
        .outerjoin(Care, theirs)
        .where(Customer.shop_id == shop_id, or_(Customer.let_alone_since.is_not(None), Care.customer_id.is_not(None)))
    )
    return {
        row.customer_id: Wishes(row.let_alone_since, row.sensitive_since, row.sensitive_until, care.noted(row))
        for row in session.execute(statement)
    }


def treats(session: Session, *, shop_id: int, tried: Collection[str], since: datetime) -> list[Treat]:
    """Return what customers were truly given: by others than these rules at any time, by them before `since`."""
    columns = (Effect.customer_id, Effect.order_id, Effect.kind, Effect.rule, Effect.reason, Effect.payload)
    given = (Effect.shop_id == shop_id, Effect.kind.in_(TREATS), Effect.state.in_(GIVEN), STANDS)
    by_others_or_before = or_(Effect.rule.not_in(tried), Effect.created_at < since)
    statement = (
        select(*columns, Effect.created_at, Effect.due_at)
        .where(*given, Effect.customer_id.is_not(None), by_others_or_before)
        .order_by(Effect.id)
    )
    return [
        Treat(
            customer_id=row.customer_id,
            order_id=row.order_id,
            variant_id=row.payload["variant_id"] if row.kind in _SHELF else None,
            created_at=row.created_at,
            due_at=row.due_at,
            of_the_rule=row.rule == nth_order_gift.RULE,
            keeps_pause=row.rule != nth_order_gift.RULE and row.reason not in MAKES_GOOD,
            gift_id=row.payload.get("gift_id"),
            occasion=row.payload.get("occasion") or "",
        )
        for row in session.execute(statement)
    ]


def usual(session: Session, *, shop_id: int) -> tuple[int, int]:
    """Return how many orders of the shop count, and what they brought, in minor units."""
    row = session.get(Totals, shop_id)
    return (0, 0) if row is None else (row.orders, row.net_minor)


def _waits(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return Backtest.done_at.is_(None), or_(Backtest.held_until.is_(None), Backtest.held_until <= now)


def _change(session: Session, walked: Walked, shop_id: int, **values: object) -> bool:
    mine = (
        Backtest.shop_id == shop_id,
        Backtest.kind == walked.kind.value,
        Backtest.asked_at == walked.asked_at,
        Backtest.tries == walked.tries,
        Backtest.done_at.is_(None),
    )
    statement = update(Backtest).where(*mine).values(values).execution_options(synchronize_session=False)
    return cast("CursorResult[tuple[()]]", session.execute(statement)).rowcount == 1


def _walked(row: Backtest) -> Walked:
    return Walked(
        kind=Kind(row.kind),
        policy=_POLICY.validate_python(row.policy),
        asked_at=row.asked_at,
        tries=row.tries,
        percent=row.percent,
        done_at=row.done_at,
        outcome=None if row.outcome is None else _OUTCOME.validate_python(row.outcome),
        problem=row.problem,
    )
