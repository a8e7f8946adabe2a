"""The shop's own measure: the threshold and what counts as active, measured once a day and read with every event."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import BigInteger, Integer, Row, case, cast, func, select, update
from sqlalchemy.orm import Session

from app.domain import facts, gift_pool
from app.domain import measure as formulas
from app.domain.money import Money
from app.domain.policy import SpecialCustomer
from app.store import orders
from app.store.tables import Customer, Order, Shop, Totals


def read(session: Session, *, shop_id: int, currency: str) -> facts.Yardstick | None:
    """Return the measure as last taken; None before the first one, or while nobody has spent anything."""
    columns = (Totals.threshold_minor, Totals.active_days, Totals.customers, Totals.net_minor, Shop.history_since)
    kept = select(*columns).join(Shop, Shop.id == Totals.shop_id).where(Totals.shop_id == shop_id)
    row = session.execute(kept).one_or_none()
    if row is None or not row.threshold_minor or row.active_days is None:
        return None
    return facts.Yardstick(
        threshold=Money(minor=row.threshold_minor, currency=currency),
        active_days=row.active_days,
        customers=row.customers,
        average=Money(minor=formulas.mean(row.customers, row.net_minor), currency=currency),
        since=row.history_since,
    )


def measure(session: Session, *, shop_id: int, policy: SpecialCustomer, now: datetime) -> None:
    """Take the measure afresh and keep it, with its date."""
    orders.lock(session, shop_id=shop_id)
    totals = session.get_one(Totals, shop_id, populate_existing=True)
    values = {
        "threshold_minor": _threshold(session, shop_id, totals, policy),
        "active_days": policy.active_days or usual_pause(session, shop_id),
        "taken_minor": _taken(session, shop_id, now),
        "measured_at": now,
    }
    session.execute(update(Totals).where(Totals.shop_id == shop_id).values(values))


def _threshold(session: Session, shop_id: int, totals: Totals, policy: SpecialCustomer) -> int:
    def ranked(rank: int) -> int:
        spent = select(Customer.net_minor).where(Customer.shop_id == shop_id, Customer.orders > 0)
        return session.scalar(spent.order_by(Customer.net_minor).offset(rank - 1).limit(1)) or 0

    return formulas.threshold(policy, totals.customers, totals.net_minor, ranked)


def _taken(session: Session, shop_id: int, now: datetime) -> int:
    lately = (Order.shop_id == shop_id, Order.counted, Order.processed_at > now - gift_pool.LATELY)
    return session.scalar(select(cast(func.coalesce(func.sum(Order.net_minor), 0), BigInteger)).where(*lately)) or 0


def fifths(session: Session, *, shop_id: int, standing: facts.Standing) -> formulas.Fifths | None:
    """Return where the customer stands among all whose orders count; None for one of whose orders none does."""
    if standing.last_order_at is None:
        return None
    less = (
        Customer.last_order_at < standing.last_order_at,
        Customer.orders < standing.orders,
        Customer.net_minor < standing.net.minor,
    )
    # By an index alone: the dates, the counts and the sums stand in one.
    counts = select(func.count(), *(func.count(case((each, 1))) for each in less))
    customers, *below = session.execute(counts.where(Customer.shop_id == shop_id, Customer.orders > 0)).one()
    return formulas.Fifths(*(formulas.fifth(each, customers) for each in below)) if customers else None


def usual_pause(session: Session, shop_id: int) -> int:
    """Return twice the median of the pauses between one customer's orders, in days within sensible bounds."""
    if session.get_bind().dialect.name == "sqlite":
        second = cast(func.strftime("%s", Order.processed_at), Integer)
    else:
        second = cast(func.floor(func.extract("epoch", Order.processed_at)), BigInteger)
    # By `counted` too, which is the same for all: so the rows stand in an index as they are wanted.
    before = func.lag(second).over(
        partition_by=(Order.customer_id, Order.counted), order_by=(Order.processed_at, Order.order_id)
    )
    pauses = (
        select((second - before).label("seconds"))
        .where(Order.shop_id == shop_id, Order.counted, Order.customer_id.is_not(None))
        .subquery()
    )
    # Whole numbers: both databases arrive at the same day. Twice a pause in days rises with the pause, so that the
    # median may be taken of the days, of which there are few, and no long list of pauses is ever sorted.
    days = ((2 * pauses.c.seconds + formulas.DAY // 2) // formulas.DAY).label("days")
    found: Sequence[Row[int, int]] = session.execute(
        select(days, func.count()).where(pauses.c.seconds.is_not(None)).group_by(days).order_by(days)
    ).all()
    return formulas.active_days((twice, count) for twice, count in found)
