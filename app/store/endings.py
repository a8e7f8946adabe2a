"""How a deed's turn ends: the second half of the ledger's moves, each one conditional statement.

    end  ─▶ done | refused | withdrawn, money settled or released
    put_back ─▶ planned            certainly did not happen
    ask_to_wait ─▶ as it was       they are busy: that was no try
    doubt ─▶ uncertain             may have happened; looked up after the quarantine

A worker that was frozen and comes back late finds its row moved on, and is told so.
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, update
from sqlalchemy.orm import Session

from app.domain.effects import State
from app.domain.ports import Receipt
from app.store import trail
from app.store.conditions import believed, by_hand, mine, picked, sent
from app.store.deeds import IN_HANDS, PENDING, VOUCHED, Deed, vendor_of
from app.store.moves import ending, moved
from app.store.settling import release, settle, true_cost
from app.store.tables import Effect

LONGEST_REFERENCE = 255
_NOTHING_SENT = {"request": None, "first_sent_at": None, "sent_at": None, "remark": None}


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
    if not _end(session, deed, changes, believed(deed)):
        return False
    cost = true_cost(deed, receipt)
    if not receipt.pending:
        settle(session, deed, cost)
    trail.happened(
        session,
        deed,
        why=PENDING if receipt.pending else "",
        minor=None if cost is None else cost.minor,
        reference=receipt.reference[:LONGEST_REFERENCE],
    )
    return True


def refuse(session: Session, deed: Deed, *, code: str, why: str, now: datetime) -> bool:
    """Record that the world said no for good; the money goes back to the month that held it."""
    return _end_unspent(session, deed, ending(State.REFUSED, code, why, now), mine(deed))


def drop(session: Session, deed: Deed, *, code: str, why: str, now: datetime) -> bool:
    """Withdraw a picked deed that turned out to be no longer wanted; the money goes back."""
    return _end_unspent(session, deed, ending(State.WITHDRAWN, code, why, now), picked(deed))


def put_back(
    session: Session, deed: Deed, *, until: datetime, why: str, afresh: bool = False, vouched: bool = False
) -> bool:
    """Let a deed that certainly did not happen wait until a moment; its money stays set aside.

    `afresh`: no earlier try can come through any more, so the next one is a first one. `vouched`: a person says so.
    """
    changes: dict[str, Any] = {"state": State.PLANNED, "next_try_at": until, "problem": why}
    if afresh:
        changes |= _NOTHING_SENT
    if vouched:
        changes["code"] = VOUCHED
    return _end(session, deed, changes, mine(deed)) and _moved(session, deed, State.PLANNED, "put_back")


def ask_to_wait(session: Session, deed: Deed, *, until: datetime, why: str, afresh: bool = False) -> bool:
    """Let a deed wait until a moment because the other side is busy; this was no try.

    What was doubtful stays so. The attempt itself stays counted, for it tells this worker from the next. `afresh` as in
    `put_back`.
    """
    state = State.UNCERTAIN if deed.state is State.UNCERTAIN else State.PLANNED
    changes: dict[str, Any] = {"state": state, "next_try_at": until, "problem": why, "waits": Effect.waits + 1}
    if afresh:
        changes |= _NOTHING_SENT
    return _end(session, deed, changes, mine(deed)) and _moved(session, deed, state, "busy")


def wait_together(session: Session, deed: Deed, *, until: datetime, now: datetime) -> None:
    """Let all waiting deeds of the same shop, kind and vendor wait until a moment: they would meet the same no.

    Those for which somebody at the helpdesk waits, and those for which nobody does, are told apart: a store that
    is too busy for the latter may have time for the former.
    """
    alike = (
        Effect.shop_id == deed.shop_id,
        Effect.kind == deed.effect.kind,
        Effect.vendor.is_not_distinct_from(vendor_of(deed.effect)),
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
    if not _end(session, deed, changes, sent(deed)):
        return False
    return _moved(session, deed, State.UNCERTAIN, "in_doubt") if until else _left_to_a_person(session, deed)


def leave_to_a_person(session: Session, deed: Deed, *, why: str, to_do: bool = False) -> bool:
    """Keep a picked deed from being sent once more: an earlier try may have come through, and nobody can find out.

    `to_do`: it was not sent at all, and they are to do it by hand.
    """
    changes = {"state": State.UNCERTAIN, "next_try_at": None, "problem": why, "code": IN_HANDS if to_do else None}
    return _end(session, deed, changes, picked(deed)) and _left_to_a_person(session, deed)


def let_be(session: Session, deed: Deed, *, why: str, now: datetime) -> bool:
    """End a deed that was left to a person's hands, who will not do it; the money goes back to the month it is from."""
    theirs = and_(sent(deed), by_hand())
    return _end_unspent(session, deed, ending(State.WITHDRAWN, "declined", why, now), theirs)


def doubt_the_silent(session: Session, *, shop_id: int, now: datetime, quarantine: timedelta) -> int:
    """Doubt every deed whose worker passed the gate and was never heard of again; return how many."""
    statement = (
        update(Effect)
        .where(Effect.shop_id == shop_id, Effect.state == State.SENDING, Effect.next_try_at <= now)
        .values(state=State.UNCERTAIN, next_try_at=now + quarantine, problem="the worker died during the call")
        .returning(Effect.id)
        .execution_options(synchronize_session=False)
    )
    silent = sorted(session.scalars(statement).all())
    trail.some_moved(session, shop_id=shop_id, effect_ids=silent, what=State.UNCERTAIN, why="silent")
    return len(silent)


def _moved(session: Session, deed: Deed, state: State, why: str) -> bool:
    """Tell of the move where there was one: what only goes on waiting as it was has not moved."""
    if deed.state is not state:
        trail.moved(session, deed, state, why=why)
    return True


def _left_to_a_person(session: Session, deed: Deed) -> bool:
    trail.moved(session, deed, State.UNCERTAIN, why="needs_person")
    return True


def _end_unspent(session: Session, deed: Deed, changes: dict[str, Any], ours: ColumnElement[bool]) -> bool:
    if not _end(session, deed, changes, ours):
        return False
    row = session.get_one(Effect, deed.id, populate_existing=True)
    release(session, row)
    trail.row_moved(session, row, row.state, why=row.code or "")
    return True


def _end(session: Session, deed: Deed, changes: dict[str, Any], ours: ColumnElement[bool]) -> bool:
    statement = (
        update(Effect)
        .where(Effect.id == deed.id, Effect.shop_id == deed.shop_id, ours)
        .values(changes)
        .execution_options(synchronize_session=False)
    )
    return moved(session, statement)
