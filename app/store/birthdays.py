"""Birthdays as the store last told them. They go where the customer goes, or with the field that told them."""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import cast

from sqlalchemy import CursorResult, and_, delete, or_, select
from sqlalchemy.orm import Session

from app.domain import moments
from app.store.base import insert
from app.store.day_tables import Birthday
from app.store.tables import Customer

_MOST = 5_000  # on one day; where many write the same, it is hardly their birthday
_LEAP_DAY, _KEPT_ON = "02-29", (2, 28)


def to_be_asked(session: Session, *, shop_id: int, active_since: datetime, before: datetime, limit: int) -> list[int]:
    """Return whose birthday was not asked for since then, of whoever has ordered lately: the newest orders first."""
    known = and_(Birthday.shop_id == Customer.shop_id, Birthday.customer_id == Customer.customer_id)
    theirs = (Customer.shop_id == shop_id, Customer.customer_id > 0, Customer.last_order_at >= active_since)
    old = or_(Birthday.looked_at.is_(None), Birthday.looked_at < before)
    asked = select(Customer.customer_id).outerjoin(Birthday, known).where(*theirs, old)
    return list(session.scalars(asked.order_by(Customer.last_order_at.desc(), Customer.customer_id).limit(limit)))


def learn(
    session: Session,
    *,
    shop_id: int,
    customer_ids: Collection[int],
    days: Mapping[int, moments.Birthday],
    metafield: str,
    now: datetime,
) -> None:
    """Write down what the store says of these customers, and that it says nothing of the others."""
    for number in customer_ids:
        day = days.get(number)
        values = {
            "month_day": None if day is None else f"{day.month:02}-{day.day:02}",
            "said_at": None if day is None else day.said_at,
            "metafield": metafield,
            "looked_at": now,
        }
        known = insert(session, Birthday).values(shop_id=shop_id, customer_id=number, **values)
        session.execute(known.on_conflict_do_update(index_elements=["shop_id", "customer_id"], set_=values))


def on_day(
    session: Session, *, shop_id: int, day: date, active_since: datetime, limit: int
) -> dict[int, moments.Birthday]:
    """Return whose birthday is kept on that day, of whoever has ordered lately; those who spent most."""
    wanted = [f"{day:%m-%d}"]
    if (day.month, day.day) == _KEPT_ON and moments.in_year(2, 29, day.year) == day:
        wanted.append(_LEAP_DAY)
    told = select(Birthday.customer_id, Birthday.month_day, Birthday.said_at).where(
        Birthday.shop_id == shop_id, Birthday.month_day.in_(wanted)
    )
    known = {row.customer_id: read(row.month_day, row.said_at) for row in session.execute(told.limit(_MOST))}
    # Sorted here: by their sums the database would look at everybody.
    active = select(Customer.net_minor, Customer.customer_id).where(
        Customer.shop_id == shop_id, Customer.customer_id.in_(known), Customer.last_order_at >= active_since
    )
    best = sorted((-net, number) for net, number in session.execute(active))[:limit]
    return {number: known[number] for _, number in best}


def keep_only(session: Session, *, shop_id: int, metafield: str) -> int:
    """Forget what another field told, should the merchant name another or none; return how many that were."""
    others = delete(Birthday).where(Birthday.shop_id == shop_id, Birthday.metafield != metafield)
    return cast("CursorResult[tuple[()]]", session.execute(others)).rowcount


def forget(session: Session, *, shop_id: int, customer_ids: Collection[int]) -> None:
    """Know nothing of these customers' birthdays any more."""
    gone = delete(Birthday).where(Birthday.shop_id == shop_id, Birthday.customer_id.in_(customer_ids))
    session.execute(gone.execution_options(synchronize_session=False))


def read(month_day: str, said_at: datetime) -> moments.Birthday:
    """Return the birthday of a row that was found."""
    month, _, day = month_day.partition("-")
    return moments.Birthday(month=int(month), day=int(day), said_at=said_at)
