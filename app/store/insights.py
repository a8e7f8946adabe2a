"""A shop's past in a few figures: how much customers spend, and after which order they stay away.

Counted with the nightly measure and at the import's steps, and kept: a page reads one row.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from pydantic import TypeAdapter
from sqlalchemy import BigInteger, ColumnElement, Subquery, and_, case, cast, func, select
from sqlalchemy.orm import Session

from app.domain import measure, suggestions
from app.domain.policy import SpecialCustomer
from app.domain.suggestions import BARS, Insight, Level, Step
from app.store import welcome_tables, yardstick
from app.store.base import insert
from app.store.tables import Customer, Order, Totals

_FIGURES = TypeAdapter(Insight)


def read(session: Session, *, shop_id: int) -> Insight | None:
    """Return the figures as last counted; None before the first thousand orders are read."""
    kept = select(welcome_tables.Insight.figures).where(welcome_tables.Insight.shop_id == shop_id)
    found = session.scalar(kept)
    return None if found is None else _FIGURES.validate_python(found)


def take(session: Session, *, shop_id: int, policy: SpecialCustomer, now: datetime, partial: bool = False) -> None:
    """Count afresh and keep it; `partial` while the past is still being read, from the orders there are."""
    people = _buyers(shop_id) if partial else _customers(shop_id)
    whole = select(func.count(), func.sum(people.c.orders), func.sum(people.c.net_minor), func.max(people.c.last_at))
    customers, orders, net, newest = session.execute(whole).one()
    if not customers:
        return
    active_days = _active_days(session, shop_id, policy, partial=partial)
    as_of = newest if partial else now
    silent_since = as_of - timedelta(days=active_days)
    amounts = {
        "mean": measure.mean(customers, int(net)),
        "median": _quantile(session, people, customers, 50),
        "p80": _quantile(session, people, customers, 80),
    }
    width = suggestions.width(max(*amounts.values(), _quantile(session, people, customers, 95)))
    bars, active_bars = _bars(session, people, width, silent_since)
    found = Insight(
        taken_at=now,
        as_of=as_of,
        partial=partial,
        customers=customers,
        orders=int(orders),
        net_minor=int(net),
        active_days=active_days,
        **_levels(session, people, amounts, silent_since),
        width_minor=width,
        bars=bars,
        active_bars=active_bars,
        steps=_steps(session, people, silent_since),
    )
    values = {"taken_at": now, "figures": _FIGURES.dump_python(found, mode="json")}
    statement = insert(session, welcome_tables.Insight).values(shop_id=shop_id, **values)
    session.execute(statement.on_conflict_do_update(index_elements=["shop_id"], set_=values))


def _customers(shop_id: int) -> Subquery:
    columns = (Customer.net_minor, Customer.orders, Customer.last_order_at.label("last_at"))
    return select(*columns).where(Customer.shop_id == shop_id, Customer.orders > 0).subquery("people")


def _buyers(shop_id: int) -> Subquery:
    """Return customers as their orders alone show them: while the past is read, nobody has summed it up."""
    return (
        select(
            cast(func.sum(Order.net_minor), BigInteger).label("net_minor"),
            func.count().label("orders"),
            func.max(Order.processed_at).label("last_at"),
        )
        .where(Order.shop_id == shop_id, Order.counted, Order.customer_id.is_not(None))
        .group_by(Order.customer_id)
        .subquery("people")
    )


def _active_days(session: Session, shop_id: int, policy: SpecialCustomer, *, partial: bool) -> int:
    measured = None if partial else session.scalar(select(Totals.active_days).where(Totals.shop_id == shop_id))
    return measured or policy.active_days or yardstick.usual_pause(session, shop_id)


def _quantile(session: Session, people: Subquery, customers: int, percent: int) -> int:
    rank = measure.rank(customers, percent)
    return session.scalar(select(people.c.net_minor).order_by(people.c.net_minor).offset(rank - 1).limit(1)) or 0


def _levels(session: Session, people: Subquery, amounts: Mapping[str, int], silent_since: datetime) -> dict[str, Level]:
    above = {name: people.c.net_minor >= minor for name, minor in amounts.items()}
    active = {name: and_(which, people.c.last_at >= silent_since) for name, which in above.items()}
    counts = session.execute(select(*map(_number_of, (*above.values(), *active.values())))).one()
    return {
        name: Level(minor=minor, above=counts[place], active=counts[place + len(amounts)])
        for place, (name, minor) in enumerate(amounts.items())
    }


def _bars(
    session: Session, people: Subquery, width: int, silent_since: datetime
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return how many customers each bar holds, and how many active ones."""
    bar = case((people.c.net_minor >= width * (BARS - 1), BARS - 1), else_=people.c.net_minor // width).label("bar")
    active = _number_of(people.c.last_at >= silent_since)
    found = {row.bar: (row[1], row[2]) for row in session.execute(select(bar, func.count(), active).group_by(bar))}
    both = [found.get(place, (0, 0)) for place in range(BARS)]
    return tuple(everybody for everybody, _ in both), tuple(active for _, active in both)


def _steps(session: Session, people: Subquery, silent_since: datetime) -> tuple[Step, ...]:
    silent = _number_of(people.c.last_at < silent_since)
    found = session.execute(select(people.c.orders, func.count(), silent).group_by(people.c.orders))
    return suggestions.steps({row.orders: (row[1], row[2]) for row in found})


def _number_of(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.count(case((condition, 1)))
