"""Merchants: who they are, and what they decided."""

import os
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, CursorResult, and_, delete, exists, false, func, or_, select, update
from sqlalchemy.orm import Session

from app.domain.changes import changed
from app.domain.policy import Policy
from app.domain.ports import ShopProfile
from app.store import connections, doors, grants, policy_changes, switch, trail
from app.store.base import insert
from app.store.connection_tables import Connection
from app.store.sealed import Seal
from app.store.tables import Delivery, Effect, Export, Grant, Shop, Totals

_POLICY = TypeAdapter(Policy)
_KINDS = select(func.aggregate_strings(Connection.kind, ",")).where(Connection.shop_id == Shop.id, connections.in_use())
_TAKEN = select(Totals.taken_minor).where(Totals.shop_id == Shop.id)
_WITH_GRANT = select(Shop, Grant, _KINDS.scalar_subquery(), _TAKEN.scalar_subquery()).outerjoin(
    Grant, Grant.shop_id == Shop.id
)
_NO_MONEY = "XXX"  # ISO 4217's own word for it


@dataclass(frozen=True, slots=True, kw_only=True)
class Merchant:
    """A shop as the rest of the house sees it."""

    id: int
    domain: str
    name: str
    currency: str
    timezone: str
    policy: Policy
    paused: bool
    restored_at: datetime | None = None  # what was planned around then may have been done, unknown to our database
    held_since: datetime | None = None  # nothing is sent until the store was asked what we missed
    closed_until: datetime | None
    closed_because: str | None
    installed_at: datetime
    installed: bool
    let_in: bool = True  # by the store: our tokens are good, or can be renewed
    scopes: frozenset[str] | None = None  # what the store lets us do; None: it has not told us yet
    connected: frozenset[str] = frozenset()  # the kinds of its accounts at helpdesks and vendors
    taken_minor: int | None = None  # within the thirty days before last night; None: nobody has counted it yet

    def is_shut(self, now: datetime) -> bool:
        """Return whether the shop is to be left alone now."""
        return self.closed_until is not None and self.closed_until > now


def expect(session: Session, *, domain: str, policy: Policy, now: datetime) -> int:
    """Make room for a shop that is about to let us in, and count it as not installed; return its id.

    Who it is and what money it keeps is not known before its store has been asked.
    """
    values = {"domain": domain, "name": domain, "currency": _NO_MONEY, "timezone": "UTC", "uninstalled_at": now}
    return _known(session, values, policy, now).id


def install(session: Session, *, profile: ShopProfile, policy: Policy, now: datetime) -> int:
    """Make the shop known, or bring it back; the policy of a shop that was here before stays. Return its id.

    Whoever comes back has its past read again from the start: what happened meanwhile, nobody told us. With another
    money than before everything is stopped, as `describe` says.
    """
    values = {
        "domain": profile.domain,
        "name": profile.name,
        "currency": profile.currency,
        "timezone": profile.timezone,
    }
    row = _known(session, values, policy, now)
    if row.uninstalled_at is not None:
        row.installed_at, row.uninstalled_at = now, None
        row.history_handle = row.history_try_at = row.history_done_at = None
        row.swept_to = now
        session.execute(delete(Export).where(Export.shop_id == row.id))
    doors.open_again(session, shop_id=row.id, now=now)
    if row.currency == _NO_MONEY:
        row.currency = profile.currency
    describe(session, shop_id=row.id, profile=profile)
    trail.note(session, shop_id=row.id, what="installed")
    return row.id


def uninstall(session: Session, *, shop_id: int, triggered_at: datetime, now: datetime) -> bool:
    """Count the shop as gone; return False when it is already, or has come back since `triggered_at`."""
    statement = (
        update(Shop)
        .where(Shop.id == shop_id, Shop.uninstalled_at.is_(None), Shop.installed_at <= triggered_at)
        .values(uninstalled_at=now)
        .execution_options(synchronize_session=False)
    )
    gone = cast("CursorResult[tuple[()]]", session.execute(statement)).rowcount == 1
    if gone:
        trail.note(session, shop_id=shop_id, what="uninstalled")
    return gone


def by_domain(session: Session, domain: str) -> Merchant | None:
    """Return the shop of that domain, installed or not."""
    return _merchant(session, Shop.domain == domain)


def by_id(session: Session, shop_id: int) -> Merchant | None:
    """Return the shop of that id, installed or not."""
    return _merchant(session, Shop.id == shop_id)


def everybody(session: Session) -> list[Merchant]:
    """Return every shop, installed or not. Crosses tenants: for an operator's commands alone."""
    return [_merchant_of(*found) for found in session.execute(_WITH_GRANT.order_by(Shop.id))]


def mail_key(session: Session, *, shop_id: int, seal: Seal) -> bytes | None:
    """Return what the shop's e-mail addresses are digested with; it dies with the shop. None before the first time."""
    row = session.get_one(Shop, shop_id, populate_existing=True)
    if row.sealed_mail_key is None:
        return None
    return bytes.fromhex(seal.open(row.sealed_mail_key, place=_mail_place(row.domain)))


def new_mail_key(session: Session, *, shop_id: int, seal: Seal) -> bytes:
    """Make the shop's key for e-mail addresses, unless somebody just has."""
    row = session.scalars(select(Shop).where(Shop.id == shop_id).with_for_update()).one()
    if row.sealed_mail_key is None:
        row.sealed_mail_key = seal.close(os.urandom(32).hex(), place=_mail_place(row.domain))
        session.flush()
    return bytes.fromhex(seal.open(row.sealed_mail_key, place=_mail_place(row.domain)))


def change_policy(session: Session, *, shop_id: int, policy: Policy, now: datetime) -> None:
    """Replace the shop's policy, and note what that changes. What only another version understands stays as it was."""
    before = session.scalar(select(Shop.policy).where(Shop.id == shop_id))
    values = {"policy": _over(before or {}, _POLICY.dump_python(policy, mode="json"))}
    session.execute(update(Shop).where(Shop.id == shop_id).values(values))
    if before is not None:
        old = _POLICY.validate_python(before)
        trail.note(session, shop_id=shop_id, what="settings", why=changed(old, policy))
        policy_changes.keep(session, shop_id=shop_id, old=old, new=policy, now=now)


def _over(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """Return one document laid over another: where both hold a document of its own, these as well."""
    both = {
        name: _over(before[name], value) if isinstance(value, dict) and isinstance(before.get(name), dict) else value
        for name, value in after.items()
    }
    return before | both


def pause(session: Session, *, shop_id: int, paused: bool) -> None:
    """Throw the merchant's switch, or release it."""
    session.execute(update(Shop).where(Shop.id == shop_id).values(paused=paused))
    trail.note(session, shop_id=shop_id, what="stopped" if paused else "resumed")


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryState:
    """How far the import of the past has come."""

    done_at: datetime | None
    since: datetime | None  # nothing older is known; None when all of the past is
    swept_to: datetime | None
    swept_nightly_to: datetime | None


def describe(session: Session, *, shop_id: int, profile: ShopProfile) -> bool:
    """Write down what the store says of itself now; return False, and stop everything, should its money be another.

    Our books are kept in the money of the first installation: a gift or a refund in another would be a wrong one. New
    books begin when the merchant leaves and everything of the shop is forgotten.
    """
    row = session.get_one(Shop, shop_id, populate_existing=True, with_for_update=True)
    row.name, row.timezone = profile.name, profile.timezone
    same_money = row.currency == profile.currency
    row.paused = row.paused or not same_money
    session.flush()
    return same_money


def history_state(session: Session, *, shop_id: int) -> HistoryState:
    """Return how far the shop's past has been read."""
    row = session.get_one(Shop, shop_id, populate_existing=True)
    return HistoryState(
        done_at=row.history_done_at,
        since=row.history_since,
        swept_to=row.swept_to,
        swept_nightly_to=row.swept_nightly_to,
    )


def note_history(session: Session, *, shop_id: int, **changes: datetime | None) -> None:
    """Write down `try_at`, `done_at`, `swept_to` or `swept_nightly_to` of the shop's history."""
    names = {"try_at": "history_try_at", "done_at": "history_done_at"}
    values = {names.get(name, name): value for name, value in changes.items()}
    session.execute(update(Shop).where(Shop.id == shop_id).values(values))


def claim_history(session: Session, *, shop_id: int, now: datetime, lease: timedelta) -> HistoryState | None:
    """Take the import for `lease`; return None when it is done, or somebody else has it."""
    statement = (
        update(Shop)
        .where(Shop.id == shop_id, Shop.history_done_at.is_(None), _import_may_go_on(now))
        .values(history_try_at=now + lease)
        .execution_options(synchronize_session=False)
    )
    taken = cast("CursorResult[tuple[()]]", session.execute(statement)).rowcount == 1
    return history_state(session, shop_id=shop_id) if taken else None


def without_history(session: Session, *, now: datetime) -> list[int]:
    """Return the installed shops whose past is still to be read. Crosses tenants: ids alone, for the ticker."""
    installed = (Shop.uninstalled_at.is_(None), grants.let_us_in(), doors.are_open(now))
    missing = (*installed, Shop.history_done_at.is_(None), _import_may_go_on(now))
    return list(session.scalars(select(Shop.id).where(*missing).order_by(Shop.id)))


def due_for_sweep(session: Session, *, before: datetime, now: datetime, limit: int) -> list[int]:
    """Return shops last swept before that, the longest ago first. Crosses tenants: ids alone, for the ticker."""
    ready = (Shop.uninstalled_at.is_(None), grants.let_us_in(), Shop.history_done_at.is_not(None))
    behind = (or_(Shop.swept_to < before, Shop.held_since.is_not(None)), doors.are_open(now))
    return list(session.scalars(select(Shop.id).where(*ready, *behind).order_by(Shop.swept_to, Shop.id).limit(limit)))


def with_work(session: Session, *, now: datetime, older_than: timedelta, at_once: Collection[str] = ()) -> list[int]:
    """Return the shops with something due for longer than that. Crosses tenants: ids alone, for the ticker.

    Deliveries about `at_once` count in every shop, the others where the past is known and there is a way in.
    """
    before = now - older_than
    letters = exists().where(Delivery.shop_id == Shop.id, Delivery.next_try_at <= before)
    deeds = select(Effect.id).where(Effect.shop_id == Shop.id, Effect.next_try_at <= before).exists()
    open_shops = and_(Shop.uninstalled_at.is_(None), grants.let_us_in())
    at_work = and_(Shop.paused.is_(False), doors.are_open(now), ~switch.is_thrown())
    # A letter may be about a shop whose door is shut, and need nobody inside; the others wait by themselves.
    waiting = or_(and_(Shop.history_done_at.is_not(None), letters), and_(at_work, deeds))
    urgent = letters.where(Delivery.topic.in_(at_once)) if at_once else false()
    return list(session.scalars(select(Shop.id).where(or_(and_(open_shops, waiting), urgent)).order_by(Shop.id)))


def _import_may_go_on(now: datetime) -> ColumnElement[bool]:
    return or_(Shop.history_try_at.is_(None), Shop.history_try_at <= now)


def _known(session: Session, values: dict[str, Any], policy: Policy, now: datetime) -> Shop:
    """Return the shop's row, made now if need be, and locked."""
    # A first page load asks twice at once: whoever is second finds the row of the first.
    rest = {"policy": _POLICY.dump_python(policy, mode="json"), "paused": False, "installed_at": now}
    session.execute(insert(session, Shop).values(values | rest).on_conflict_do_nothing())
    known = select(Shop).where(Shop.domain == values["domain"]).with_for_update()
    return session.scalars(known.execution_options(populate_existing=True)).one()


def _merchant(session: Session, which: ColumnElement[bool]) -> Merchant | None:
    found = session.execute(_WITH_GRANT.where(which).execution_options(populate_existing=True)).one_or_none()
    return None if found is None else _merchant_of(*found)


def _merchant_of(row: Shop, grant: Grant | None, kinds: str | None, taken_minor: int | None) -> Merchant:
    return Merchant(
        id=row.id,
        domain=row.domain,
        name=row.name,
        currency=row.currency,
        timezone=row.timezone,
        policy=_POLICY.validate_python(row.policy),
        paused=row.paused,
        restored_at=row.restored_at,
        held_since=row.held_since,
        closed_until=row.closed_until,
        closed_because=row.closed_because,
        installed_at=row.installed_at,
        installed=row.uninstalled_at is None,
        let_in=grant is not None and grant.state == grants.State.LIVE,
        scopes=None if grant is None or grant.scopes is None else frozenset(grant.scopes),
        connected=frozenset(kinds.split(",")) if kinds else frozenset(),
        taken_minor=taken_minor,
    )


def _mail_place(domain: str) -> str:
    return f"shops.sealed_mail_key:{domain}"
