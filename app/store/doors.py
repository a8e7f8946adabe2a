"""A shop that lets nobody in is left alone as a whole until a moment; what waits for it waits with it."""

from datetime import datetime

from sqlalchemy import BindParameter, ColumnElement, or_, select, update
from sqlalchemy.orm import Session

from app.store.tables import Delivery, Shop


def shut(session: Session, *, shop_id: int, until: datetime, because: str) -> None:
    """Leave the shop alone until then; `because` is for the merchant to read."""
    values = {"closed_until": until, "closed_because": because}
    session.execute(update(Shop).where(Shop.id == shop_id).values(values))


def open_again(session: Session, *, shop_id: int, now: datetime) -> None:
    """Go back to the shop, at once to the letters that waited for it; nothing changes where it was open."""
    until = select(Shop.closed_until).where(Shop.id == shop_id).scalar_subquery()
    waiting = update(Delivery).where(Delivery.shop_id == shop_id, Delivery.next_try_at == until)
    session.execute(waiting.values(next_try_at=now).execution_options(synchronize_session=False))
    values = {"closed_until": None, "closed_because": None}
    session.execute(update(Shop).where(Shop.id == shop_id).values(values))


def are_open(now: datetime | BindParameter[datetime]) -> ColumnElement[bool]:
    """Hold for the shops that are not left alone now."""
    return or_(Shop.closed_until.is_(None), Shop.closed_until <= now)
