"""Keys that helpdesks gave us, which end, and who fetches the next one: one process an account at a time.

    begin ─▶ the turn is ours       committed before the helpdesk is asked
    keep ─▶ a new key               committed before it is used
    give_up ─▶ nobody asks again before a moment

A turn is leased, and whoever ends it shows it. One who froze over it writes nothing. What brings the next key stays
until another takes its place: an answer that was lost has cost nothing.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import cast
from uuid import uuid4

from sqlalchemy import ColumnElement, CursorResult, or_, select, update
from sqlalchemy.orm import Session

from app.store import connections
from app.store.connection_tables import Connection
from app.store.sealed import Seal


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskKey:
    """One account's key, unsealed."""

    token: str = field(repr=False)
    refresh: str = field(repr=False)
    expires_at: datetime
    refused: bool  # when last asked, they let us in no more
    held: bool  # somebody asks for the next one
    held_until: datetime | None

    def good_at(self, moment: datetime) -> bool:
        """Return whether it is still alive then, as far as they have said."""
        return self.expires_at > moment

    def is_free(self, now: datetime) -> bool:
        """Return whether the next one may be asked for."""
        return self.held_until is None or self.held_until <= now


def read(session: Session, *, shop_id: int, kind: str, seal: Seal) -> DeskKey | None:
    """Return the key that an account's helpdesk gave us; None where it gave none. Raises Unsealable."""
    this = select(Connection).where(*_mine(shop_id, kind)).execution_options(populate_existing=True)
    row = session.scalars(this).one_or_none()
    if row is None or row.sealed_refresh is None or row.key_expires_at is None:
        return None
    return DeskKey(
        token=seal.open(row.sealed_key, place=connections.key_place(shop_id, kind)),
        refresh=seal.open(row.sealed_refresh, place=connections.refresh_place(shop_id, kind)),
        expires_at=row.key_expires_at,
        refused=row.broken_since is not None,
        held=row.key_lease is not None,
        held_until=row.key_lease_until,
    )


def begin(session: Session, *, shop_id: int, kind: str, now: datetime, lease: timedelta) -> str | None:
    """Take the turn to fetch the next key; None while it is somebody else's, or a failure is waited out."""
    ours = uuid4().hex
    free = or_(Connection.key_lease_until.is_(None), Connection.key_lease_until <= now)
    given = Connection.sealed_refresh.is_not(None)
    return ours if _moved(session, (*_mine(shop_id, kind), given, free), ours, now + lease) else None


def keep(
    session: Session, *, shop_id: int, kind: str, turn: str, token: str, refresh: str, expires_at: datetime, seal: Seal
) -> bool:
    """Keep the next key and end the turn; False when it is no longer ours, and the key must not be used."""
    values = {
        "sealed_key": seal.close(token, place=connections.key_place(shop_id, kind)),
        "sealed_refresh": seal.close(refresh, place=connections.refresh_place(shop_id, kind)),
        "key_expires_at": expires_at,
    }
    return _moved(session, (*_mine(shop_id, kind), Connection.key_lease == turn), None, None, **values)


def give_up(session: Session, *, shop_id: int, kind: str, turn: str, until: datetime) -> bool:
    """End the turn without a key; nobody asks again before `until`."""
    return _moved(session, (*_mine(shop_id, kind), Connection.key_lease == turn), None, until)


def _mine(shop_id: int, kind: str) -> tuple[ColumnElement[bool], ...]:
    return Connection.shop_id == shop_id, Connection.kind == kind


def _moved(
    session: Session,
    here: tuple[ColumnElement[bool], ...],
    lease: str | None,
    until: datetime | None,
    **values: object,
) -> bool:
    statement = update(Connection).where(*here).values(key_lease=lease, key_lease_until=until, **values)
    done = session.execute(statement.execution_options(synchronize_session=False))
    return cast("CursorResult[tuple[()]]", done).rowcount == 1
