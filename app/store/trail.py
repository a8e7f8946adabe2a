"""The trail: one row for every move of the ledger and every word of whoever may stop or change it. Rows are only added.

What a transaction has to tell is gathered and written in one statement at its very end, in the same transaction: what
came to pass is in the trail, what was rolled back is not. No row names a person: deeds go by their number, staff by the
store's, an agent by a digest. The seals come later, in `chain`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from datetime import datetime

from sqlalchemy import event, select
from sqlalchemy import insert as insert_into
from sqlalchemy.orm import SessionTransaction

from app.store.base import WHO, Session
from app.store.deeds import Deed
from app.store.tables import Effect
from app.store.watch_tables import Trail

HOUSE = "house"  # our own workers, by themselves
OPERATOR = "operator"
LONGEST_WHY, LONGEST_NAME = 200, 64
_PAGE, _MARKS = "lagniappe_trail", "lagniappe_trail_marks"


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the trail as a person reads it; without a `place` it is not sealed yet."""

    at: datetime
    what: str
    who: str
    rule: str | None
    why: str
    amount_minor: int | None
    effect_id: int | None
    reference: str | None
    place: int | None


def note(session: Session, *, shop_id: int, what: str, why: str = "", minor: int | None = None) -> None:
    """Tell of something that is about no deed: a changed setting, a stop, a purse that may give more."""
    _tell(session, shop_id=shop_id, what=what, why=why, minor=minor)


@contextmanager
def in_the_name_of(session: Session, who: str) -> Iterator[None]:
    """Tell of what happens in this block in somebody's name."""
    before = session.info.get(WHO, HOUSE)
    session.info[WHO] = who
    try:
        yield
    finally:
        session.info[WHO] = before


def whose(session: Session) -> str:
    """Return in whose name something happens now."""
    return str(session.info.get(WHO, HOUSE))[:LONGEST_NAME]


def moved(session: Session, deed: Deed, what: str, *, why: str = "", minor: int | None = None) -> None:
    """Tell of a deed's move, with what it costs as planned, or as it truly did when `minor` says so."""
    planned = None if deed.cost is None else deed.cost.minor
    cost = planned if minor is None else minor
    _tell(session, shop_id=deed.shop_id, what=what, why=why, rule=deed.rule, effect_id=deed.id, minor=cost)


def happened(session: Session, deed: Deed, *, why: str, minor: int | None, reference: str) -> None:
    """Tell that a deed was done, and by which number the other side knows it where money moved.

    Any other number may lead to a person who asks to be forgotten, and no row can be changed for that.
    """
    customer = getattr(deed.effect, "customer_id", None)
    leads_to_somebody = minor is None or (customer is not None and str(customer) in reference)
    known_as = None if leads_to_somebody else reference
    _tell(
        session,
        shop_id=deed.shop_id,
        what=deed.state.DONE,
        why=why,
        rule=deed.rule,
        effect_id=deed.id,
        minor=minor,
        reference=known_as,
    )


def row_moved(session: Session, row: Effect, what: str, *, why: str = "") -> None:
    """Tell of the move of a row that is at hand."""
    _tell(
        session,
        shop_id=row.shop_id,
        what=what,
        why=why,
        rule=row.rule,
        effect_id=row.id,
        minor=row.cost_minor,
    )


def some_moved(session: Session, *, shop_id: int, effect_ids: list[int], what: str, why: str) -> None:
    """Tell of rows that moved together, one line each."""
    for effect_id in effect_ids:
        _tell(session, shop_id=shop_id, what=what, why=why, effect_id=effect_id)


def newest(session: Session, *, shop_id: int, limit: int) -> list[Line]:
    """Return the shop's newest rows, the oldest of them first."""
    columns = [getattr(Trail, field.name) for field in fields(Line)]
    some = select(*columns).where(Trail.shop_id == shop_id).order_by(Trail.id.desc()).limit(limit)
    return [Line(*row) for row in reversed(session.execute(some).all())]


def _tell(
    session: Session,
    *,
    shop_id: int,
    what: str,
    why: str,
    rule: str | None = None,
    effect_id: int | None = None,
    minor: int | None = None,
    reference: str | None = None,
) -> None:
    page: list[dict[str, str | int | None]] = session.info.setdefault(_PAGE, [])
    page.append(
        {
            "shop_id": shop_id,
            "what": what,
            "who": whose(session),
            "rule": rule,
            "why": why[:LONGEST_WHY],
            "amount_minor": minor,
            "effect_id": effect_id,
            "reference": reference,
        }
    )


@event.listens_for(Session, "before_commit")
def _write(session: Session) -> None:
    """Write the page down, unless only a part of the transaction ends."""
    if not session.in_nested_transaction() and (page := session.info.pop(_PAGE, None)):
        session.execute(insert_into(Trail), page)
        session.info.pop(_MARKS, None)


@event.listens_for(Session, "after_transaction_create")
def _begin_part(session: Session, transaction: SessionTransaction) -> None:
    if transaction.nested:
        session.info.setdefault(_MARKS, {})[transaction] = len(session.info.get(_PAGE, []))


@event.listens_for(Session, "after_soft_rollback")
def _forget(session: Session, transaction: SessionTransaction) -> None:
    """Take back what was told of something that did not come to pass, in a part of the transaction or in all of it."""
    marks: dict[SessionTransaction, int] = session.info.get(_MARKS, {})
    if transaction.nested or transaction.parent is None:
        del session.info.get(_PAGE, [])[marks.pop(transaction, 0) :]
