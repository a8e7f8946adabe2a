"""The switch: the operator's stops every shop, the merchant's own shop. Whatever would write outside asks here last."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import cast

from sqlalchemy import ColumnElement, CursorResult, Select, bindparam, select, update
from sqlalchemy.orm import Session

from app.store import trail
from app.store.tables import Shop
from app.store.watch_tables import Stop


@dataclass(frozen=True, slots=True, kw_only=True)
class Standstill:
    """Since when everything is stopped by the operator, and what merchants are told."""

    since: datetime
    because: str


def stop(session: Session, *, because: str, now: datetime) -> None:
    """Stop every shop's writes; throwing it twice does no harm."""
    session.add(Stop(stopped_at=now, because=because))
    session.flush()
    _tell(session, "all_stopped", because)


def release(session: Session, *, now: datetime) -> int:
    """Let everything go on; return how many throws that released, for two people may have thrown it."""
    statement = update(Stop).where(Stop.released_at.is_(None)).values(released_at=now)
    released = cast("CursorResult[tuple[()]]", session.execute(statement)).rowcount
    if released:
        _tell(session, "all_resumed", "")
    return released


def standstill(session: Session) -> Standstill | None:
    """Return the operator's stop that still stands, the first of them; None when there is none."""
    row = session.scalar(select(Stop).where(Stop.released_at.is_(None)).order_by(Stop.id).limit(1))
    return None if row is None else Standstill(since=row.stopped_at, because=row.because)


def is_thrown() -> ColumnElement[bool]:
    """Hold while the operator has stopped everything."""
    return select(Stop.id).where(Stop.released_at.is_(None)).exists()


def is_released_for(session: Session, *, shop_id: int | None) -> bool:
    """Return whether calls that change something may be made; without a shop, in the installation's own name."""
    if shop_id is None:
        return not session.scalar(select(is_thrown()))
    return bool(session.scalar(_released(), {"of_shop": shop_id}))


@cache  # it is asked before each call
def _released() -> Select[int]:
    return select(Shop.id).where(Shop.id == bindparam("of_shop"), Shop.paused.is_(False), ~is_thrown())


def _tell(session: Session, what: str, why: str) -> None:
    with trail.in_the_name_of(session, trail.OPERATOR):
        for shop_id in session.scalars(select(Shop.id).where(Shop.uninstalled_at.is_(None))):
            trail.note(session, shop_id=shop_id, what=what, why=why)
