"""How much there is of what, over all shops, for whoever watches the machines: numbers alone, and nobody's name.

Each question is answered by an index, or by the rows that are still open: the ledger may hold millions that are not.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, and_, case, func, or_, select, text
from sqlalchemy.orm import Session

from app.domain.effects import State
from app.store import doors, switch
from app.store.tables import Delivery, Effect, Pool, Shop
from app.store.watch_tables import Tally

ATTEMPTS = (1, 2, 4, 8, 16)  # the upper ends of the heaps that open deeds are put on by their tries
SHARES = (0, 25, 50, 70, 90, 100)  # of a pool that are spoken for, in percent
LONG = timedelta(hours=1)  # a doubt that is older has somebody called
# As good as "not empty", and it leads every database through the index.
_EVER = datetime(1970, 1, 1, tzinfo=UTC)
# Spelt out as in the index: neither database takes that one for values that are handed in.
_STANDING = text("effects.state IN ('awaiting', 'uncertain')")


@dataclass(frozen=True, slots=True, kw_only=True)
class Inbox:
    """Deliveries that are not dealt with: those still to be tried, when the oldest was due, those set aside."""

    waiting: int
    oldest: datetime | None
    set_aside: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubts:
    """Deeds that may have happened: all of them, those in doubt for long, those that only a person can settle."""

    open: int
    long: int
    for_people: int


def inbox(session: Session) -> Inbox:
    """Return the state of the inbox."""
    waiting = select(func.count(), func.min(Delivery.next_try_at)).where(Delivery.next_try_at > _EVER)
    count, oldest = session.execute(waiting).one()
    aside = select(func.count()).where(Delivery.handled_at.is_(None), Delivery.next_try_at.is_(None))
    return Inbox(waiting=count, oldest=oldest, set_aside=session.scalar(aside) or 0)


def deeds(session: Session) -> Mapping[tuple[str, str], int]:
    """Return how many open deeds there are in each state and of each kind."""
    moves = (Effect.next_try_at > _EVER, Effect.state.not_in((State.AWAITING, State.UNCERTAIN)))
    moving = select(Effect.state, Effect.kind, func.count()).where(*moves)
    standing = select(Effect.state, Effect.kind, func.count()).where(_STANDING)
    both = [*session.execute(moving.group_by(Effect.state, Effect.kind))]
    both += session.execute(standing.group_by(Effect.state, Effect.kind))
    return {(state, kind): count for state, kind, count in both}


def attempts(session: Session) -> tuple[list[int], int]:
    """Return how many of the deeds that move were tried at most as often as `ATTEMPTS` says; how many tries in all."""
    heaps = [func.count(case((Effect.attempts <= most, 1))) for most in ATTEMPTS]
    statement = select(*heaps, func.count(), func.coalesce(func.sum(Effect.attempts), 0))
    *found, tries = session.execute(statement.where(Effect.next_try_at > _EVER)).one()
    return [int(each) for each in found], int(tries)


def doubts(session: Session, *, now: datetime) -> Doubts:
    """Return how many deeds are in doubt."""
    old, left = Effect.first_sent_at <= now - LONG, Effect.next_try_at.is_(None)
    counts = (func.count(), func.count(case((old, 1))), func.count(case((left, 1))))
    count, long, for_people = session.execute(select(*counts).where(_STANDING, Effect.state == State.UNCERTAIN)).one()
    return Doubts(open=count, long=long, for_people=for_people)


def oldest_due(session: Session, *, now: datetime) -> datetime | None:
    """Return since when the oldest work is due that nothing but a lack of hands holds back."""
    here = (Shop.uninstalled_at.is_(None), Shop.history_done_at.is_not(None), doors.are_open(now))
    letters = select(Delivery.next_try_at).join(Shop, Shop.id == Delivery.shop_id).where(*here)
    letters = letters.where(Delivery.next_try_at <= now).order_by(Delivery.next_try_at).limit(1)
    may_go = and_(*here, Shop.paused.is_(False), ~switch.is_thrown())
    due = select(Effect.next_try_at).join(Shop, Shop.id == Effect.shop_id).where(may_go)
    due = due.where(Effect.next_try_at <= now).order_by(Effect.next_try_at).limit(1)
    return min((each for each in (session.scalar(letters), session.scalar(due)) if each is not None), default=None)


def pools(session: Session, *, month: str) -> Mapping[str, list[int]]:
    """Return for each pool in how many shops at most so much of it, as `SHARES` says, is spoken for this month."""
    spoken_for = (Pool.reserved_minor + Pool.spent_minor) * 100
    heaps = [func.count(case((_within(spoken_for, share), 1))) for share in SHARES]
    rows = session.execute(select(Pool.name, *heaps).where(Pool.month == month).group_by(Pool.name))
    return {name: [int(each) for each in counts] for name, *counts in rows}


def braked(session: Session) -> int:
    """Return how many rules of all shops have stopped themselves."""
    stands = (Tally.stopped_at.is_not(None), Tally.released_at.is_(None))
    rules = select(Tally.shop_id, Tally.name).where(*stands).distinct().subquery()
    return session.scalar(select(func.count()).select_from(rules)) or 0


def _within(spoken_for: ColumnElement[int], share: int) -> ColumnElement[bool]:
    return or_(spoken_for <= Pool.limit_minor * share, Pool.limit_minor == 0)
