"""What each store lets us do and the tokens for it, and who fetches the next ones: one process a shop at a time.

    begin ─▶ the turn is ours       committed before the token endpoint is asked
    keep ─▶ a new pair, live        committed before the pair is used
    lose ─▶ needs_reauth            the store takes us no longer; the merchant opens the app, or a later try is taken
    give_up ─▶ nobody asks again before a moment
    forget ─▶ needs_reauth          uninstalled: no token is left

A turn is leased, and whoever ends it shows it. One who froze over it, or whose shop left meanwhile, writes nothing.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, cast
from uuid import uuid4

from sqlalchemy import ColumnElement, CursorResult, and_, or_, select, update
from sqlalchemy.orm import Session

from app.store.base import insert
from app.store.sealed import Seal
from app.store.tables import Grant as Row
from app.store.tables import Shop

# A refresh token dies of ninety days' silence. This long before, a shop that nobody asks is asked for its own sake.
KEEP_ALIVE = timedelta(days=30)
NEVER_OPENED = "not opened yet"
UNINSTALLED = "uninstalled"


class State(StrEnum):
    """Whether the store lets us in."""

    LIVE = "live"
    NEEDS_REAUTH = "needs_reauth"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A token and what is needed for the next one. `expires_at` None: it was given once and for all."""

    token: str = field(repr=False)
    expires_at: datetime | None
    refresh_token: str | None = field(repr=False, default=None)
    refresh_expires_at: datetime | None = None
    scopes: frozenset[str] | None = None
    secret: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """One shop's access, unsealed. `secret` names the client secret it hangs on, or that was last refused.

    `expires_at` is the token's end; of an access that was lost, when the store is asked once more.
    """

    state: State
    reason: str | None
    token: str | None = field(repr=False)
    expires_at: datetime | None
    refresh_token: str | None = field(repr=False)
    refresh_expires_at: datetime | None
    scopes: frozenset[str] | None
    secret: str | None
    given_at: datetime | None
    held: bool  # somebody is at the token endpoint
    held_until: datetime | None

    @property
    def live(self) -> bool:
        return self.state is State.LIVE

    def good_at(self, moment: datetime) -> bool:
        """Return whether the token is still alive then, as far as the store has said."""
        return self.live and self.token is not None and (self.expires_at is None or self.expires_at > moment)

    def is_free(self, now: datetime) -> bool:
        """Return whether the next pair may be asked for."""
        return self.held_until is None or self.held_until <= now

    def is_worth_renewing(self, *, now: datetime, secret: str) -> bool:
        """Return whether the pair should be renewed although nobody needs it now."""
        ends_at = self.refresh_expires_at
        silent = self.live and ends_at is not None and ends_at <= now + KEEP_ALIVE
        again = not self.live and self.expires_at is not None and self.expires_at <= now
        return self.refresh_token is not None and (silent or again or self.secret != secret)


def read(session: Session, *, shop_id: int, seal: Seal) -> Grant | None:
    """Return the shop's access; None when it never had any. Raises Unsealable."""
    row = session.get(Row, shop_id, populate_existing=True)
    return None if row is None else _grant(row, _domain(session, shop_id), seal)


def begin(session: Session, *, shop_id: int, now: datetime, lease: timedelta, insisting: bool = False) -> str | None:
    """Take the turn to fetch the next pair; return None while it is somebody else's, or a failure is waited out.

    Whoever insists does not wait: a person is looking.
    """
    session.execute(insert(session, Row).values(_nothing(shop_id)).on_conflict_do_nothing())
    ours = uuid4().hex
    free = or_(Row.lease_until.is_(None), Row.lease_until <= now)
    statement = (
        update(Row)
        .where(Row.shop_id == shop_id, or_(free, Row.lease.is_(None)) if insisting else free)
        .values(lease=ours, lease_until=now + lease)
    )
    return ours if _changed(session, statement) else None


def keep(session: Session, *, shop_id: int, turn: str, pair: Pair, seal: Seal, now: datetime) -> bool:
    """Keep the pair and end the turn; return False when it is no longer ours, and the pair must not be used."""
    domain = _domain(session, shop_id)
    sealed_token = seal.close(pair.token, place=token_place(domain))
    refresh = pair.refresh_token
    values = {
        "state": State.LIVE,
        "reason": None,
        "sealed_token": sealed_token,
        "expires_at": pair.expires_at,
        "sealed_refresh_token": None if refresh is None else seal.close(refresh, place=refresh_place(shop_id)),
        "refresh_expires_at": pair.refresh_expires_at,
        "scopes": None if pair.scopes is None else sorted(pair.scopes),
        "secret": pair.secret,
        "given_at": now,
    }
    if not _end(session, shop_id, turn, values):
        return False
    # The version that runs beside this one still looks for the token there.
    session.execute(update(Shop).where(Shop.id == shop_id).values(sealed_token=sealed_token))
    return True


def give_up(session: Session, *, shop_id: int, turn: str, until: datetime) -> bool:
    """End the turn without a pair; nobody asks again before `until`."""
    return _end(session, shop_id, turn, {}, until=until)


def lose(session: Session, *, shop_id: int, turn: str, reason: str, secret: str, until: datetime) -> bool:
    """Record that the store takes us no longer; return False when the turn is no longer ours, and it may again.

    The refresh token stays: the secret may have been the wrong one, or the no a passing one. It is shown again then.
    """
    lost = {"state": State.NEEDS_REAUTH, "reason": reason, "secret": secret, "expires_at": until}
    return _end(session, shop_id, turn, lost)


def forget(session: Session, *, shop_id: int) -> None:
    """Forget every token of a shop that took the app out, and whoever is fetching a new one with them."""
    session.execute(update(Row).where(Row.shop_id == shop_id).values(_nothing(shop_id, UNINSTALLED)))
    session.execute(update(Shop).where(Shop.id == shop_id).values(sealed_token=None))


def set_scopes(session: Session, *, shop_id: int, scopes: frozenset[str]) -> None:
    """Write down what the store lets us do now."""
    session.execute(update(Row).where(Row.shop_id == shop_id).values(scopes=sorted(scopes)))


def worth_renewing(session: Session, *, now: datetime, secret: str) -> list[int]:
    """Return the installed shops whose pair should be renewed unasked. Crosses tenants: the ticker's, ids alone."""
    silent = and_(Row.state == State.LIVE, Row.refresh_expires_at <= now + KEEP_ALIVE)
    free = or_(Row.lease_until.is_(None), Row.lease_until <= now)
    statement = (
        select(Row.shop_id)
        .join(Shop, Shop.id == Row.shop_id)
        .where(Shop.uninstalled_at.is_(None), Row.sealed_refresh_token.is_not(None), free)
        .where(or_(silent, Row.secret != secret))
        .order_by(Row.shop_id)
    )
    return list(session.scalars(statement))


def to_be_asked_again(session: Session, *, now: datetime) -> list[int]:
    """Return installed shops that let us in no more and are asked again. Crosses tenants: the ticker's, ids alone."""
    alive = or_(Row.refresh_expires_at.is_(None), Row.refresh_expires_at > now)
    free = or_(Row.lease_until.is_(None), Row.lease_until <= now)
    lost = (Row.state == State.NEEDS_REAUTH, Row.sealed_refresh_token.is_not(None), Row.expires_at <= now)
    statement = select(Row.shop_id).join(Shop, Shop.id == Row.shop_id).where(*lost, alive, free)
    return list(session.scalars(statement.where(Shop.uninstalled_at.is_(None)).order_by(Row.shop_id)))


def let_us_in() -> ColumnElement[bool]:
    """Hold for the shops, in a statement about shops, whose store lets us in."""
    return select(Row.shop_id).where(Row.shop_id == Shop.id, Row.state == State.LIVE).exists()


def token_place(domain: str) -> str:
    """Name what a token is sealed for. It keeps the name of its first column, so that no migration needs the key."""
    return f"shops.sealed_token:{domain}"


def refresh_place(shop_id: int) -> str:
    """Name what a refresh token is sealed for."""
    return f"grants.sealed_refresh_token:{shop_id}"


def _grant(row: Row, domain: str, seal: Seal) -> Grant:
    sealed, refresh = row.sealed_token, row.sealed_refresh_token
    return Grant(
        state=State(row.state),
        reason=row.reason,
        token=None if sealed is None else seal.open(sealed, place=token_place(domain)),
        expires_at=row.expires_at,
        refresh_token=None if refresh is None else seal.open(refresh, place=refresh_place(row.shop_id)),
        refresh_expires_at=row.refresh_expires_at,
        scopes=None if row.scopes is None else frozenset(row.scopes),
        secret=row.secret,
        given_at=row.given_at,
        held=row.lease is not None,
        held_until=row.lease_until,
    )


def _nothing(shop_id: int, reason: str = NEVER_OPENED) -> dict[str, Any]:
    blank = dict.fromkeys(
        ("sealed_token", "expires_at", "sealed_refresh_token", "refresh_expires_at", "secret", "given_at")
    )
    return blank | {
        "shop_id": shop_id,
        "state": State.NEEDS_REAUTH,
        "reason": reason,
        "scopes": None,
        "lease": None,
        "lease_until": None,
    }


def _end(session: Session, shop_id: int, turn: str, values: dict[str, Any], *, until: datetime | None = None) -> bool:
    ended = values | {"lease": None, "lease_until": until}
    return _changed(session, update(Row).where(Row.shop_id == shop_id, Row.lease == turn).values(ended))


def _domain(session: Session, shop_id: int) -> str:
    return session.scalars(select(Shop.domain).where(Shop.id == shop_id)).one()


def _changed(session: Session, statement: Any) -> bool:  # noqa: ANN401  # an UPDATE of one row
    ready = statement.execution_options(synchronize_session=False)
    return cast("CursorResult[tuple[()]]", session.execute(ready)).rowcount == 1
