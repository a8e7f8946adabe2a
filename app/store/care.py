"""What agents know of a customer that no order tells. It goes where the customer goes: merged, or forgotten."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, func, select, update
from sqlalchemy.orm import Session, aliased

from app.domain import tastes
from app.domain.effects import Mute, State
from app.domain.tastes import NOTHING_NOTED, Tastes
from app.store import trail
from app.store.base import insert
from app.store.care_tables import Care
from app.store.deeds import understood
from app.store.tables import Effect

THERE_BEFORE, NOT_THERE = "it was there before us", "it was not there"  # what is found before a tag is put on
_STANDS = (State.AWAITING, State.PLANNED, State.SENDING, State.UNCERTAIN, State.DONE)


def tastes_of(session: Session, *, shop_id: int, customer_id: int | None) -> Tastes:
    """Return what the customer likes and never wants, as far as anybody noted it."""
    row = None if customer_id is None else session.get(Care, (shop_id, customer_id), populate_existing=True)
    return NOTHING_NOTED if row is None else noted(row)


def sensitive_until(session: Session, *, shop_id: int, customer_id: int | None) -> datetime | None:
    """Return until when it is a hard time for the customer, be it over; None where nobody said so."""
    row = None if customer_id is None else session.get(Care, (shop_id, customer_id), populate_existing=True)
    return None if row is None else row.sensitive_until


def noted(row: Care | Row[*tuple[Any, ...]]) -> Tastes:
    """Return the tastes of a row that was found."""
    return Tastes(likes=tuple(row.likes or ()), never=tuple(row.never or ()))


def note_tastes(session: Session, tasted: Tastes, *, shop_id: int, customer_id: int) -> None:
    """Write down what the customer likes and never wants, in place of what was noted before."""
    words = {"likes": [*tasted.likes] or None, "never": [*tasted.never] or None}
    statement = insert(session, Care).values(shop_id=shop_id, customer_id=customer_id, **words)
    session.execute(statement.on_conflict_do_update(index_elements=["shop_id", "customer_id"], set_=words))
    trail.note(session, shop_id=shop_id, what="tastes_noted")


def mark_sensitive(session: Session, *, shop_id: int, customer_id: int, until: datetime, now: datetime) -> None:
    """Write down that it is a hard time for the customer, until then, in the name of whoever says so."""
    who = trail.whose(session)
    known = {"shop_id": shop_id, "customer_id": customer_id}
    statement = insert(session, Care).values(sensitive_since=now, sensitive_until=until, agent=who, **known)
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["shop_id", "customer_id"],
            set_={
                "sensitive_since": func.coalesce(Care.sensitive_since, now),
                "sensitive_until": until,
                "agent": who,
            },
        )
    )
    trail.note(session, shop_id=shop_id, what="hard_time")


def ended(session: Session, *, shop_id: int, now: datetime, limit: int) -> list[int]:
    """Return whose hard time is over and not yet put behind them, the longest over first. They are held."""
    due = (Care.shop_id == shop_id, Care.sensitive_until <= now)
    statement = select(Care.customer_id).where(*due).order_by(Care.sensitive_until, Care.customer_id).limit(limit)
    return list(session.scalars(statement.with_for_update()))


def put_behind(session: Session, *, shop_id: int, customer_id: int) -> None:
    """Know no more of a hard time; tastes stay."""
    theirs = (Care.shop_id == shop_id, Care.customer_id == customer_id)
    gone = {"sensitive_since": None, "sensitive_until": None, "agent": None}
    session.execute(update(Care).where(*theirs).values(gone).execution_options(synchronize_session=False))


def mutes(session: Session, *, shop_id: int, customer_id: int) -> list[Mute]:
    """Return in which ways the customer is left in peace, or is about to be, as nobody has ended them yet."""
    end = aliased(Effect)
    ending = select(end.payload["undoes"].as_string()).where(
        end.shop_id == shop_id, end.customer_id == customer_id, end.kind == "unmute", end.state != State.WITHDRAWN
    )
    statement = select(Effect).where(
        Effect.shop_id == shop_id,
        Effect.customer_id == customer_id,
        Effect.kind == "mute",
        Effect.state.in_(_STANDS),
        Effect.key.not_in(ending),
    )
    found = [understood(row) for row in session.scalars(statement.order_by(Effect.id))]
    return [effect for effect in found if isinstance(effect, Mute)]


def was_ours(session: Session, *, shop_id: int, key: str) -> bool:
    """Return whether the quiet of that key was brought about by us, and had not been there before."""
    found = select(Effect.state, Effect.request).where(Effect.shop_id == shop_id, Effect.key == key)
    row = session.execute(found).one_or_none()
    return row is not None and row.state == State.DONE and row.request != THERE_BEFORE


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
