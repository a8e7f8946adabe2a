"""The money of a gift after it was ordered, as its vendor tells of it: what it truly cost, or that it cost nothing.

    on its way ─▶ spent, or set free           as everything that may yet fail
    spent ─▶ spent, at another cost            in the month that paid
    spent ─▶ given back                        it came to nothing, and the vendor charged nothing for it
    given back ─▶ spent                        it was sent all the same

All of it is safe to say twice: what is booked already is not booked again.
"""

from datetime import datetime

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from app.domain.effects import State
from app.domain.gifts import Moneys, Seen
from app.domain.money import Money
from app.domain.ports import Receipt
from app.domain.sendings import ENDED, Status
from app.store import pending, pools, trail
from app.store.deeds import Deed
from app.store.pending import FAILED
from app.store.sendings import Sent
from app.store.tables import Effect
from app.store.undoing import TAKEN_BACK

CAME_TO_NOTHING = "It came to nothing at the vendor, who charged nothing for it."


def sent_all_the_same(deed: Deed, before: Sent, after: Sent, told: Seen) -> bool:
    """Return whether a gift whose money was given back was sent nevertheless, wherever it is by now."""
    given_back = deed.code == (FAILED if deed.state is State.REFUSED else TAKEN_BACK)
    is_news = after.status is not before.status or told.money is Moneys.CHARGED
    left = after.status in (Status.SHIPPED, Status.DELIVERED, Status.RETURNED)
    # What goes by e-mail never leaves: whoever still keeps the money for it has not stopped it.
    works = told.money is Moneys.CHARGED and after.status not in ENDED
    return given_back and is_news and (left or works)


def reckon(session: Session, deed: Deed, told: Seen, *, all_the_same: bool, now: datetime) -> Moneys | None:
    """Book what the vendor says of the money; return what changed by it, None where nothing did.

    `all_the_same`: the gift was sent although its money had been given back.
    """
    if deed.pending:
        return _settled(session, deed, told, now)
    row = _held(session, deed)
    if row is None:
        return None
    if told.money is Moneys.BACK:
        return _given_back(session, row, now)
    if row.code in (FAILED, TAKEN_BACK):
        return _booked_again(session, row, deed, told) if all_the_same else None
    return _corrected(session, row, deed, told) if told.money is Moneys.CHARGED else None


def _settled(session: Session, deed: Deed, told: Seen, now: datetime) -> Moneys | None:
    if told.money is Moneys.BACK:
        return Moneys.BACK if pending.failed(session, deed, why=CAME_TO_NOTHING, now=now) else None
    if told.money is Moneys.SAME:
        return None
    proof = Receipt(reference=deed.reference or "", cost=told.cost, remark=deed.remark or "")
    return Moneys.CHARGED if pending.arrived(session, deed, proof) else None


def _given_back(session: Session, row: Effect, now: datetime) -> Moneys | None:
    if row.state != State.DONE or row.code == TAKEN_BACK:
        return None
    if row.pool_id is not None and row.cost_minor:
        pools.give_back(session, shop_id=row.shop_id, pool_id=row.pool_id, minor=row.cost_minor)
    row.state, row.code, row.problem, row.ended_at = State.REFUSED, FAILED, CAME_TO_NOTHING, now
    session.flush()
    trail.row_moved(session, row, row.state, why=FAILED)
    return Moneys.BACK


def _booked_again(session: Session, row: Effect, deed: Deed, told: Seen) -> Moneys | None:
    cost = _cost(deed, told)
    row.state, row.code, row.problem, row.cost_minor = State.DONE, None, None, 0
    booked = cost is not None and _book(session, row, cost)
    session.flush()
    trail.row_moved(session, row, row.state, why="sent_all_the_same")
    return Moneys.CHARGED if booked else None


def _corrected(session: Session, row: Effect, deed: Deed, told: Seen) -> Moneys | None:
    cost = _cost(deed, told)
    if cost is None or cost.minor == row.cost_minor or not _book(session, row, cost):
        return None
    trail.row_moved(session, row, row.state, why="true_cost")
    return Moneys.CHARGED


def _book(session: Session, row: Effect, cost: Money) -> bool:
    """Let the month that paid have paid that much; where it does not hold the difference, say so aloud instead.

    The row says what was booked, for that is what comes back should the deed be undone.
    """
    booked = row.cost_minor or 0
    fits = row.pool_id is None or _moved(session, row.shop_id, row.pool_id, more=cost.minor - booked)
    if fits:
        row.cost_minor, row.problem = cost.minor, None
    else:
        paid = Money(minor=booked, currency=cost.currency)
        row.problem = f"It cost {cost}; only {paid} is booked, for that month's pool holds no more."
    session.flush()
    return fits


def _moved(session: Session, shop_id: int, pool_id: int, *, more: int) -> bool:
    if more < 0:
        return pools.give_back(session, shop_id=shop_id, pool_id=pool_id, minor=-more)
    return pools.settle(session, shop_id=shop_id, pool_id=pool_id, reserved_minor=0, spent_minor=more)


def _cost(deed: Deed, told: Seen) -> Money | None:
    """Return what the vendor says that it cost; as booked or planned where it does not say, or in other money."""
    if told.cost is None or (deed.cost is not None and deed.cost.currency != told.cost.currency):
        return deed.cost
    return told.cost


def _held(session: Session, deed: Deed) -> Effect | None:
    """Return the deed's row, locked, where it was done, whatever became of its money since."""
    done = or_(Effect.state == State.DONE, and_(Effect.state == State.REFUSED, Effect.code == FAILED))
    this = select(Effect).where(Effect.id == deed.id, Effect.shop_id == deed.shop_id, done)
    return session.scalar(this.with_for_update().execution_options(populate_existing=True))
