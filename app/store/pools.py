"""Monthly purses. Each movement is one conditional statement: nobody can overspend, whoever clicks at the same time."""

from dataclasses import dataclass
from typing import cast

from sqlalchemy import ColumnElement, CursorResult, case, select, update
from sqlalchemy.orm import Session

from app.domain.effects import Pool as PoolName
from app.store.base import insert
from app.store.tables import Pool


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """A purse in one month, in minor units."""

    id: int
    name: str
    month: str
    limit_minor: int
    reserved_minor: int
    spent_minor: int

    @property
    def left_minor(self) -> int:
        return self.limit_minor - self.reserved_minor - self.spent_minor


def open_month(session: Session, *, shop_id: int, name: PoolName, month: str, limit_minor: int) -> Balance:
    """Return the month's purse with that limit, though never with a lower one than what is spoken for already."""
    statement = insert(session, Pool).values(
        shop_id=shop_id, name=name, month=month, limit_minor=limit_minor, reserved_minor=0, spent_minor=0
    )
    spoken_for = Pool.reserved_minor + Pool.spent_minor
    limit = case((spoken_for > limit_minor, spoken_for), else_=limit_minor)
    session.execute(
        statement.on_conflict_do_update(index_elements=["shop_id", "name", "month"], set_={"limit_minor": limit})
    )
    row = session.scalars(
        select(Pool)
        .where(Pool.shop_id == shop_id, Pool.name == name, Pool.month == month)
        .execution_options(populate_existing=True)
    ).one()
    return Balance(
        id=row.id,
        name=row.name,
        month=row.month,
        limit_minor=row.limit_minor,
        reserved_minor=row.reserved_minor,
        spent_minor=row.spent_minor,
    )


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
