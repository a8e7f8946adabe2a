"""Calendar jobs: each is done once for its period, whoever asks, however often."""

from datetime import datetime
from heapq import nsmallest
from zoneinfo import ZoneInfo

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from app.store.base import insert
from app.store.tables import Chore, Shop


def take(session: Session, *, shop_id: int, name: str, period: str, now: datetime) -> bool:
    """Return True for exactly one caller a period; it is taken when this transaction commits."""
    statement = (
        insert(session, Chore)
        .values(shop_id=shop_id, name=name, period=period, done_at=now)
        .on_conflict_do_nothing()
        .returning(Chore.name)  # not the row count, which PostgreSQL's driver has forgotten by now
    )
    return session.scalar(statement) is not None


def last(session: Session, *, shop_id: int, name: str) -> str | None:
    """Return for which period the chore was done last."""
    done = (Chore.shop_id == shop_id, Chore.name == name)
    return session.scalar(select(func.max(Chore.period)).where(*done))


def leave(session: Session, *, shop_id: int, name: str, period: str) -> None:
    """Let a chore that was taken in this transaction be taken once more: there is more of it than one can hold."""
    session.execute(delete(Chore).where(Chore.shop_id == shop_id, Chore.name == name, Chore.period == period))


def daily(session: Session, *, name: str, now: datetime, limit: int) -> list[int]:
    """Return installed shops in whose own day the chore is not done yet, those that wait longest first.

    Crosses tenants: only the ticker may ask, and it learns ids alone.
    """
    mine = (Chore.shop_id == Shop.id, Chore.name == name)
    last = select(func.max(Chore.period)).where(*mine).correlate(Shop).scalar_subquery()
    installed = (Shop.uninstalled_at.is_(None), Shop.history_done_at.is_not(None))
    days: dict[str, str] = {}
    behind = []
    for shop_id, timezone, period in session.execute(select(Shop.id, Shop.timezone, last).where(*installed)):
        if timezone not in days:
            days[timezone] = f"{now.astimezone(ZoneInfo(timezone)):%Y-%m-%d}"
        if period is None or period < days[timezone]:
            behind.append((period or "", shop_id))
    return [shop_id for _, shop_id in nsmallest(limit, behind)]
