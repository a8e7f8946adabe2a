"""Reads the shop's figures for its pages: what was done, what waits, what is left. Nothing here changes a row."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, false, func, or_, select, text
from sqlalchemy.orm import Session

from app.domain.effects import Pool as PoolName
from app.domain.effects import State
from app.domain.facts import Yardstick
from app.domain.money import Money, zero
from app.store import yardstick
from app.store.ledger import Purse
from app.store.tables import Chore, Customer, Delivery, Effect, Pool, Totals
from app.store.undoing import STANDS


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """The shop's own measure and who is above it; `threshold` is None until it was measured once, at `measured_at`."""

    orders: int
    customers: int
    average: Money
    threshold: Money | None
    active_days: int | None
    measured_at: datetime | None
    repaired: int  # figures that last night's recount found wrong
    above_and_active: int
    marked: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreSays:
    """What the store itself counts for a customer, by rules of its own: to be shown beside ours, never decided by."""

    net: Money
    orders: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolLeft:
    """One purse in one month."""

    name: PoolName
    month: str
    limit: Money
    reserved: Money
    spent: Money
    granted: Money  # beyond the merchant's monthly limit, and part of `limit`
    lowered_by: Money | None = None  # what the store took lately, where a share of it holds the limit down

    @property
    def left(self) -> Money:
        return self.limit - self.reserved - self.spent

    @property
    def share(self) -> int:
        """How much of it is spoken for, in percent."""
        return 100 * (self.reserved + self.spent).minor // max(self.limit.minor, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How many deeds of one name (a kind, or a rule) there are, and what they cost together."""

    name: str
    count: int
    cost: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Misfit:
    """A delivery that was set aside for a person."""

    id: int
    source: str
    topic: str
    received_at: datetime
    problem: str


def figures(session: Session, *, shop_id: int, currency: str, now: datetime) -> Figures:
    """Return the shop's sums as they are, and its measure as last taken."""
    totals = session.get(Totals, shop_id, populate_existing=True)
    measure = yardstick.read(session, shop_id=shop_id, currency=currency)
    # Each by itself: whoever is above is found along the sums, without a look at everybody.
    counts = [
        session.scalar(select(func.count()).where(Customer.shop_id == shop_id, which)) or 0
        for which in (_above_and_active(measure, now), Customer.marked)
    ]
    return Figures(
        orders=totals.orders if totals else 0,
        customers=totals.customers if totals else 0,
        average=measure.average if measure else zero(currency),
        threshold=measure.threshold if measure else None,
        active_days=measure.active_days if measure else None,
        measured_at=totals.measured_at if totals else None,
        repaired=totals.repaired if totals else 0,
        above_and_active=counts[0],
        marked=counts[1],
    )


def store_says(session: Session, *, shop_id: int, currency: str, customer_id: int) -> StoreSays | None:
    """Return the store's own figures of a customer; None when it never told them."""
    row = session.get(Customer, (shop_id, customer_id), populate_existing=True)
    if row is None or row.store_net_minor is None or row.store_orders is None:
        return None
    return StoreSays(net=Money(minor=row.store_net_minor, currency=currency), orders=row.store_orders)


def pools_left(session: Session, *, shop_id: int, purse: Purse) -> list[PoolLeft]:
    """Return every purse of the month; one that nobody has touched yet is whole."""
    statement = select(Pool).where(Pool.shop_id == shop_id, Pool.month == purse.month)
    opened = {row.name: row for row in session.scalars(statement.execution_options(populate_existing=True))}
    return [_pool(opened.get(name), name, limit, purse) for name, limit in purse.limits.items()]


def done_since(
    session: Session, *, shop_id: int, since: datetime | None, currency: str, until: datetime | None = None
) -> list[Tally]:
    """Return the deeds done (and not taken back) by kind, the most frequent first; all of them when `since` is None."""
    statement = select(Effect.kind, func.count(), func.sum(Effect.cost_minor)).where(
        Effect.shop_id == shop_id, Effect.state == State.DONE, STANDS
    )
    if since is not None:
        statement = statement.where(Effect.ended_at >= since)
    if until is not None:
        statement = statement.where(Effect.ended_at < until)
    found = session.execute(statement.group_by(Effect.kind).order_by(func.count().desc(), Effect.kind))
    return [_tally(*row, currency=currency) for row in found]


def observed_by_rule(session: Session, *, shop_id: int, currency: str) -> dict[str, Tally]:
    """Return what each rule would have done had it not only watched."""
    # Spelt out as in the index: neither database takes that one for a value that is handed in.
    observed = text("effects.state = 'observed'")
    statement = select(Effect.rule, func.count(), func.sum(Effect.cost_minor)).where(
        Effect.shop_id == shop_id, observed
    )
    found = session.execute(statement.group_by(Effect.rule))
    return {row[0]: _tally(*row, currency=currency) for row in found}


def misfits(session: Session, *, shop_id: int, limit: int) -> list[Misfit]:
    """Return the newest deliveries that nobody will try again unless a person does."""
    statement = (
        select(Delivery)
        .where(
            Delivery.shop_id == shop_id,
            Delivery.next_try_at.is_(None),
            Delivery.handled_at.is_(None),
            Delivery.problem.is_not(None),
        )
        .order_by(Delivery.id.desc())
        .limit(limit)
    )
    return [_misfit(row) for row in session.scalars(statement)]


def was_done(session: Session, *, shop_id: int, chore: str) -> bool:
    """Return whether the shop's calendar job of that name was ever done."""
    statement = select(Chore.period).where(Chore.shop_id == shop_id, Chore.name == chore).limit(1)
    return session.scalar(statement) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class ToDo:
    """What is left to be done by itself, now: deliveries not handled, effects that are due or under way."""

    deliveries: int
    effects: int


def to_do(session: Session, *, shop_id: int, now: datetime) -> ToDo:
    """Return how much work waits; what waits for its hour or for a person does not count."""
    letters = select(func.count()).where(Delivery.shop_id == shop_id, Delivery.next_try_at.is_not(None))
    under_way = or_(Effect.due_at <= now, Effect.state == State.SENDING)
    deeds = select(func.count()).where(
        Effect.shop_id == shop_id, Effect.next_try_at.is_not(None), Effect.state != State.DONE, under_way
    )
    return ToDo(deliveries=session.scalar(letters) or 0, effects=session.scalar(deeds) or 0)


def newest_gift_order(session: Session, *, shop_id: int) -> int | None:
    """Return the order that last got a gift."""
    gifts = (Effect.shop_id == shop_id, Effect.kind == "add_gift_line", Effect.state == State.DONE, STANDS)
    return session.scalar(select(Effect.order_id).where(*gifts).order_by(Effect.id.desc()).limit(1))


def _above_and_active(measure: Yardstick | None, now: datetime) -> ColumnElement[bool]:
    if measure is None:
        return false()
    since = now - timedelta(days=measure.active_days)
    return and_(Customer.orders > 0, Customer.net_minor >= measure.threshold.minor, Customer.last_order_at >= since)


def _pool(row: Pool | None, name: PoolName, limit: int, purse: Purse) -> PoolLeft:
    return PoolLeft(
        name=name,
        month=purse.month,
        limit=Money(minor=_limit(row, limit) if row else limit, currency=purse.currency),
        reserved=Money(minor=row.reserved_minor if row else 0, currency=purse.currency),
        spent=Money(minor=row.spent_minor if row else 0, currency=purse.currency),
        granted=Money(minor=row.granted_minor if row else 0, currency=purse.currency),
        lowered_by=_lowered_by(name, purse),
    )


def _limit(row: Pool, limit: int) -> int:
    """Return what `pools.open_month` will make of the limit, for it may be another one since the purse was opened."""
    return max(limit + row.granted_minor, row.reserved_minor + row.spent_minor)


def _lowered_by(name: PoolName, purse: Purse) -> Money | None:
    if name is not PoolName.GIFTS or purse.lowered_by is None:
        return None
    return Money(minor=purse.lowered_by, currency=purse.currency)


def _tally(name: str, count: int, cost_minor: int | None, *, currency: str) -> Tally:
    return Tally(name=name, count=count, cost=Money(minor=int(cost_minor or 0), currency=currency))


def _misfit(row: Delivery) -> Misfit:
    return Misfit(
        id=row.id,
        source=row.source,
        topic=row.topic,
        received_at=row.received_at,
        problem=row.problem or "",
    )
