"""Whose mark is on, a page at a time."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.money import Money
from app.store.tables import Customer


@dataclass(frozen=True, slots=True, kw_only=True)
class Marked:
    """One customer who bears the mark, with our sums of them; `since` is when that was decided last."""

    customer_id: int
    net: Money
    orders: int
    first_order_at: datetime | None
    last_order_at: datetime | None
    since: datetime | None


def some(session: Session, *, shop_id: int, currency: str, after: int, limit: int) -> list[Marked]:
    """Return the first customers after that number who bear the mark; nobody who was forgotten is among them."""
    mine = (Customer.shop_id == shop_id, Customer.marked, Customer.customer_id > after)
    rows = session.scalars(select(Customer).where(*mine).order_by(Customer.customer_id).limit(limit))
    return [
        Marked(
            customer_id=row.customer_id,
            net=Money(minor=row.net_minor, currency=currency),
            orders=row.orders,
            first_order_at=row.first_order_at,
            last_order_at=row.last_order_at,
            since=row.changed_at,
        )
        for row in rows
    ]
