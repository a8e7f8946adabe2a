"""The ledger: one row for each deed, and the only moves a row can make.

    plan ─▶ observed | awaiting | planned | over_budget
    pick ─▶ (planned, leased)      one worker looks at it again with fresh eyes
    gate ─▶ sending                committed just before the call; from here on it may have happened
    end  ─▶ done | refused | withdrawn, money settled or released
    put_back ─▶ planned            certainly did not happen
    ask_to_wait ─▶ as it was       they are busy: that was no try
    doubt ─▶ uncertain             may have happened; looked up after the quarantine

Every move is one conditional statement. A worker that was frozen and comes back late finds its row moved on, and is
told so.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import ColumnElement, CursorResult, Update, and_, or_, select, update
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import ReturningInsert

from app.domain.effects import Plan, Pool, State
from app.domain.money import Money
from app.domain.policy import Mode
from app.domain.ports import Receipt
from app.store import pools
from app.store.base import insert
from app.store.conditions import EDITS, crossed, decided_together, held_back, mine, open_for_business, picked, sent
from app.store.deeds import Deed, deed_of, described
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
_FIRST_STATE = {Mode.OBSERVE: State.OBSERVED, Mode.APPROVE: State.AWAITING, Mode.AUTO: State.PLANNED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Purse:
    """Where the money for plans comes from: the month as the shop's clock shows it, and each pool's monthly limit."""

    month: str
    limits: dict[Pool, int]
    currency: str


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
        _reserve(session, row, purse, now)
    return deed_of(row, purse.currency)


def approve(session: Session, *, shop_id: int, effect_id: int, purse: Purse, now: datetime) -> list[Deed]:
    """Let a waiting deed and those decided with it go ahead, their money set aside now; return those that waited."""
    statement = (
        update(Effect)
        .where(decided_together(effect_id, shop_id), Effect.state == State.AWAITING)
        .values(state=State.PLANNED, next_try_at=Effect.due_at)
        .returning(Effect.id)
        .execution_options(synchronize_session=False)
    )
    rows = [
        session.get_one(Effect, row_id, populate_existing=True) for row_id in sorted(session.scalars(statement).all())
    ]
    for row in rows:
        _reserve(session, row, purse, now)
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
    _release(session, row)
    return deed_of(row, currency)


def promote_observed(
    session: Session, *, shop_id: int, rule: str, kinds: tuple[str, ...], mode: Mode, now: datetime
) -> int:
    """Take up what a rule only observed so far, for the kinds that are not too late for it; return how many.

    Nothing that costs money is taken up: no purse was asked for it.
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
        )
        .values(changes)
    )
    return cast("CursorResult[tuple[()]]", session.execute(statement)).rowcount


def due(session: Session, *, shop_id: int, now: datetime, limit: int) -> list[int]:
    """Return the ids of deeds with something to do now, the oldest first."""
    statement = (
        select(Effect.id)
        .where(Effect.shop_id == shop_id, Effect.next_try_at <= now, ~held_back(), ~crossed())
        .order_by(Effect.next_try_at, Effect.id)
        .limit(limit)
    )
    return list(session.scalars(statement))


def pick(
    session: Session, *, shop_id: int, effect_id: int, now: datetime, lease: timedelta, currency: str
) -> Deed | None:
    """Take a planned or uncertain deed for `lease`; return None when somebody else has it or it is not due.

    Attempts are counted here, so a deed that kills its worker runs out of tries.
    """
    statement = (
        update(Effect)
        .where(
            Effect.id == effect_id,
            Effect.shop_id == shop_id,
            Effect.state.in_((State.PLANNED, State.UNCERTAIN)),
            Effect.next_try_at <= now,
            open_for_business(now),
        )
        .values(next_try_at=now + lease, attempts=Effect.attempts + 1)
        .execution_options(synchronize_session=False)
    )
    if not _moved(session, statement):
        return None
    return deed_of(session.get_one(Effect, effect_id, populate_existing=True), currency)


def gate(session: Session, deed: Deed, *, now: datetime, lease: timedelta) -> Deed | None:
    """Pass the gate: the very next thing is the call. Return None when the deed is not ours to do (now)."""
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
        .values(state=State.SENDING, sends=Effect.sends + 1, next_try_at=now + lease)
        .execution_options(synchronize_session=False)
    )
    if not _moved(session, statement):
        return None
    row = session.get_one(Effect, deed.id, populate_existing=True)
    return deed_of(row, deed.cost.currency if deed.cost else "")


def done(session: Session, deed: Deed, receipt: Receipt, *, now: datetime) -> bool:
    """Record that it happened and what it truly cost."""
    cost = _true_cost(deed, receipt)
    changes = {
        "state": State.DONE,
        "next_try_at": None,
        "reference": receipt.reference[:LONGEST_REFERENCE],
        "remark": receipt.remark or None,
        "problem": None,
        "code": None,
        "cost_minor": cost.minor if cost else None,
        "ended_at": now,
    }
    # Whoever truly sent it is believed even after the row was put back: better late news than a second deed.
    sent_once = and_(Effect.state == State.PLANNED, Effect.sends == deed.sends, Effect.sends > 0)
    if not _end(session, deed, changes, or_(sent_once, mine(deed))):
        return False
    if deed.pool_id is not None and deed.cost is not None and cost is not None:
        fits = pools.settle(
            session,
            shop_id=deed.shop_id,
            pool_id=deed.pool_id,
            reserved_minor=deed.cost.minor,
            spent_minor=cost.minor,
        )
        if not fits:
            # It happened, and cost more than the purse holds: book what was set aside, and say so aloud.
            pools.settle(
                session,
                shop_id=deed.shop_id,
                pool_id=deed.pool_id,
                reserved_minor=deed.cost.minor,
                spent_minor=deed.cost.minor,
            )
            problem = f"cost {cost}, only {deed.cost} was set aside and the pool is empty"
            session.execute(update(Effect).where(Effect.id == deed.id).values(problem=problem))
    return True


def refuse(session: Session, deed: Deed, *, code: str, why: str, now: datetime) -> bool:
    """Record that the world said no for good; the money goes back to the month that held it."""
    return _end_unspent(session, deed, _ending(State.REFUSED, code, why, now), mine(deed))


def drop(session: Session, deed: Deed, *, code: str, why: str, now: datetime) -> bool:
    """Withdraw a picked deed that turned out to be no longer wanted; the money goes back."""
    return _end_unspent(session, deed, _ending(State.WITHDRAWN, code, why, now), picked(deed))


def put_back(session: Session, deed: Deed, *, until: datetime, why: str) -> bool:
    """Let a deed that certainly did not happen wait until a moment; its money stays set aside."""
    return _end(session, deed, {"state": State.PLANNED, "next_try_at": until, "problem": why}, mine(deed))


def ask_to_wait(session: Session, deed: Deed, *, until: datetime, why: str) -> bool:
    """Let a deed wait until a moment because the other side is busy; this was no try.

    What was doubtful stays so. The attempt itself stays counted, for it tells this worker from the next.
    """
    state = State.UNCERTAIN if deed.state is State.UNCERTAIN else State.PLANNED
    changes = {"state": state, "next_try_at": until, "problem": why, "waits": Effect.waits + 1}
    return _end(session, deed, changes, mine(deed))


def wait_together(session: Session, deed: Deed, *, until: datetime, now: datetime) -> None:
    """Let all waiting deeds of the same shop and kind wait until a moment: they would meet the same no.

    Those for which somebody at the helpdesk waits, and those for which nobody does, are told apart: a store that
    is too busy for the latter may have time for the former.
    """
    somebody = isinstance(getattr(deed.effect, "ticket_id", None), str)
    alike = (
        Effect.shop_id == deed.shop_id,
        Effect.kind == deed.effect.kind,
        Effect.ticket_id.is_not(None) if somebody else Effect.ticket_id.is_(None),
        Effect.state.in_((State.PLANNED, State.UNCERTAIN)),
        Effect.next_try_at <= now,
    )
    statement = update(Effect).where(*alike).values(next_try_at=until)
    session.execute(statement.execution_options(synchronize_session=False))


def doubt(session: Session, deed: Deed, *, until: datetime | None, why: str) -> bool:
    """Record that it may have happened. `until` None: only a person can find out; the money stays set aside."""
    return _end(session, deed, {"state": State.UNCERTAIN, "next_try_at": until, "problem": why}, sent(deed))


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
    return {"state": state, "next_try_at": None, "code": code, "problem": why, "ended_at": now}


def _end_unspent(session: Session, deed: Deed, changes: dict[str, Any], ours: ColumnElement[bool]) -> bool:
    if not _end(session, deed, changes, ours):
        return False
    row = session.get_one(Effect, deed.id, populate_existing=True)
    _release(session, row)
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


def _true_cost(deed: Deed, receipt: Receipt) -> Money | None:
    """Return what it cost as the other side says; as planned where it does not say, or says it in other money."""
    planned, said = deed.cost, receipt.cost
    if said is None or (planned is not None and planned.currency != said.currency):
        return planned
    return said


def _reserve(session: Session, row: Effect, purse: Purse, now: datetime) -> None:
    if row.pool_name is None or not row.cost_minor:
        return
    name = Pool(row.pool_name)
    month = pools.open_month(session, shop_id=row.shop_id, name=name, month=purse.month, limit_minor=purse.limits[name])
    if pools.reserve(session, shop_id=row.shop_id, pool_id=month.id, minor=row.cost_minor):
        row.pool_id = month.id
    else:
        left = Money(minor=month.left_minor, currency=purse.currency)
        row.state, row.next_try_at, row.ended_at = State.OVER_BUDGET, None, now
        row.code, row.problem = "over_budget", f"The {name} pool has {left} left this month."
    session.flush()


def _release(session: Session, row: Effect) -> None:
    if row.pool_id is not None and row.cost_minor:
        pools.release(session, shop_id=row.shop_id, pool_id=row.pool_id, minor=row.cost_minor)


def _moved(session: Session, statement: Update) -> bool:
    return cast("CursorResult[tuple[()]]", session.execute(statement)).rowcount == 1
