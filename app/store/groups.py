"""The ledger's moves for several deeds of a shop in one statement; each row still moves under its own conditions.

What is rare, or touches money or an order under edit, goes the single way next door: in `ledger` and `endings`.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import ColumnElement, CursorResult, and_, case, func, or_, select, update
from sqlalchemy.orm import Session

from app.domain.effects import State
from app.domain.ports import Receipt
from app.store import ledger, trail
from app.store.conditions import EDITS, believed, due_by, open_for_business, passable
from app.store.deeds import Deed, Unreadable, deed_of
from app.store.endings import LONGEST_REFERENCE
from app.store.tables import Effect


def pick(
    session: Session,
    *,
    shop_id: int,
    now: datetime,
    lease: timedelta,
    limit: int,
    currency: str,
    but: Collection[int] = (),
    editing: Collection[int] = (),
) -> tuple[list[Deed], list[int]]:
    """Take up to so many due deeds for `lease`, first those that a person waits for, then the oldest.

    Return them, and the ids of those that cannot be read: they are left as they are, and better not asked for again.
    `editing` are the orders that the caller has in hand: of an order's edits only one is taken at a time, for the gate
    would turn the other away. Attempts are counted here, so a deed that kills its worker runs out of tries.
    """
    crossing = and_(Effect.kind.in_(EDITS), Effect.order_id.in_(editing))
    due = (Effect.shop_id == shop_id, due_by(now), open_for_business(now), Effect.id.not_in(but), ~crossing)
    rows = _locked(session, (*due, Effect.ticket_id.is_not(None)), limit)
    if len(rows) < limit:
        rows += _locked(session, (*due, Effect.ticket_id.is_(None)), limit - len(rows))
    deeds, unread, edited = [], [], set()
    for row in rows:
        if row.kind in EDITS and row.order_id in edited:
            continue
        try:
            seen = deed_of(row, currency)
        except Unreadable:
            unread.append(row.id)
        else:
            edited |= {row.order_id} if row.kind in EDITS else set()
            deeds.append(replace(seen, attempts=seen.attempts + 1, tries=seen.tries + 1))
    if deeds:
        taken = update(Effect).where(Effect.shop_id == shop_id, Effect.id.in_([deed.id for deed in deeds]))
        leased = taken.values(next_try_at=now + lease, attempts=Effect.attempts + 1)
        session.execute(leased.execution_options(synchronize_session=False))
    return deeds, unread


def hold(session: Session, deeds: Collection[Deed], *, shop_id: int, now: datetime, lease: timedelta) -> int:
    """Hold deeds that are in hand for as long again; return how many still were.

    One that stands otherwise than when it was taken is in other hands, or in doubt, and must stay as it is.
    """
    as_taken = [
        and_(
            Effect.id == deed.id,
            Effect.state == deed.state,
            Effect.attempts == deed.attempts,
            Effect.sends == deed.sends,
        )
        for deed in deeds
    ]
    statement = update(Effect).where(Effect.shop_id == shop_id, or_(*as_taken)).values(next_try_at=now + lease)
    changed = session.execute(statement.execution_options(synchronize_session=False))
    return cast("CursorResult[tuple[()]]", changed).rowcount


def gate(
    session: Session, ready: Sequence[tuple[Deed, str | None]], *, shop_id: int, now: datetime, lease: timedelta
) -> list[Deed]:
    """Pass the gate with those that may go, each with its request; return them as `ledger.gate` does."""
    plain = [deed for deed, request in ready if request is None and deed.effect.kind not in EDITS]
    passed = _gate_plain(session, plain, shop_id, now, lease) if plain else []
    for deed, request in ready:
        if request is not None or deed.effect.kind in EDITS:
            sent = ledger.gate(session, deed, now=now, lease=lease, request=request)
            passed += [] if sent is None else [sent]
    return passed


def done(session: Session, ended: Sequence[tuple[Deed, Receipt]], *, shop_id: int, now: datetime) -> list[Deed]:
    """Record that deeds happened which cost nothing and cannot fail any more; return those that were ours to end."""
    if not ended:
        return []
    deeds = [deed for deed, _ in ended]
    said = {deed.id: (receipt.reference[:LONGEST_REFERENCE], receipt.remark or None) for deed, receipt in ended}
    changes = {
        "state": State.DONE,
        "next_try_at": None,
        "reference": case({number: reference for number, (reference, _) in said.items()}, value=Effect.id),
        "remark": case({number: remark for number, (_, remark) in said.items()}, value=Effect.id),
        "problem": None,
        "code": None,
        "ended_at": now,
    }
    moved = _moved(session, deeds, shop_id, believed(*deeds), changes)
    for deed in moved:
        trail.happened(session, deed, why="", minor=None, reference=deed.reference or "")
    return moved


def costs_nothing(deed: Deed, receipt: Receipt) -> bool:
    """Return whether nothing is to be booked for it, and nothing to be waited for: `done` may record it."""
    return deed.cost is None and receipt.cost is None and not receipt.pending


def _gate_plain(session: Session, deeds: Sequence[Deed], shop_id: int, now: datetime, lease: timedelta) -> list[Deed]:
    changes = {
        "state": State.SENDING,
        "sends": Effect.sends + 1,
        "next_try_at": now + lease,
        "first_sent_at": func.coalesce(Effect.first_sent_at, now),
    }
    moved = _moved(session, deeds, shop_id, passable(*deeds, now=now), changes)
    for deed in moved:
        trail.moved(session, deed, State.SENDING)
    return moved


def _moved(
    session: Session, deeds: Sequence[Deed], shop_id: int, condition: ColumnElement[bool], changes: dict[str, Any]
) -> list[Deed]:
    statement = (
        update(Effect)
        .where(Effect.id.in_([deed.id for deed in deeds]), Effect.shop_id == shop_id, condition)
        .values(changes)
        .returning(Effect)
        .execution_options(synchronize_session=False, populate_existing=True)
    )
    currency = {deed.id: deed.cost.currency if deed.cost else "" for deed in deeds}
    return [deed_of(row, currency[row.id]) for row in sorted(session.scalars(statement), key=lambda row: row.id)]


def _locked(session: Session, conditions: Sequence[ColumnElement[bool]], limit: int) -> list[Effect]:
    oldest = select(Effect).where(*conditions).order_by(Effect.next_try_at, Effect.id).limit(limit)
    held = oldest.with_for_update(skip_locked=True).execution_options(populate_existing=True)
    return list(session.scalars(held))
