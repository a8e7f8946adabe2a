"""Merchants on their way to a helpdesk and back, each once and within minutes; of all that they carry, digests alone.

plan ─▶ set_out ─▶ come_back      the merchant's page ─▶ a tab of its own, with a cookie ─▶ from the helpdesk
"""

import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from app.store.trip_tables import Trip as Row

LASTS = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trip:
    """Whose trip it is, and to which account."""

    shop_id: int
    kind: str
    account: str
    user: str
    who: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Luggage:
    """What whoever sets out carries: one thing in the address, the other in their browser."""

    trip: Trip
    state: str = field(repr=False)
    cookie: str = field(repr=False)


def plan(session: Session, *, shop_id: int, kind: str, account: str, user: str, who: str, now: datetime) -> str:
    """Plan a trip, and forget the shop's that are over; return the code with which somebody sets out."""
    session.execute(delete(Row).where(Row.shop_id == shop_id, Row.expires_at <= now))
    code = secrets.token_urlsafe(32)
    row = Row(shop_id=shop_id, kind=kind, account=account, user=user, who=who, start_digest=_digest(code))
    row.expires_at = now + LASTS
    session.add(row)
    session.flush()
    return code


def set_out(session: Session, *, code: str, now: datetime) -> Luggage | None:
    """Let somebody set out, once; None for a code that begins nothing (any more)."""
    state, cookie = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
    planned = (Row.start_digest == _digest(code), Row.state_digest.is_(None), Row.expires_at > now)
    packed = {"state_digest": _digest(state), "cookie_digest": _digest(cookie)}
    begun = update(Row).where(*planned).values(packed).returning(Row.id)
    number = session.scalar(begun)
    if number is None:
        return None
    row = session.scalars(select(Row).where(Row.id == number)).one()
    return Luggage(trip=_trip(row), state=state, cookie=cookie)


def come_back(session: Session, *, kind: str, state: str, cookie: str, now: datetime) -> Trip | None:
    """End a trip in the browser that set out; None for any other, and for one that is over. It ends once."""
    same_browser = Row.cookie_digest == _digest(cookie)
    theirs = (Row.kind == kind, Row.state_digest == _digest(state), same_browser, Row.expires_at > now)
    row = session.scalars(select(Row).where(*theirs).with_for_update()).one_or_none()
    if row is None:
        return None
    found = _trip(row)
    session.delete(row)
    session.flush()
    return found


def _trip(row: Row) -> Trip:
    return Trip(shop_id=row.shop_id, kind=row.kind, account=row.account, user=row.user, who=row.who)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
