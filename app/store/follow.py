"""What belongs to a customer follows them: to the one they were merged with, or nowhere."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.domain.effects import State
from app.store import ledger
from app.store.tables import Decision, Effect, Shop


def to_kept(session: Session, *, shop_id: int, gone_id: int, kept_id: int) -> int:
    """Hand gestures and reasons of one customer to another; return how many deeds that are.

    The keys of the deeds stay: a deed that was done is done, whoever it is put down to.
    """
    theirs = select(Effect).where(Effect.shop_id == shop_id, Effect.customer_id == gone_id)
    rows = session.scalars(theirs.with_for_update().execution_options(populate_existing=True)).all()
    for row in rows:
        row.customer_id = kept_id
        row.payload = row.payload | {"customer_id": kept_id}
    session.flush()
    session.execute(
        update(Decision)
        .where(Decision.shop_id == shop_id, Decision.subject == f"customer:{gone_id}")
        .values(subject=f"customer:{kept_id}")
        .execution_options(synchronize_session=False)
    )
    return len(rows)


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
