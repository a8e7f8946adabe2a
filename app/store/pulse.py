"""The database's pulse: a number that only grows, and that others remember as well. Who is behind them is an old copy.

An old copy does not know what was done since it was made. So nothing is sent from it, shop by shop, until the store was
asked what has changed; and for a day everything is looked for before it is done a first time. A pulse that nobody has
felt for long says the same, for nobody may have remembered it.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, or_, select, update
from sqlalchemy.orm import Session

from app.domain.effects import State
from app.store import trail
from app.store.base import insert
from app.store.deeds import VOUCHED
from app.store.moves import moved
from app.store.tables import Effect, Shop
from app.store.watch_tables import Pulse

STALE = timedelta(minutes=10)  # longer than any ticker takes to be started again
# Letters come back for hours, so deeds of the lost time may be planned anew for as long.
LOOKED_FIRST = timedelta(days=1)
_ONLY = 1


@dataclass(frozen=True, slots=True)
class Beat:
    """One beat of an installation's database; `old_copy` says that time was lost before it."""

    installation: str
    number: int
    old_copy: bool


def installation(session: Session) -> str | None:
    """Return by what name others remember this database, wherever it is copied to; None before its first beat."""
    return session.scalar(select(Pulse.installation))


def number(session: Session) -> int:
    """Return how far the database has come; 0 before its first beat."""
    return session.scalar(select(Pulse.number)) or 0


def beat(session: Session, *, unmoved: datetime, remembered: int | None, now: datetime) -> Beat:
    """Let the database beat once; hold all shops back should it be behind what others remember, or have been silent.

    `unmoved` is the database's own time, which practice does not move.
    """
    first = {"id": _ONLY, "installation": uuid.uuid4().hex, "number": 0, "at": unmoved, "stale_at": unmoved + STALE}
    session.execute(insert(session, Pulse).values(first).on_conflict_do_nothing())
    row = session.scalars(select(Pulse).with_for_update().execution_options(populate_existing=True)).one()
    behind = remembered is not None and remembered > row.number
    old_copy = behind or row.stale_at < unmoved
    row.number, row.at, row.stale_at = max(row.number, remembered or 0) + 1, unmoved, unmoved + STALE
    session.flush()
    if old_copy:
        hold_all(session, now=now)
    return Beat(installation=row.installation, number=row.number, old_copy=old_copy)


def hold_all(session: Session, *, now: datetime) -> int:
    """Hold every shop back: what it did lately, this database may not know; return how many.

    Nor does it know what became of a deed since a person said that it had not happened.
    """
    vouched = update(Effect).where(Effect.state == State.PLANNED, Effect.code == VOUCHED).values(code=None)
    session.execute(vouched.execution_options(synchronize_session=False))
    statement = update(Shop).values(restored_at=now, held_since=now).returning(Shop.id)
    held = session.scalars(statement.execution_options(synchronize_session=False)).all()
    for shop_id in held:
        trail.note(session, shop_id=shop_id, what="restored")
    return len(held)


def let_go(session: Session, *, shop_id: int, held_since: datetime) -> bool:
    """Let the shop's deeds go out again; False when it was held back anew since."""
    statement = update(Shop).where(Shop.id == shop_id, Shop.held_since == held_since).values(held_since=None)
    if not moved(session, statement.execution_options(synchronize_session=False)):
        return False
    trail.note(session, shop_id=shop_id, what="reconciled")
    return True


def held(session: Session) -> int:
    """Return how many installed shops are held back. Crosses tenants: for operators, a number alone."""
    here = (Shop.held_since.is_not(None), Shop.uninstalled_at.is_(None))
    return session.scalars(select(func.count()).select_from(Shop).where(*here)).one()


def is_trusted() -> ColumnElement[bool]:
    """Hold for what may be sent from this database, and for what is only looked for; asked of the row and its shop."""
    silent = select(Pulse.id).where(Pulse.stale_at < func.current_timestamp()).exists()
    held_back = select(Shop.id).where(Shop.id == Effect.shop_id, Shop.held_since.is_not(None)).exists()
    return or_(Effect.state != State.PLANNED, ~silent & ~held_back)
