"""Merchants' accounts at helpdesks and gift vendors: the keys to them, sealed."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from secrets import token_hex
from typing import cast

from sqlalchemy import ColumnElement, CursorResult, delete, select, update
from sqlalchemy.orm import Session

from app.domain.helpdesk_setup import Stage, Voucher
from app.store import trail
from app.store.connection_tables import Connection, SampleTicket
from app.store.sealed import Seal

_IN_USE = (Stage.SETTING_UP, Stage.LIVE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A shop's account at a helpdesk or vendor, unsealed."""

    shop_id: int
    kind: str
    account: str
    user: str
    key: str = field(repr=False)
    secrets: tuple[str, ...] = field(repr=False)
    url_token: str = field(default="", repr=False)  # "" where it was not kept
    given: bool = False  # the key was given to us, and another will be when it is over
    broken_since: datetime | None = None  # since then they have not taken our key; None while they do
    options: Mapping[str, str] = field(default_factory=dict)  # what else the merchant said of it

    @property
    def broken(self) -> bool:
        """Whether they did not take our key when we last tried."""
        return self.broken_since is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a desk stands: all that may be known before it is known who looks."""

    shop_id: int
    kind: str
    account: str
    voucher: Voucher | None = None  # by what its frames vouch for whoever looks


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
    refresh: str | None = None,
    expires_at: datetime | None = None,
    options: Mapping[str, str] | None = None,
) -> None:
    """Keep an account's keys sealed, replacing the ones that were there; of another account nothing is set up yet.

    `refresh` is for a key that they gave us, and brings the next one; in `options` no secret may stand.
    """
    row = session.scalar(
        select(Connection).where(Connection.shop_id == shop_id, Connection.kind == kind).with_for_update()
    )
    if row is None:
        row = Connection(shop_id=shop_id, kind=kind, state=Stage.LIVE)
        session.add(row)
    elsewhere = row.account != account
    if elsewhere or Stage(row.state) not in _IN_USE:
        row.state, row.parts, row.ails = Stage.LIVE, None, None
        row.look_at = row.held_until = row.checked_at = row.voucher = None
        row.marks_to = row.marks_at = None
        row.mode = row.balance_minor = row.balance_currency = None
    row.account, row.user, row.trouble, row.options = account, user, None, dict(options) if options else None
    row.sealed_key = seal.close(key, place=key_place(shop_id, kind))
    row.sealed_secrets = secrets_sealed(secrets, shop_id=shop_id, kind=kind, seal=seal)
    row.token_digest = _digest(url_token) if url_token is not None else None
    row.sealed_token = seal.close(url_token, place=_place(shop_id, kind, "token")) if url_token is not None else None
    row.sealed_refresh = None if refresh is None else seal.close(refresh, place=refresh_place(shop_id, kind))
    row.key_expires_at, row.key_lease, row.key_lease_until = expires_at, None, None
    row.public_id = row.public_id or token_hex(16)
    row.broken_since = None
    session.flush()
    if elsewhere:  # a test ticket in another account is out of our reach
        session.execute(delete(SampleTicket).where(SampleTicket.shop_id == shop_id, SampleTicket.kind == kind))
    trail.note(session, shop_id=shop_id, what="connected", why=kind)


def disconnect(session: Session, *, shop_id: int, kind: str) -> bool:
    """Forget an account in which we have made nothing, and its keys; return False where there is none."""
    gone = delete(Connection).where(Connection.shop_id == shop_id, Connection.kind == kind)
    found = cast("CursorResult[tuple[()]]", session.execute(gone)).rowcount == 1
    if found:
        trail.note(session, shop_id=shop_id, what="disconnected", why=kind)
    return found


def account_by_token(session: Session, *, kind: str, url_token: str, seal: Seal) -> Account | None:
    """Return the account that a webhook's URL token belongs to."""
    statement = select(Connection).where(Connection.kind == kind, Connection.token_digest == _digest(url_token))
    row = session.scalar(statement)
    return None if row is None else opened(row, seal)


def account(session: Session, *, shop_id: int, kind: str, seal: Seal) -> Account | None:
    """Return the shop's account of that kind."""
    mine = (Connection.shop_id == shop_id, Connection.kind == kind)
    row = session.scalar(select(Connection).where(*mine, in_use()))
    return None if row is None else opened(row, seal)


def accounts(session: Session, *, shop_id: int, seal: Seal) -> dict[str, Account]:
    """Return the shop's accounts by their kinds, those that were connected first before the others."""
    mine = select(Connection).where(Connection.shop_id == shop_id, in_use())
    return {row.kind: opened(row, seal) for row in session.scalars(mine.order_by(Connection.id))}


def place_of(session: Session, *, public_id: str) -> Place | None:
    """Return whose desk has that address."""
    row = session.scalar(select(Connection).where(Connection.public_id == public_id, in_use()))
    if row is None:
        return None
    voucher = Voucher(**row.voucher) if row.voucher else None
    return Place(shop_id=row.shop_id, kind=row.kind, account=row.account, voucher=voucher)


def public_ids(session: Session, *, shop_id: int) -> dict[str, str]:
    """Return the addresses of the shop's desks by their kinds, those that were connected first before the others."""
    mine = select(Connection.kind, Connection.public_id).where(Connection.shop_id == shop_id, in_use())
    rows = session.execute(mine.order_by(Connection.id))
    return {kind: public_id for kind, public_id in rows if public_id is not None}


def broke(session: Session, *, shop_id: int, kind: str, now: datetime) -> bool:
    """Write down that our key is not taken; return whether that is news."""
    return _turned(session, shop_id, kind, Connection.broken_since.is_(None), since=now)


def mended(session: Session, *, shop_id: int, kind: str) -> bool:
    """Write down that our key is taken again; return whether that is news."""
    return _turned(session, shop_id, kind, Connection.broken_since.is_not(None), since=None)


def broken(session: Session, *, shop_id: int) -> list[Broken]:
    """Return which of the shop's accounts our keys do not open any more."""
    statement = select(Connection.kind, Connection.broken_since).where(Connection.shop_id == shop_id, in_use())
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


def in_use() -> ColumnElement[bool]:
    """Hold for accounts that were not left."""
    return Connection.state.in_(_IN_USE)


def key_place(shop_id: int, kind: str) -> str:
    """Return what an account's key is sealed for."""
    return _place(shop_id, kind, "key")


def refresh_place(shop_id: int, kind: str) -> str:
    """Return what brings an account's next key is sealed for."""
    return _place(shop_id, kind, "refresh")


def secrets_sealed(secrets: tuple[str, ...], *, shop_id: int, kind: str, seal: Seal) -> bytes | None:
    """Return an account's secrets as they are kept."""
    return seal.close(",".join(secrets), place=_place(shop_id, kind, "secrets")) if secrets else None


def opened(row: Connection, seal: Seal) -> Account:
    """Return the account of a row that was found."""
    secrets = (
        seal.open(row.sealed_secrets, place=_place(row.shop_id, row.kind, "secrets")) if row.sealed_secrets else ""
    )
    return Account(
        shop_id=row.shop_id,
        kind=row.kind,
        account=row.account,
        user=row.user,
        key=seal.open(row.sealed_key, place=key_place(row.shop_id, row.kind)),
        secrets=tuple(filter(None, secrets.split(","))),
        given=row.sealed_refresh is not None,
        broken_since=row.broken_since,
        options=row.options or {},
        url_token=_token(row, seal),
    )


def _token(row: Connection, seal: Seal) -> str:
    return seal.open(row.sealed_token, place=_place(row.shop_id, row.kind, "token")) if row.sealed_token else ""


def _digest(token: str) -> str:
    """Return what is kept of a token that is itself too long to guess."""
    return hashlib.sha256(token.encode()).hexdigest()


def _place(shop_id: int, kind: str, column: str) -> str:
    return f"connections.{column}:{shop_id}:{kind}"
