"""Merchants' accounts at helpdesks and gift vendors: the keys to them, sealed."""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from secrets import token_urlsafe
from typing import cast

from sqlalchemy import ColumnElement, CursorResult, select, update
from sqlalchemy.orm import Session

from app.store import trail
from app.store.sealed import Seal
from app.store.tables import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A shop's account at a helpdesk or vendor, unsealed."""

    shop_id: int
    kind: str
    account: str
    user: str
    key: str = field(repr=False)
    secrets: tuple[str, ...] = field(repr=False)
    broken: bool = False  # they did not take our key when we last tried


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a desk stands: all that may be known before it is known who looks."""

    shop_id: int
    kind: str
    account: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """An account that our key does not open any more."""

    kind: str
    since: datetime


def connect(
    session: Session,
    *,
    shop_id: int,
    kind: str,
    account: str,
    user: str,
    key: str,
    seal: Seal,
    url_token: str | None = None,
    secrets: tuple[str, ...] = (),
) -> None:
    """Keep an account's keys sealed, replacing the ones that were there; of the URL's token only a digest is kept."""
    row = session.scalar(
        select(Connection).where(Connection.shop_id == shop_id, Connection.kind == kind).with_for_update()
    )
    if row is None:
        row = Connection(shop_id=shop_id, kind=kind)
        session.add(row)
    row.account, row.user = account, user
    row.sealed_key = seal.close(key, place=_place(shop_id, kind, "key"))
    row.sealed_secrets = seal.close(",".join(secrets), place=_place(shop_id, kind, "secrets")) if secrets else None
    row.token_digest = _digest(url_token) if url_token is not None else None
    row.public_id = row.public_id or token_urlsafe(16)
    row.broken_since = None
    session.flush()
    trail.note(session, shop_id=shop_id, what="connected", why=kind)


def account_by_token(session: Session, *, kind: str, url_token: str, seal: Seal) -> Account | None:
    """Return the account that a webhook's URL token belongs to."""
    statement = select(Connection).where(Connection.kind == kind, Connection.token_digest == _digest(url_token))
    row = session.scalar(statement)
    return None if row is None else _account(row, seal)


def account(session: Session, *, shop_id: int, kind: str, seal: Seal) -> Account | None:
    """Return the shop's account of that kind."""
    row = session.scalar(select(Connection).where(Connection.shop_id == shop_id, Connection.kind == kind))
    return None if row is None else _account(row, seal)


def accounts(session: Session, *, shop_id: int, seal: Seal) -> dict[str, Account]:
    """Return the shop's accounts by their kinds, those that were connected first before the others."""
    rows = session.scalars(select(Connection).where(Connection.shop_id == shop_id).order_by(Connection.id))
    return {row.kind: _account(row, seal) for row in rows}


def place_of(session: Session, *, public_id: str) -> Place | None:
    """Return whose desk has that address."""
    row = session.scalar(select(Connection).where(Connection.public_id == public_id))
    return None if row is None else Place(shop_id=row.shop_id, kind=row.kind, account=row.account)


def public_ids(session: Session, *, shop_id: int) -> dict[str, str]:
    """Return the addresses of the shop's desks by their kinds, those that were connected first before the others."""
    rows = select(Connection.kind, Connection.public_id).where(Connection.shop_id == shop_id).order_by(Connection.id)
    return {kind: public_id for kind, public_id in session.execute(rows) if public_id is not None}


def broke(session: Session, *, shop_id: int, kind: str, now: datetime) -> bool:
    """Write down that our key is not taken; return whether that is news."""
    return _turned(session, shop_id, kind, Connection.broken_since.is_(None), since=now)


def mended(session: Session, *, shop_id: int, kind: str) -> bool:
    """Write down that our key is taken again; return whether that is news."""
    return _turned(session, shop_id, kind, Connection.broken_since.is_not(None), since=None)


def broken(session: Session, *, shop_id: int) -> list[Broken]:
    """Return which of the shop's accounts our keys do not open any more."""
    statement = select(Connection.kind, Connection.broken_since).where(Connection.shop_id == shop_id)
    rows = session.execute(statement.order_by(Connection.id))
    return [Broken(kind=kind, since=since) for kind, since in rows if since is not None]


def _turned(session: Session, shop_id: int, kind: str, other: ColumnElement[bool], *, since: datetime | None) -> bool:
    statement = (
        update(Connection)
        .where(Connection.shop_id == shop_id, Connection.kind == kind, other)
        .values(broken_since=since)
        .execution_options(synchronize_session=False)
    )
    return cast("CursorResult[tuple[()]]", session.execute(statement)).rowcount == 1


def _account(row: Connection, seal: Seal) -> Account:
    secrets = (
        seal.open(row.sealed_secrets, place=_place(row.shop_id, row.kind, "secrets")) if row.sealed_secrets else ""
    )
    return Account(
        shop_id=row.shop_id,
        kind=row.kind,
        account=row.account,
        user=row.user,
        key=seal.open(row.sealed_key, place=_place(row.shop_id, row.kind, "key")),
        secrets=tuple(filter(None, secrets.split(","))),
        broken=row.broken_since is not None,
    )


def _digest(token: str) -> str:
    """Return what is kept of a token that is itself too long to guess."""
    return hashlib.sha256(token.encode()).hexdigest()


def _place(shop_id: int, kind: str, column: str) -> str:
    return f"connections.{column}:{shop_id}:{kind}"
