"""The ledger: one row for each deed, and the only moves a row can make.

    plan ─▶ observed | awaiting | planned | over_budget
    gate ─▶ sending                committed just before the call; from here on it may have happened

How a deed is taken in hand, and what moves several at once, is next door: in `groups`. How its turn ends: in `endings`.
What is done and may yet fail is pending: in `pending`. What a person must see to first: in `parking`. What gives
another item than was planned: in `swapping`.

Every move is one conditional statement. A worker that was frozen and comes back late finds its row moved on, and is
told so.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, func, or_, select, true, update
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import ReturningInsert

from app.domain.effects import Plan, State
from app.domain.facts import Yardstick
from app.domain.policy import Mode
from app.store import trail
from app.store.base import Base, insert_in
from app.store.conditions import (
    EDITS,
    by_hand,
    decided_together,
    for_one_let_alone,
    outdated,
    passable,
)
from app.store.deeds import Deed, deed_of, described
from app.store.moves import ending, moved
from app.store.settling import Purse, release, reserve
from app.store.tables import Effect, Order

__all__ = [
    "Deed",
    "Draft",
    "Purse",
    "approve",
    "customer_of",
    "decline",
    "gate",
    "hurry",
    "is_ours",
    "known",
    "plan",
    "plan_all",
    "promote_observed",
    "read",
    "withdraw",
]

_PENDING = (State.AWAITING, State.PLANNED)
_HURRIED = ("refund_order", "add_gift_line", "write_card")
_EFFECTS = Base.metadata.tables[Effect.__tablename__]
_FIRST_STATE = {Mode.OBSERVE: State.OBSERVED, Mode.APPROVE: State.AWAITING, Mode.AUTO: State.PLANNED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A deed before it is written down: planned by which rule, and why, and how far it may go by itself."""

    plan: Plan
    rule: str
    because: str
    mode: Mode
    decision_id: int | None

    @property
    def state(self) -> State:
        """Where its row begins."""
        return State.AWAITING if self.mode is Mode.AUTO and self.plan.ask_first else _FIRST_STATE[self.mode]


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
    draft = Draft(plan=plan, rule=rule, because=because, mode=mode, decision_id=decision_id)
    (deed,) = plan_all(session, shop_id=shop_id, drafts=[draft], purse=purse, now=now)
    return deed


def plan_all(
    session: Session, *, shop_id: int, drafts: Sequence[Draft], purse: Purse, now: datetime
) -> list[Deed | None]:
    """Write deeds down as `plan` does, whose rows cost a few statements together; return what became of each.

    Of two with one key the first is written.
    """
    first: dict[str, Draft] = {}
    for draft in drafts:
        first.setdefault(draft.plan.effect.key, draft)
    ids = _written(session, [_values(shop_id, draft, purse, now) for draft in first.values()])
    found = select(Effect).where(Effect.shop_id == shop_id, Effect.id.in_(ids.values()))
    rows = {row.key: row for row in session.scalars(found.execution_options(populate_existing=True))} if ids else {}
    deeds: dict[str, Deed] = {}
    for row in (rows[key] for key in first if key in rows):
        if row.state == State.PLANNED:
            reserve(session, row, purse, now)
        trail.row_moved(session, row, row.state, why=row.code or "decided")
        deeds[row.key] = deed_of(row, purse.currency)
    return [deeds.get(draft.plan.effect.key) if first[draft.plan.effect.key] is draft else None for draft in drafts]


def approve(session: Session, *, shop_id: int, effect_id: int, purse: Purse, now: datetime) -> list[Deed]:
    """Let a waiting deed and those decided with it go ahead, their money set aside now; return those that waited.

    Its code stays, and says what a person has said yes to.
    """
    statement = (
        update(Effect)
        .where(decided_together(effect_id, shop_id), Effect.state == State.AWAITING)
        .values(state=State.PLANNED, next_try_at=Effect.due_at, problem=None)
        .returning(Effect.id)
        .execution_options(synchronize_session=False)
    )
    rows = [
        session.get_one(Effect, row_id, populate_existing=True) for row_id in sorted(session.scalars(statement).all())
    ]
    for row in rows:
        reserve(session, row, purse, now)
        trail.row_moved(session, row, row.state, why="approved")
    return [deed_of(row, purse.currency) for row in rows]


def decline(session: Session, *, shop_id: int, effect_id: int, why: str, now: datetime, currency: str) -> list[Deed]:
    """Let a waiting deed and those decided with it be; return those that waited."""
    statement = (
        update(Effect)
        .where(decided_together(effect_id, shop_id), Effect.state == State.AWAITING)
        .values(ending(State.WITHDRAWN, "declined", why, now))
        .returning(Effect.id)
        .execution_options(synchronize_session=False)
    )
    ids = sorted(session.scalars(statement).all())
    rows = [session.get_one(Effect, row_id, populate_existing=True) for row_id in ids]
    for row in rows:
        trail.row_moved(session, row, row.state, why="declined")
    return [deed_of(row, currency) for row in rows]


def withdraw(
    session: Session,
    *,
    shop_id: int,
    key: str,
    code: str,
    why: str,
    now: datetime,
    currency: str,
    from_hands: bool = False,
) -> Deed | None:
    """Take back a deed that has not left; return None when it is too late for that, or there is no such deed.

    `from_hands`: what was left to a person to do is taken back as well, who may be about to do it.
    """
    stays = or_(Effect.state.in_(_PENDING), by_hand()) if from_hands else Effect.state.in_(_PENDING)
    # Locked, so that a deed that is approved at this very moment is not taken for one that is too late to withdraw.
    statement = select(Effect).where(Effect.shop_id == shop_id, Effect.key == key, stays)
    row = session.scalar(statement.with_for_update().execution_options(populate_existing=True))
    if row is None:
        return None
    row.state, row.next_try_at, row.ended_at = State.WITHDRAWN, None, now
    row.code, row.problem = code, why
    session.flush()
    release(session, row)
    trail.row_moved(session, row, row.state, why=code)
    return deed_of(row, currency)


def hurry(session: Session, *, shop_id: int, effect_id: int, now: datetime) -> bool:
    """Let leave now what could still be undone for a while; return False when it has left, or has a day of its own."""
    statement = (
        update(Effect)
        .where(
            Effect.id == effect_id,
            Effect.shop_id == shop_id,
            or_(Effect.kind.in_(_HURRIED), (Effect.kind == "send_gift") & Effect.payload["day"].as_string().is_(None)),
            Effect.state == State.PLANNED,
            Effect.due_at > now,
        )
        .values(due_at=now, next_try_at=now)
        .execution_options(synchronize_session=False)
    )
    if not moved(session, statement):
        return False
    row = session.get_one(Effect, effect_id, populate_existing=True)
    trail.row_moved(session, row, row.state, why="hurried")
    return True


def promote_observed(
    session: Session,
    *,
    shop_id: int,
    rule: str,
    kinds: tuple[str, ...],
    mode: Mode,
    now: datetime,
    yardstick: Yardstick | None = None,
) -> int:
    """Take up what a rule only observed so far, for the kinds that are not too late for it; return how many.

    Nothing that costs money is taken up: no purse was asked for it. Nor what is for somebody to be let alone, nor the
    mark of who is below the `yardstick` by now: it may be another than that by which they were to be marked.
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
            true() if yardstick is None else ~outdated(yardstick, now),
        )
        .values(changes)
        .returning(Effect.id)
        .execution_options(synchronize_session=False)
    )
    taken_up = sorted(session.scalars(statement).all())
    trail.some_moved(session, shop_id=shop_id, effect_ids=taken_up, what=state, why="taken_up")
    return len(taken_up)


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
            passable(deed, now=now),
        )
        .values(
            state=State.SENDING,
            sends=Effect.sends + 1,
            next_try_at=now + lease,
            request=func.coalesce(Effect.request, request),
            first_sent_at=func.coalesce(Effect.first_sent_at, now),
            sent_at=now,
        )
        .execution_options(synchronize_session=False)
    )
    if not moved(session, statement):
        return None
    row = session.get_one(Effect, deed.id, populate_existing=True)
    trail.row_moved(session, row, row.state)
    return deed_of(row, deed.cost.currency if deed.cost else "")


def is_ours(session: Session, deed: Deed, *, shop_id: int) -> bool:
    """Return whether a deed in hand is still ours: nobody has taken us for dead, and taken it up or doubted it."""
    terms = {"number": deed.id, "of_shop": shop_id, "sent": deed.sends, "tried": deed.attempts}
    return session.scalar(_in_hand() if deed.state is State.PLANNED else _under_way(), terms) is not None


def read(session: Session, *, shop_id: int, effect_id: int, currency: str) -> Deed | None:
    """Return one row of the shop's ledger."""
    statement = select(Effect).where(Effect.id == effect_id, Effect.shop_id == shop_id)
    row = session.scalar(statement.execution_options(populate_existing=True))
    return None if row is None else deed_of(row, currency)


def customer_of(session: Session, *, shop_id: int, key: str) -> int | None:
    """Return for whom the deed of that key is."""
    return session.scalar(select(Effect.customer_id).where(Effect.shop_id == shop_id, Effect.key == key))


def known(session: Session, *, shop_id: int, keys: Collection[str]) -> frozenset[str]:
    """Return which of these deeds are in the ledger, whatever became of them."""
    return frozenset(session.scalars(select(Effect.key).where(Effect.shop_id == shop_id, Effect.key.in_(keys))))


def _queue_for_order(session: Session, deed: Deed) -> None:
    """Let the gates of one order's edits pass one after the other: else each would not see the other go."""
    if deed.effect.kind in EDITS:
        order_id = getattr(deed.effect, "order_id", None)
        this = select(Order.order_id).where(Order.shop_id == deed.shop_id, Order.order_id == order_id)
        session.execute(this.with_for_update())


def _values(shop_id: int, draft: Draft, purse: Purse, now: datetime) -> dict[str, Any]:
    plan, state = draft.plan, draft.state
    if plan.cost is not None and plan.cost.currency != purse.currency:
        raise ValueError(f"{plan.cost.currency} cannot be paid from a purse in {purse.currency}")
    return {
        "shop_id": shop_id,
        "decision_id": draft.decision_id,
        "rule": draft.rule,
        "because": plan.ask_first or draft.because,
        "state": state,
        "due_at": plan.due_at,
        "next_try_at": plan.due_at if state is State.PLANNED else None,
        "after_key": plan.after,
        "cost_minor": plan.cost.minor if plan.cost else None,
        "pool_name": plan.pool,
        "agent_id": plan.by,
        "reason": plan.reason,
        "attempts": 0,
        "sends": 0,
        "created_at": now,
        "ended_at": now if state is State.OBSERVED else None,
        **described(plan.effect),
    }


def _written(session: Session, rows: Sequence[dict[str, Any]]) -> dict[str, int]:
    """Write rows, no two of one key; return by their keys the ids of those that were not in the ledger yet."""
    dialect, ids = session.get_bind().dialect.name, dict[str, int]()
    for observed in (True, False):
        some = [row for row in rows if (row["state"] is State.OBSERVED) == observed]
        if some:
            statement = _written_once(dialect, tuple(some[0]), observed=observed)
            ids |= dict(session.execute(statement, some).all())
    return ids


@cache
def _in_hand() -> Select[int]:
    this = (Effect.id == bindparam("number"), Effect.shop_id == bindparam("of_shop"), Effect.state == State.PLANNED)
    return select(Effect.id).where(*this, Effect.attempts == bindparam("tried"))


@cache  # it is asked before each call
def _under_way() -> Select[int]:
    this = (Effect.id == bindparam("number"), Effect.shop_id == bindparam("of_shop"), Effect.state == State.SENDING)
    return select(Effect.id).where(*this, Effect.sends == bindparam("sent"))


@cache  # with thirty columns it costs more to put together than to send
def _written_once(dialect: str, names: tuple[str, ...], *, observed: bool) -> ReturningInsert[str, int]:
    statement = insert_in(dialect, _EFFECTS)
    if observed:
        return statement.on_conflict_do_nothing().returning(_EFFECTS.c.key, _EFFECTS.c.id)
    return statement.on_conflict_do_update(
        index_elements=["shop_id", "key"],
        set_={name: statement.excluded[name] for name in names if name not in {"shop_id", "key"}},
        where=_EFFECTS.c.state == State.OBSERVED,
    ).returning(_EFFECTS.c.key, _EFFECTS.c.id)
