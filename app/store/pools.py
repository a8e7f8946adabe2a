"""Purses, most of them a month's.

Each movement is one conditional statement: nobody can overspend, whoever clicks at the same time.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import ColumnElement, CursorResult, case, select, true, update
from sqlalchemy.orm import Session

from app.domain.effects import Pool as PoolName
from app.store.base import insert
from app.store.grant_tables import PoolGrant
from app.store.tables import Pool

NO_MONTH = ""  # of a purse that lasts as long as what it pays for
WARNED_AT = (90, 70)  # percent of a month's purse, the highest first


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """A purse, in one month unless it is no month's, in minor units."""

    id: int
    name: str
    month: str
    limit_minor: int
    reserved_minor: int
    spent_minor: int
    granted_minor: int = 0

    @property
    def left_minor(self) -> int:
        return self.limit_minor - self.reserved_minor - self.spent_minor


def open_month(session: Session, *, shop_id: int, name: PoolName, month: str, limit_minor: int) -> Balance:
    """Return the month's purse with that limit, though never with a lower one than what is spoken for already.

    What was granted beyond a limit stays, whatever becomes of the limit.
    """
    statement = insert(session, Pool).values(
        shop_id=shop_id, name=name, month=month, limit_minor=limit_minor, reserved_minor=0, spent_minor=0
    )
    spoken_for = Pool.reserved_minor + Pool.spent_minor
    whole = limit_minor + Pool.granted_minor
    limit = case((spoken_for > whole, spoken_for), else_=whole)
    session.execute(
        statement.on_conflict_do_update(index_elements=["shop_id", "name", "month"], set_={"limit_minor": limit})
    )
    row = session.scalars(
        select(Pool)
        .where(Pool.shop_id == shop_id, Pool.name == name, Pool.month == month)
        .execution_options(populate_existing=True)
    ).one()
    return _balance(row)


def open_whole(session: Session, *, shop_id: int, name: str, limit_minor: int) -> bool:
    """Fill a purse that is no month's: once, for one purpose; return False where it is there already."""
    values = {"shop_id": shop_id, "name": name, "month": NO_MONTH, "limit_minor": limit_minor}
    fresh = insert(session, Pool).values(values | {"reserved_minor": 0, "spent_minor": 0}).on_conflict_do_nothing()
    return session.scalar(fresh.returning(Pool.id)) is not None


def whole(session: Session, *, shop_id: int, name: str) -> Balance | None:
    """Return a purse that is no month's; None where nobody filled one of that name."""
    mine = select(Pool).where(Pool.shop_id == shop_id, Pool.name == name, Pool.month == NO_MONTH)
    row = session.scalar(mine.execution_options(populate_existing=True))
    return None if row is None else _balance(row)


def grant(session: Session, *, shop_id: int, pool_id: int, key: str, minor: int, now: datetime) -> bool:
    """Let a month's purse hold more than its limit, once for each key; return False when it does already."""
    values = {"shop_id": shop_id, "key": key, "pool_id": pool_id, "minor": minor, "at": now}
    mine = select(Pool.id).where(Pool.id == pool_id, Pool.shop_id == shop_id)
    if session.scalar(mine) is None:
        return False
    new = insert(session, PoolGrant).values(values).on_conflict_do_nothing().returning(PoolGrant.minor)
    if session.scalar(new) is None:
        return False
    reached = _reached(more=minor)  # what is reached anew is told anew
    return _move(
        session,
        shop_id,
        pool_id,
        true(),
        limit_minor=Pool.limit_minor + minor,
        granted_minor=Pool.granted_minor + minor,
        warned=case((Pool.warned > reached, reached), else_=Pool.warned),
    )


def warn(session: Session, *, shop_id: int, pool_id: int) -> int | None:
    """Return the share of the purse, in percent, that is spoken for since just now; None where that was told already.

    The higher one alone where both are passed at once.
    """
    reached = _reached()
    statement = (
        update(Pool)
        .where(Pool.id == pool_id, Pool.shop_id == shop_id, Pool.warned < reached)
        .values(warned=reached)
        .returning(Pool.warned)
        .execution_options(synchronize_session=False)
    )
    return session.scalar(statement)


def reserve(session: Session, *, shop_id: int, pool_id: int, minor: int) -> bool:
    """Set money aside for a deed; return False when the purse does not hold it."""
    fits = Pool.limit_minor - Pool.reserved_minor - Pool.spent_minor >= minor
    return _move(session, shop_id, pool_id, fits, reserved_minor=Pool.reserved_minor + minor)


def settle(session: Session, *, shop_id: int, pool_id: int, reserved_minor: int, spent_minor: int) -> bool:
    """Turn a reservation into money spent; return False when the true cost does not fit the purse any more."""
    enough = Pool.limit_minor - Pool.reserved_minor - Pool.spent_minor >= spent_minor - reserved_minor
    return _move(
        session,
        shop_id,
        pool_id,
        enough,
        reserved_minor=Pool.reserved_minor - reserved_minor,
        spent_minor=Pool.spent_minor + spent_minor,
    )


def release(session: Session, *, shop_id: int, pool_id: int, minor: int) -> bool:
    """Put a reservation back into the month that held it."""
    return _move(session, shop_id, pool_id, Pool.reserved_minor >= minor, reserved_minor=Pool.reserved_minor - minor)


def give_back(session: Session, *, shop_id: int, pool_id: int, minor: int) -> bool:
    """Put what was spent back into the month that paid it: its deed was undone."""
    return _move(session, shop_id, pool_id, Pool.spent_minor >= minor, spent_minor=Pool.spent_minor - minor)


def _balance(row: Pool) -> Balance:
    return Balance(
        id=row.id,
        name=row.name,
        month=row.month,
        limit_minor=row.limit_minor,
        reserved_minor=row.reserved_minor,
        spent_minor=row.spent_minor,
        granted_minor=row.granted_minor,
    )


def _reached(more: int = 0) -> ColumnElement[int]:
    """Return which of the shares that are told of the purse has reached, or would have with so much more in it."""
    spoken_for, limit = (Pool.reserved_minor + Pool.spent_minor) * 100, Pool.limit_minor + more
    return case(*((spoken_for >= limit * share, share) for share in WARNED_AT), else_=0)


def _move(
    session: Session,
    shop_id: int,
    pool_id: int,
    condition: ColumnElement[bool],
    **changes: ColumnElement[int],
) -> bool:
    statement = (
        update(Pool)
        .where(Pool.id == pool_id, Pool.shop_id == shop_id, condition)
        .values(**changes)
        .execution_options(synchronize_session=False)
    )
    return cast("CursorResult[tuple[()]]", session.execute(statement)).rowcount == 1
