"""Calendar jobs: each is done once for its period, whoever asks, however often."""

from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from app.store.base import insert
from app.store.tables import Chore


def take(session: Session, *, shop_id: int, name: str, period: str, now: datetime) -> bool:
    """Return True for exactly one caller a period; it is taken when this transaction commits."""
    statement = (
        insert(session, Chore)
        .values(shop_id=shop_id, name=name, period=period, done_at=now)
        .on_conflict_do_nothing()
        .returning(Chore.name)  # not the row count, which PostgreSQL's driver has forgotten by now
    )
    return session.scalar(statement) is not None


def leave(session: Session, *, shop_id: int, name: str, period: str) -> None:
    """Let a chore that was taken in this transaction be taken once more: there is more of it than one can hold."""
    session.execute(delete(Chore).where(Chore.shop_id == shop_id, Chore.name == name, Chore.period == period))
