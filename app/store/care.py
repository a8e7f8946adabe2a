"""What agents know of a customer that no order tells. It goes where the customer goes: merged, or forgotten."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Row, delete, select
from sqlalchemy.orm import Session

from app.domain import tastes
from app.domain.tastes import NOTHING_NOTED, Tastes
from app.store import trail
from app.store.base import insert
from app.store.care_tables import Care


def tastes_of(session: Session, *, shop_id: int, customer_id: int | None) -> Tastes:
    """Return what the customer likes and never wants, as far as anybody noted it."""
    row = None if customer_id is None else session.get(Care, (shop_id, customer_id), populate_existing=True)
    return NOTHING_NOTED if row is None else noted(row)


def noted(row: Care | Row[*tuple[Any, ...]]) -> Tastes:
    """Return the tastes of a row that was found."""
    return Tastes(likes=tuple(row.likes or ()), never=tuple(row.never or ()))


def note_tastes(session: Session, tasted: Tastes, *, shop_id: int, customer_id: int) -> None:
    """Write down what the customer likes and never wants, in place of what was noted before."""
    words = {"likes": [*tasted.likes] or None, "never": [*tasted.never] or None}
    statement = insert(session, Care).values(shop_id=shop_id, customer_id=customer_id, **words)
    session.execute(statement.on_conflict_do_update(index_elements=["shop_id", "customer_id"], set_=words))
    trail.note(session, shop_id=shop_id, what="tastes_noted")


def hand_over(session: Session, *, shop_id: int, kept: int, gone: int) -> None:
    """Let what is known of one customer be known of another: the longer hard time, and both their tastes."""
    both = select(Care).where(Care.shop_id == shop_id, Care.customer_id.in_((kept, gone))).with_for_update()
    rows = {row.customer_id: row for row in session.scalars(both.execution_options(populate_existing=True))}
    theirs = rows.get(gone)
    if theirs is None:
        return
    ours = rows.get(kept)
    if ours is None:
        ours = Care(shop_id=shop_id, customer_id=kept)
        session.add(ours)
    if theirs.sensitive_until and (ours.sensitive_until is None or ours.sensitive_until < theirs.sensitive_until):
        ours.sensitive_until, ours.agent = theirs.sensitive_until, theirs.agent
        ours.sensitive_since = min(filter(None, (ours.sensitive_since, theirs.sensitive_since)), default=None)
    ours.likes = [*tastes.together(ours.likes or (), theirs.likes or ())] or None
    ours.never = [*tastes.together(ours.never or (), theirs.never or ())] or None
    session.delete(theirs)
    session.flush()


def forget(session: Session, *, shop_id: int, customer_ids: Collection[int]) -> None:
    """Forget all that agents know of these customers."""
    gone = delete(Care).where(Care.shop_id == shop_id, Care.customer_id.in_(customer_ids))
    session.execute(gone.execution_options(synchronize_session=False))
