"""How a shop's accounts at gift vendors are, as each said when it was last looked at."""

from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import CursorResult, func, select, update
from sqlalchemy.orm import Session

from app.domain.effects import State
from app.domain.gifts import Health, Mode
from app.domain.money import Money
from app.store.connection_tables import Connection
from app.store.connections import in_use
from app.store.tables import Effect

_LONGEST_WORDS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One account. `balance` is None where there is none to run out; `trouble` is why it is not as it should be."""

    kind: str
    mode: Mode
    balance: Money | None
    trouble: str
    broken_since: datetime | None
    checked_at: datetime | None


def listed(session: Session, *, shop_id: int) -> dict[str, Standing]:
    """Return how the shop's accounts are, by their kinds; helpdesks' are among them, of which nothing is known here."""
    mine = select(Connection).where(Connection.shop_id == shop_id, in_use())
    return {row.kind: _standing(row) for row in session.scalars(mine.order_by(Connection.id))}


def in_sandbox(session: Session, *, shop_id: int) -> list[str]:
    """Return the kinds of those accounts in which nothing is really sent."""
    mine = select(Connection.kind).where(Connection.shop_id == shop_id, in_use(), Connection.mode == Mode.SANDBOX)
    return list(session.scalars(mine.order_by(Connection.kind)))


def looked_at(session: Session, health: Health, *, shop_id: int, kind: str, now: datetime) -> bool:
    """Write down how an account is; return False where there is none any more."""
    balance, trouble = health.balance, " ".join(health.ails)[:_LONGEST_WORDS]
    said = {
        "mode": health.mode.value,
        "balance_minor": None if balance is None else balance.minor,
        "balance_currency": None if balance is None else balance.currency,
        "trouble": trouble or None,
        "checked_at": now,
    }
    statement = update(Connection).where(Connection.shop_id == shop_id, Connection.kind == kind, in_use()).values(said)
    changed = session.execute(statement.execution_options(synchronize_session=False))
    return cast("CursorResult[tuple[()]]", changed).rowcount == 1


def troubled(session: Session, *, shop_id: int, kind: str, why: str) -> bool:
    """Write down that an account is not as it should be, until it is looked at again; False where that is known."""
    theirs = (Connection.shop_id == shop_id, Connection.kind == kind, in_use())
    news = func.coalesce(Connection.trouble, "") != why[:_LONGEST_WORDS]
    statement = update(Connection).where(*theirs, news).values(trouble=why[:_LONGEST_WORDS])
    changed = session.execute(statement.execution_options(synchronize_session=False))
    return cast("CursorResult[tuple[()]]", changed).rowcount == 1


def planned(session: Session, *, shop_id: int, kind: str) -> int:
    """Return how much money is set aside for gifts that a vendor is about to be asked for, in minor units."""
    theirs = (Effect.shop_id == shop_id, Effect.vendor == kind, Effect.state == State.PLANNED)
    return session.scalar(select(func.coalesce(func.sum(Effect.cost_minor), 0)).where(*theirs)) or 0


def _standing(row: Connection) -> Standing:
    known = row.balance_minor is not None and row.balance_currency is not None
    return Standing(
        kind=row.kind,
        mode=Mode(row.mode or Mode.UNKNOWN),
        balance=Money(minor=row.balance_minor or 0, currency=row.balance_currency or "") if known else None,
        trouble=row.trouble or "",
        broken_since=row.broken_since,
        checked_at=row.checked_at,
    )
