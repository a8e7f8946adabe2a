"""The ledger's moves for several deeds of a shop in one statement; each row still moves under its own conditions.

What is rare, or touches money or an order under edit, goes the single way next door: in `ledger` and `endings`.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any, cast

from sqlalchemy import (
    BigInteger,
    BindParameter,
    ColumnElement,
    CursorResult,
    Select,
    Update,
    and_,
    bindparam,
    case,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.orm import InstrumentedAttribute, Session
from sqlalchemy.sql.dml import ReturningUpdate

from app.domain.effects import State
from app.domain.ports import Receipt
from app.domain.rules import special_customer
from app.store import ledger, trail
from app.store.base import Moment
from app.store.conditions import EDITS, MARKS, NOW, believed, due_by, open_for_business, passable, told
from app.store.deeds import Deed, Unreadable, deed_of
from app.store.endings import LONGEST_REFERENCE
from app.store.tables import Effect

_SHOP = bindparam("of_shop", type_=BigInteger)
_UNTIL: BindParameter[datetime] = bindparam("until", type_=Moment)
_THESE = (Effect.shop_id == _SHOP, Effect.id.in_(bindparam("numbers", expanding=True)))


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
    terms = {"of_shop": shop_id, NOW.key: now, "but": list(but), "editing": list(editing)}
    rows = list(session.scalars(_due(for_a_person=True), terms | {"at_most": limit}))
    if len(rows) < limit:
        rows += session.scalars(_due(for_a_person=False), terms | {"at_most": limit - len(rows)})
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
        numbers = [deed.id for deed in deeds]
        session.execute(_taken(), {"of_shop": shop_id, "numbers": numbers, _UNTIL.key: now + lease})
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
    plain = _uncrossed([deed for deed, request in ready if request is None and deed.effect.kind not in EDITS])
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
    said: dict[str, Any] = {NOW.key: now}
    for place, (deed, receipt) in enumerate(ended):
        said[f"number_{place}"] = deed.id
        said[f"reference_{place}"] = receipt.reference[:LONGEST_REFERENCE]
        said[f"remark_{place}"] = receipt.remark or None
    moved = _moved(session, deeds, shop_id, _ended_well(len(ended)), said)
    for deed in moved:
        trail.happened(session, deed, why="", minor=None, reference=deed.reference or "")
    return moved


def costs_nothing(deed: Deed, receipt: Receipt) -> bool:
    """Return whether nothing is to be booked for it, and nothing to be waited for: `done` may record it."""
    return deed.cost is None and receipt.cost is None and receipt.placed is None and not receipt.pending


def _uncrossed(deeds: Sequence[Deed]) -> list[Deed]:
    """Leave out the later of a customer's two marks, or cards, which one statement would let pass together."""
    first: dict[object, int] = {}
    in_order = sorted(deeds, key=lambda deed: deed.id)
    return [deed for deed in in_order if first.setdefault(_mark(deed), deed.id) == deed.id]


def _mark(deed: Deed) -> object:
    is_mark = deed.effect.kind in MARKS and deed.rule == special_customer.RULE
    is_one = is_mark or deed.effect.kind == "push_card"
    return (deed.effect.kind, getattr(deed.effect, "customer_id", None)) if is_one else deed.id


def _gate_plain(session: Session, deeds: Sequence[Deed], shop_id: int, now: datetime, lease: timedelta) -> list[Deed]:
    moved = _moved(session, deeds, shop_id, _let_pass(), {NOW.key: now, _UNTIL.key: now + lease})
    for deed in moved:
        trail.moved(session, deed, State.SENDING)
    return moved


def _moved(
    session: Session, deeds: Sequence[Deed], shop_id: int, statement: ReturningUpdate[Effect], terms: dict[str, Any]
) -> list[Deed]:
    these = {"of_shop": shop_id, "numbers": [deed.id for deed in deeds], **told(deeds)}
    currency = {deed.id: deed.cost.currency if deed.cost else "" for deed in deeds}
    rows = session.scalars(statement, these | terms)
    return [deed_of(row, currency[row.id]) for row in sorted(rows, key=lambda row: row.id)]


@cache  # here and below: these statements took longer to put together than to send
def _due(*, for_a_person: bool) -> Select[Effect]:
    crossing = and_(Effect.kind.in_(EDITS), Effect.order_id.in_(bindparam("editing", expanding=True)))
    but: BindParameter[int] = bindparam("but", expanding=True)
    due = (Effect.shop_id == _SHOP, due_by(NOW), open_for_business(NOW), Effect.id.not_in(but), ~crossing)
    whose = Effect.ticket_id.is_not(None) if for_a_person else Effect.ticket_id.is_(None)
    oldest = select(Effect).where(*due, whose).order_by(Effect.next_try_at, Effect.id).limit(bindparam("at_most"))
    return oldest.with_for_update(skip_locked=True).execution_options(populate_existing=True)


@cache
def _taken() -> Update:
    taken = update(Effect).where(*_THESE).values(next_try_at=_UNTIL, attempts=Effect.attempts + 1)
    return taken.execution_options(synchronize_session=False)


@cache
def _let_pass() -> ReturningUpdate[Effect]:
    changes = {
        "state": State.SENDING,
        "sends": Effect.sends + 1,
        "next_try_at": _UNTIL,
        "first_sent_at": func.coalesce(Effect.first_sent_at, NOW),
        "sent_at": NOW,
    }
    return _if_still(passable(now=NOW), changes)


@cache
def _ended_well(count: int) -> ReturningUpdate[Effect]:
    def said(what: str, column: InstrumentedAttribute[Any]) -> ColumnElement[Any]:
        each = [
            (Effect.id == bindparam(f"number_{place}"), bindparam(f"{what}_{place}", type_=column.type))
            for place in range(count)
        ]
        return case(*each)

    changes = {
        "state": State.DONE,
        "next_try_at": None,
        "reference": said("reference", Effect.reference),
        "remark": said("remark", Effect.remark),
        "problem": None,
        "code": None,
        "ended_at": NOW,
    }
    return _if_still(believed(), changes)


def _if_still(condition: ColumnElement[bool], changes: dict[str, Any]) -> ReturningUpdate[Effect]:
    moving = update(Effect).where(*_THESE, condition).values(changes).returning(Effect)
    return moving.execution_options(synchronize_session=False, populate_existing=True)
