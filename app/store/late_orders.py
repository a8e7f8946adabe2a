"""Orders that took too long, until all is well with them again; and what agents gave back for mistakes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, delete, select
from sqlalchemy.orm import Session

from app.domain.agents import Reason
from app.domain.effects import State
from app.domain.moments import Shipment
from app.store.base import insert
from app.store.day_tables import LateOrder
from app.store.tables import Effect, Order
from app.store.undoing import STANDS


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """An order with which something went wrong, and its customer; `at` is when it arrived, or when amends were made."""

    order_id: int
    name: str
    customer_id: int
    at: datetime


def waiting(session: Session, *, shop_id: int, limit: int) -> list[Shipment]:
    """Return the late orders that have not arrived, the oldest first."""
    open_ones = select(LateOrder).where(LateOrder.shop_id == shop_id, LateOrder.arrived_at.is_(None))
    rows = session.scalars(open_ones.order_by(LateOrder.ordered_at, LateOrder.order_id).limit(limit))
    return [Shipment(order_id=row.order_id, ordered_at=row.ordered_at, tracked=True) for row in rows]


def note(session: Session, *, shop_id: int, late: Sequence[Shipment]) -> None:
    """Write down late orders as they are now."""
    for each in late:
        values = {"ordered_at": each.ordered_at, "arrived_at": each.arrived_at}
        known = insert(session, LateOrder).values(shop_id=shop_id, order_id=each.order_id, **values)
        session.execute(known.on_conflict_do_update(index_elements=["shop_id", "order_id"], set_=values))


def drop(session: Session, *, shop_id: int, before: datetime) -> None:
    """Forget late orders that were made before then: what has not arrived by now is another matter."""
    session.execute(delete(LateOrder).where(LateOrder.shop_id == shop_id, LateOrder.ordered_at < before))


def is_waiting(session: Session, *, shop_id: int, customer_id: int) -> str | None:
    """Return the name of an order for which the customer waits for too long; None where there is none."""
    theirs = (Order.shop_id == shop_id, Order.customer_id == customer_id, LateOrder.arrived_at.is_(None))
    waits = select(Order.name).join(LateOrder, _same()).where(*theirs)
    return session.scalar(waits.order_by(Order.processed_at, Order.order_id).limit(1))


def arrived(session: Session, *, shop_id: int, since: datetime, limit: int) -> list[Trouble]:
    """Return the late orders that have arrived since then, the newest first."""
    found = (
        select(Order.order_id, Order.name, Order.customer_id, LateOrder.arrived_at.label("at"))
        .join(LateOrder, _same())
        .where(Order.shop_id == shop_id, Order.customer_id > 0, LateOrder.arrived_at >= since)
        .order_by(LateOrder.arrived_at.desc(), Order.order_id)
        .limit(limit)
    )
    return [_trouble(row) for row in session.execute(found)]


def made_good(session: Session, *, shop_id: int, since: datetime, limit: int) -> list[Trouble]:
    """Return the orders for which agents gave something back since then, for a mistake of the shop's."""
    same = and_(Order.shop_id == Effect.shop_id, Order.order_id == Effect.order_id)
    found = (
        select(Order.order_id, Order.name, Order.customer_id, Effect.ended_at.label("at"))
        .join(Order, same)
        .where(
            Effect.shop_id == shop_id,
            Effect.kind == "refund_order",
            Effect.reason == Reason.OUR_MISTAKE,
            Effect.state == State.DONE,
            STANDS,
            Effect.ended_at >= since,
            Order.customer_id > 0,
        )
        .order_by(Effect.ended_at.desc(), Effect.id)
        .limit(limit)
    )
    return [_trouble(row) for row in session.execute(found)]


def _trouble(row: Row[*tuple[Any, ...]]) -> Trouble:
    return Trouble(order_id=row.order_id, name=row.name, customer_id=row.customer_id, at=row.at)


def _same() -> ColumnElement[bool]:
    return and_(Order.shop_id == LateOrder.shop_id, Order.order_id == LateOrder.order_id)
