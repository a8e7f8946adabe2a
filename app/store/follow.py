"""What was still to come for a customer who is gone."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.effects import State
from app.store import ledger
from app.store.tables import Effect, Shop


def nobody(session: Session, *, shop_id: int, customer_id: int, why: str, now: datetime) -> int:
    """Take back whatever was still to come for a customer who is gone; return how many deeds that are."""
    currency = session.scalars(select(Shop.currency).where(Shop.id == shop_id)).one_or_none() or ""
    waiting = select(Effect.key).where(
        Effect.shop_id == shop_id,
        Effect.customer_id == customer_id,
        Effect.state.in_((State.AWAITING, State.PLANNED)),
    )
    keys = session.scalars(waiting).all()
    gone = [
        ledger.withdraw(session, shop_id=shop_id, key=key, code="gone", why=why, now=now, currency=currency)
        for key in keys
    ]
    return len([deed for deed in gone if deed is not None])
