"""What is old enough to go. The ledger is not among it: a deed's key must be known for as long as its shop is."""

from datetime import datetime
from typing import cast

from sqlalchemy import CursorResult, Delete, delete, exists, select, update
from sqlalchemy.orm import Session

from app.store import reason_counts
from app.store.tables import Chore, Decision, Delivery, Effect


def letters(session: Session, *, shop_id: int, before: datetime, limit: int) -> int:
    """Drop deliveries from before that moment with which nothing is left to do; return how many, at most `limit`.

    Should one of them be sent once more it is taken for a new one: it is too old to act on, and its deeds are known.
    """
    old = (
        select(Delivery.id)
        .where(Delivery.shop_id == shop_id, Delivery.received_at < before, Delivery.next_try_at.is_(None))
        .order_by(Delivery.id)
        .limit(limit)
    )
    ids = list(session.scalars(old))
    # What was decided then is kept longer, and says why by itself.
    reasons_of = update(Decision).where(Decision.shop_id == shop_id, Decision.delivery_id.in_(ids))
    session.execute(reasons_of.values(delivery_id=None).execution_options(synchronize_session=False))
    return _gone(session, delete(Delivery).where(Delivery.shop_id == shop_id, Delivery.id.in_(ids)))


def reasons(session: Session, *, shop_id: int, before: datetime, limit: int) -> int:
    """Drop decisions from before that moment from which nothing followed; return how many, at most `limit`."""
    followed = exists().where(Effect.decision_id == Decision.id)
    old = (
        select(Decision.id)
        .where(Decision.shop_id == shop_id, Decision.decided_at < before, ~followed)
        .order_by(Decision.id)
        .limit(limit)
    )
    reason_counts.drop(session, shop_id=shop_id, before=before)
    return _gone(session, delete(Decision).where(Decision.shop_id == shop_id, Decision.id.in_(old)))


def calendar(session: Session, *, shop_id: int, before: datetime) -> int:
    """Drop what is noted about chores that were done before that moment; return how many notes."""
    return _gone(session, delete(Chore).where(Chore.shop_id == shop_id, Chore.done_at < before))


def _gone(session: Session, statement: Delete) -> int:
    done = session.execute(statement.execution_options(synchronize_session=False))
    return cast("CursorResult[tuple[()]]", done).rowcount
