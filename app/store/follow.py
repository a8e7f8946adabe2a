"""What is still to come for a customer."""

from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from app.domain.effects import State
from app.store import ledger
from app.store.deeds import Deed, deed_of
from app.store.tables import Effect, Shop


def coming(session: Session, *, shop_id: int, customer_id: int, currency: str) -> list[Deed]:
    """Return what waits for a customer, for its hour or for a person's yes."""
    waiting = select(Effect).where(*_waiting(shop_id, customer_id)).order_by(Effect.id)
    return [deed_of(row, currency) for row in session.scalars(waiting.execution_options(populate_existing=True))]


def nobody(session: Session, *, shop_id: int, customer_id: int, why: str, now: datetime) -> int:
    """Take back whatever was still to come for a customer who is gone; return how many deeds that are."""
    currency = session.scalars(select(Shop.currency).where(Shop.id == shop_id)).one_or_none() or ""
    keys = session.scalars(select(Effect.key).where(*_waiting(shop_id, customer_id))).all()
    gone = [
        ledger.withdraw(session, shop_id=shop_id, key=key, code="gone", why=why, now=now, currency=currency)
        for key in keys
    ]
    return len([deed for deed in gone if deed is not None])


def _waiting(shop_id: int, customer_id: int) -> tuple[ColumnElement[bool], ...]:
    theirs = (Effect.shop_id == shop_id, Effect.customer_id == customer_id)
    return *theirs, Effect.state.in_((State.AWAITING, State.PLANNED))
