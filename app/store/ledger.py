"""The ledger: one row for each deed, and the only moves a row can make.

    plan ─▶ observed | awaiting | planned | over_budget
    pick ─▶ (planned, leased)      one worker looks at it again with fresh eyes
    gate ─▶ sending                committed just before the call; from here on it may have happened
    end  ─▶ done | refused | withdrawn, money settled or released
    put_back ─▶ planned            certainly did not happen
    ask_to_wait ─▶ as it was       they are busy: that was no try
    doubt ─▶ uncertain             may have happened; looked up after the quarantine

What is done and may yet fail is pending: next door, in `pending`. What a person must see to first: in `parking`.

Every move is one conditional statement. A worker that was frozen and comes back late finds its row moved on, and is
told so.
"""

from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import ColumnElement, CursorResult, Update, and_, func, or_, select, update
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import ReturningInsert

from app.domain.effects import Plan, State
from app.domain.policy import Mode
from app.domain.ports import Receipt
from app.store.base import insert
from app.store.conditions import (
    EDITS,
    crossed,
    decided_together,
    due_by,
    for_one_let_alone,
    mine,
    on_its_way,
    open_for_business,
    picked,
    sent,
)
from app.store.deeds import PENDING, Deed, deed_of, described
from app.store.settling import Purse, release, reserve, settle, true_cost
from app.store.tables import Effect, Order

__all__ = [
    "Deed",
    "Purse",
    "approve",
    "ask_to_wait",
    "decline",
    "done",
    "doubt",
    "doubt_the_silent",
    "drop",
    "due",
    "gate",
    "leave_to_a_person",
    "pick",
    "plan",
    "promote_observed",
    "put_back",
    "read",
    "refuse",
    "wait_together",
    "withdraw",
]

_PENDING = (State.AWAITING, State.PLANNED)
LONGEST_REFERENCE = 255
_NOTHING_SENT = {"request": None, "first_sent_at": None, "remark": None}
_FIRST_STATE = {Mode.OBSERVE: State.OBSERVED, Mode.APPROVE: State.AWAITING, Mode.AUTO: State.PLANNED}


def plan(
    session: Session,
    *,
    shop_id: int,
    decision_id: int | None,
    rule: str,
    because: str,
    plan: Plan,
    mode: Mode,
    purse: Purse,
    now: datetime,
) -> Deed | None:
    """Write the deed down, once, with its money set aside; return None when its key is already in the ledger.

    What was only observed so far does not stand in the way: it is taken up. Raises ValueError for a foreign currency.
    """
    if plan.cost is not None and plan.cost.currency != purse.currency:
        raise ValueError(f"{plan.cost.currency} cannot be paid from a purse in {purse.currency}")
    state = State.AWAITING if mode is Mode.AUTO and plan.ask_first else _FIRST_STATE[mode]
    values = {
        "shop_id": shop_id,
        "decision_id": decision_id,
        "rule": rule,
        "because": plan.ask_first or because,
        "state": state,
        "due_at": plan.due_at,
        "next_try_at": plan.due_at if state is State.PLANNED else None,
        "after_key": plan.after,
        "cost_minor": plan.cost.minor if plan.cost else None,
        "pool_name": plan.pool,
        "attempts": 0,
        "sends": 0,
        "created_at": now,
        "ended_at": now if state is State.OBSERVED else None,
        **described(plan.effect),
    }
    effect_id = session.scalar(_written_once(session, values))
    if effect_id is None:
        return None
    row = session.get_one(Effect, effect_id, populate_existing=True)
    if state is State.PLANNED:
        reserve(session, row, purse, now)
    return deed_of(row, purse.currency)


def approve(session: Session, *, shop_id: int, effect_id: int, purse: Purse, now: datetime) -> list[Deed]:
    """Let a waiting deed and those decided with it go ahead, their money set aside now; return those that waited."""
    statement = (
        update(Effect)
        .where(decided_together(effect_id, shop_id), Effect.state == State.AWAITING)
        .values(state=State.PLANNED, next_try_at=Effect.due_at, code=None, problem=None)
        .returning(Effect.id)
        .execution_options(synchronize_session=False)
    )
    rows = [
        session.get_one(Effect, row_id, populate_existing=True) for row_id in sorted(session.scalars(statement).all())
    ]
    for row in rows:
        reserve(session, row, purse, now)
    return [deed_of(row, purse.currency) for row in rows]


def decline(session: Session, *, shop_id: int, effect_id: int, why: str, now: datetime, currency: str) -> list[Deed]:
    """Let a waiting deed and those decided with it be; return those that waited."""
    statement = (
        update(Effect)
        .where(decided_together(effect_id, shop_id), Effect.state == State.AWAITING)
        .values(_ending(State.WITHDRAWN, "declined", why, now))
        .returning(Effect.id)
        .execution_options(synchronize_session=False)
    )
    ids = sorted(session.scalars(statement).all())
    return [deed_of(session.get_one(Effect, row_id, populate_existing=True), currency) for row_id in ids]


def withdraw(
    session: Session, *, shop_id: int, key: str, code: str, why: str, now: datetime, currency: str
) -> Deed | None:
    """Take back a deed that has not left; return None when it is too late for that, or there is no such deed."""
    # Locked, so that a deed that is approved at this very moment is not taken for one that is too late to withdraw.
    statement = select(Effect).where(Effect.shop_id == shop_id, Effect.key == key, Effect.state.in_(_PENDING))
    row = session.scalar(statement.with_for_update().execution_options(populate_existing=True))
    if row is None:
        return None
    row.state, row.next_try_at, row.ended_at = State.WITHDRAWN, None, now
    row.code, row.problem = code, why
    session.flush()
    release(session, row)
    return deed_of(row, currency)


def promote_observed(
    session: Session, *, shop_id: int, rule: str, kinds: tuple[str, ...], mode: Mode, now: datetime
) -> int:
    """Take up what a rule only observed so far, for the kinds that are not too late for it; return how many.

    Nothing that costs money is taken up: no purse was asked for it. Nor what is for somebody to be let alone.
    """
    state = _FIRST_STATE[mode]
    changes = {"state": state, "ended_at": None, "next_try_at": now if state is State.PLANNED else None}
    statement = (
        update(Effect)
        .where(
            Effect.shop_id == shop_id,
            Effect.rule == rule,
            Effect.kind.in_(kinds),
            Effect.state == State.OBSERVED,
            Effect.cost_minor.is_(None),
            ~for_one_let_alone(),
        )
        .values(changes)
    )
    return cast("CursorResult[tuple[()]]", session.execute(statement)).rowcount


def due(session: Session, *, shop_id: int, now: datetime, limit: int) -> list[int]:
    """Return the ids of deeds with something to do now, the oldest first."""
    waiting = select(Effect.id).where(Effect.shop_id == shop_id, due_by(now))
    return list(session.scalars(waiting.order_by(Effect.next_try_at, Effect.id).limit(limit)))


def pick(
    session: Session, *, shop_id: int, effect_id: int, now: datetime, lease: timedelta, currency: str
) -> Deed | None:
    """Take a planned, uncertain or pending deed for `lease`; return None when somebody else has it or it is not due.

    Attempts are counted here, so a deed that kills its worker runs out of tries.
    """
    statement = (
        update(Effect)
        .where(
            Effect.id == effect_id,
            Effect.shop_id == shop_id,
            or_(Effect.state.in_((State.PLANNED, State.UNCERTAIN)), on_its_way()),
            Effect.next_try_at <= now,
            open_for_business(now),
        )
        .values(next_try_at=now + lease, attempts=Effect.attempts + 1)
        .execution_options(synchronize_session=False)
    )
    if not _moved(session, statement):
        return None
    return deed_of(session.get_one(Effect, effect_id, populate_existing=True), currency)


def gate(session: Session, deed: Deed, *, now: datetime, lease: timedelta, request: str | None = None) -> Deed | None:
    """Pass the gate: the very next thing is the call. Return None when the deed is not ours to do (now).

    The request of the first try stays: what may have been sent is sent again to the letter.
    """
    _queue_for_order(session, deed)
    statement = (
        update(Effect)
        .where(
            Effect.id == deed.id,
            Effect.shop_id == deed.shop_id,
            Effect.state == State.PLANNED,
            Effect.attempts == deed.attempts,
            open_for_business(now),
            ~crossed(),
        )
        .values(
            state=State.SENDING,
            sends=Effect.sends + 1,
            next_try_at=now + lease,
            request=func.coalesce(Effect.request, request),
            first_sent_at=func.coalesce(Effect.first_sent_at, now),
        )
        .execution_options(synchronize_session=False)
    )
    if not _moved(session, statement):
        return None
    row = session.get_one(Effect, deed.id, populate_existing=True)
    return deed_of(row, deed.cost.currency if deed.cost else "")


def done(session: Session, deed: Deed, receipt: Receipt, *, now: datetime, look_at: datetime | None = None) -> bool:
    """Record that it happened and what it truly cost.

    What may yet fail keeps its money set aside, and is looked at again at `look_at`.
    """
    changes = {
        "state": State.DONE,
        "next_try_at": look_at if receipt.pending else None,
        "reference": receipt.reference[:LONGEST_REFERENCE],
        "remark": receipt.remark or None,
        "problem": None,
        "code": PENDING if receipt.pending else None,
        "ended_at": now,
    }
    # Whoever truly sent it is believed even after the row was put back: better late news than a second deed.
    sent_once = and_(Effect.state == State.PLANNED, Effect.sends == deed.sends, Effect.sends > 0)
    if not _end(session, deed, changes, or_(sent_once, mine(deed))):
        return False
    if not receipt.pending:
        settle(session, deed, true_cost(deed, receipt))
    return True


def refuse(session: Session, deed: Deed, *, code: str, why: str, now: datetime) -> bool:
    """Record that the world said no for good; the money goes back to the month that held it."""
    return _end_unspent(session, deed, _ending(State.REFUSED, code, why, now), mine(deed))


def drop(session: Session, deed: Deed, *, code: str, why: str, now: datetime) -> bool:
    """Withdraw a picked deed that turned out to be no longer wanted; the money goes back."""
    return _end_unspent(session, deed, _ending(State.WITHDRAWN, code, why, now), picked(deed))


def put_back(session: Session, deed: Deed, *, until: datetime, why: str, afresh: bool = False) -> bool:
    """Let a deed that certainly did not happen wait until a moment; its money stays set aside.

    `afresh`: no earlier try can come through any more, so the next one is a first one.
    """
    changes: dict[str, Any] = {"state": State.PLANNED, "next_try_at": until, "problem": why}
    if afresh:
        changes |= _NOTHING_SENT
    return _end(session, deed, changes, mine(deed))


def ask_to_wait(session: Session, deed: Deed, *, until: datetime, why: str, afresh: bool = False) -> bool:
    """Let a deed wait until a moment because the other side is busy; this was no try.

    What was doubtful stays so. The attempt itself stays counted, for it tells this worker from the next. `afresh` as in
    `put_back`.
    """
    state = State.UNCERTAIN if deed.state is State.UNCERTAIN else State.PLANNED
    changes: dict[str, Any] = {"state": state, "next_try_at": until, "problem": why, "waits": Effect.waits + 1}
    if afresh:
        changes |= _NOTHING_SENT
    return _end(session, deed, changes, mine(deed))


def wait_together(session: Session, deed: Deed, *, until: datetime, now: datetime) -> None:
    """Let all waiting deeds of the same shop and kind wait until a moment: they would meet the same no.

    Those for which somebody at the helpdesk waits, and those for which nobody does, are told apart: a store that
    is too busy for the latter may have time for the former.
    """
    alike = (
        Effect.shop_id == deed.shop_id,
        Effect.kind == deed.effect.kind,
        Effect.ticket_id.is_not(None) if deed.for_a_person else Effect.ticket_id.is_(None),
        Effect.state.in_((State.PLANNED, State.UNCERTAIN)),
        Effect.next_try_at <= now,
    )
    statement = update(Effect).where(*alike).values(next_try_at=until)
    session.execute(statement.execution_options(synchronize_session=False))


def doubt(session: Session, deed: Deed, *, until: datetime | None, why: str, refusal: str | None = None) -> bool:
    """Record that it may have happened. `until` None: only a person can find out; the money stays set aside.

    `refusal` is a no to this repeat of it, kept until it is known whether an earlier try came through.
    """
    changes = {"state": State.UNCERTAIN, "next_try_at": until, "problem": why, "remark": refusal or deed.refusal}
    return _end(session, deed, changes, sent(deed))


def leave_to_a_person(session: Session, deed: Deed, *, why: str) -> bool:
    """Keep a picked deed from being sent once more: an earlier try may have come through, and nobody can find out."""
    return _end(session, deed, {"state": State.UNCERTAIN, "next_try_at": None, "problem": why}, picked(deed))


def doubt_the_silent(session: Session, *, shop_id: int, now: datetime, quarantine: timedelta) -> int:
    """Doubt every deed whose worker passed the gate and was never heard of again; return how many."""
    statement = (
        update(Effect)
        .where(Effect.shop_id == shop_id, Effect.state == State.SENDING, Effect.next_try_at <= now)
        .values(state=State.UNCERTAIN, next_try_at=now + quarantine, problem="the worker died during the call")
        .execution_options(synchronize_session=False)
    )
    return cast("CursorResult[tuple[()]]", session.execute(statement)).rowcount


def read(session: Session, *, shop_id: int, effect_id: int, currency: str) -> Deed | None:
    """Return one row of the shop's ledger."""
    statement = select(Effect).where(Effect.id == effect_id, Effect.shop_id == shop_id)
    row = session.scalar(statement.execution_options(populate_existing=True))
    return None if row is None else deed_of(row, currency)


def _queue_for_order(session: Session, deed: Deed) -> None:
    """Let the gates of one order's edits pass one after the other: else each would not see the other go."""
    if deed.effect.kind in EDITS:
        order_id = getattr(deed.effect, "order_id", None)
        this = select(Order.order_id).where(Order.shop_id == deed.shop_id, Order.order_id == order_id)
        session.execute(this.with_for_update())


def _ending(state: State, code: str, why: str, now: datetime) -> dict[str, Any]:
    return {"state": state, "next_try_at": None, "code": code, "problem": why, "remark": None, "ended_at": now}


def _end_unspent(session: Session, deed: Deed, changes: dict[str, Any], ours: ColumnElement[bool]) -> bool:
    if not _end(session, deed, changes, ours):
        return False
    row = session.get_one(Effect, deed.id, populate_existing=True)
    release(session, row)
    return True


def _end(session: Session, deed: Deed, changes: dict[str, Any], ours: ColumnElement[bool]) -> bool:
    statement = (
        update(Effect)
        .where(Effect.id == deed.id, Effect.shop_id == deed.shop_id, ours)
        .values(changes)
        .execution_options(synchronize_session=False)
    )
    return _moved(session, statement)


def _written_once(session: Session, values: dict[str, Any]) -> ReturningInsert[int]:
    statement = insert(session, Effect).values(values)
    if values["state"] == State.OBSERVED:
        return statement.on_conflict_do_nothing().returning(Effect.id)
    return statement.on_conflict_do_update(
        index_elements=["shop_id", "key"],
        set_={name: statement.excluded[name] for name in values if name not in {"shop_id", "key"}},
        where=Effect.state == State.OBSERVED,
    ).returning(Effect.id)


def _moved(session: Session, statement: Update) -> bool:
    return cast("CursorResult[tuple[()]]", session.execute(statement)).rowcount == 1
