"""Deliveries kept once: received, claimed for a while, handled, put back, set aside."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import ColumnElement, CursorResult, Row, literal_column, select, true, update
from sqlalchemy.orm import Session

from app.store.base import insert
from app.store.tables import Delivery

A_FEW = 3  # tries
THE_STORE = "shopify"
# Written out, not bound: an index of some rows is used for what is seen to ask for those only.
_AWAITED = Delivery.source != literal_column(f"'{THE_STORE}'")
_LETTER = (
    *(Delivery.id, Delivery.source, Delivery.topic, Delivery.body, Delivery.received_at, Delivery.triggered_at),
    *(Delivery.attempts, Delivery.waits),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A delivery in the hands of a worker; `attempts` counts this one, `tries` those that were not only a wait."""

    id: int
    shop_id: int
    source: str
    topic: str
    body: bytes
    received_at: datetime
    triggered_at: datetime | None  # as the sender says, unsigned; None when it did not say
    attempts: int
    tries: int

    @property
    def for_a_person(self) -> bool:
        """Return whether somebody waits for it: what a helpdesk sends is before an agent's eyes."""
        return self.source != THE_STORE


def receive(
    session: Session,
    *,
    shop_id: int | None,
    source: str,
    sender: str,
    topic: str,
    delivery_key: str,
    body: bytes,
    now: datetime,
    event_key: str | None = None,
    triggered_at: datetime | None = None,
) -> bool:
    """Keep the delivery; return False when this very one, or the same news, is already here.

    Without a shop it is set aside at once.
    """
    statement = (
        insert(session, Delivery)
        .values(
            shop_id=shop_id,
            source=source,
            sender=sender,
            topic=topic,
            delivery_key=delivery_key,
            event_key=event_key,
            body=body,
            triggered_at=triggered_at,
            received_at=now,
            next_try_at=now if shop_id is not None else None,
            attempts=0,
            problem=None if shop_id is not None else "unknown shop",
        )
        .on_conflict_do_nothing()
        .returning(Delivery.id)  # not the row count, which PostgreSQL's driver has forgotten by now
    )
    return session.scalar(statement) is not None


def claim(
    session: Session,
    *,
    shop_id: int,
    now: datetime,
    lease: timedelta,
    limit: int,
    topics: Collection[str] | None = None,
    sources: Collection[str] | None = None,
    rest: timedelta | None = None,
) -> list[Letter]:
    """Return the oldest waiting deliveries; they wait again only after `lease`, should their worker die.

    What an agent waits for comes before all that the store has sent, which on a busy day is thousands.
    With `topics` or `sources`, only deliveries about one of these, or from one of those. What was tried a few times
    without an end comes last and alone, for it may be what ends its worker: no other shall be counted as tried with it.
    It is taken for as long as `rest` says, so that its tries last until another version is there.

    Attempts are counted here, so a delivery that kills its worker runs out of tries.
    """
    tries = Delivery.attempts - Delivery.waits
    due = (Delivery.shop_id == shop_id, Delivery.next_try_at <= now, _about(topics), _from(sources))
    fresh, soon = (*due, tries < A_FEW), now + lease
    return (
        _claimed(session, shop_id, (*fresh, _AWAITED), limit=limit, until=soon)
        or _claimed(session, shop_id, fresh, limit=limit, until=soon)
        or _claimed(session, shop_id, (*due, tries >= A_FEW), limit=1, until=now + (rest or lease))
    )


def handled(session: Session, letter: Letter, *, now: datetime) -> bool:
    """Mark the delivery as handled; return False when somebody else was quicker and our work must not count."""
    return all_handled(session, [letter], now=now)


def all_handled(session: Session, letters: Sequence[Letter], *, now: datetime) -> bool:
    """Mark deliveries of one shop as handled; return False when somebody else was quicker with any of them."""
    marked = 0
    for attempts in sorted({letter.attempts for letter in letters}):
        same = [letter.id for letter in letters if letter.attempts == attempts]
        mine = (Delivery.id.in_(same), Delivery.shop_id == letters[0].shop_id, Delivery.attempts == attempts)
        statement = (
            update(Delivery)
            .where(*mine, Delivery.handled_at.is_(None))
            .values(handled_at=now, next_try_at=None, problem=None)
            .execution_options(synchronize_session=False)
        )
        marked += cast("CursorResult[tuple[()]]", session.execute(statement)).rowcount
    return marked == len(letters)


def stands_for(session: Session, letter: Letter, *, news: str) -> bool:
    """Let the delivery stand for this piece of news; return False when another one of its sender's does already.

    The caller holds the shop's lock.
    """
    key, this = f"{letter.shop_id}:{news}", (Delivery.id == letter.id, Delivery.shop_id == letter.shop_id)
    sender = select(Delivery.sender).where(*this).scalar_subquery()
    told = (Delivery.source == letter.source, Delivery.sender == sender, Delivery.topic == letter.topic)
    others = select(Delivery.id).where(*told, Delivery.event_key == key, Delivery.id != letter.id)
    if session.scalar(others.where(Delivery.shop_id == letter.shop_id)) is not None:
        return False
    statement = update(Delivery).where(*this).values(event_key=key).execution_options(synchronize_session=False)
    return cast("CursorResult[tuple[()]]", session.execute(statement)).rowcount == 1


def awaited(session: Session, *, shop_id: int) -> list[Letter]:
    """Return what the shop's people sent and is not done, in hand or waiting, the oldest first."""
    not_done = (Delivery.shop_id == shop_id, Delivery.next_try_at.is_not(None), _AWAITED)
    rows = session.execute(select(*_LETTER).where(*not_done).order_by(Delivery.id))
    return [_letter(row, shop_id) for row in rows]


def hold(session: Session, letters: Sequence[Letter], *, taken_until: Collection[datetime], until: datetime) -> int:
    """Hold letters of one shop that are in hand until one of those moments for longer; return how many still were.

    What has ended, was put off or is in other hands waits for another moment by now, and stays as it is.
    """
    mine = (Delivery.id.in_([letter.id for letter in letters]), Delivery.shop_id == letters[0].shop_id)
    statement = update(Delivery).where(*mine, Delivery.next_try_at.in_(taken_until)).values(next_try_at=until)
    changed = session.execute(statement.execution_options(synchronize_session=False))
    return cast("CursorResult[tuple[()]]", changed).rowcount


def put_back(session: Session, letter: Letter, *, until: datetime, problem: str) -> bool:
    """Let the delivery wait until a moment, saying why."""
    return _move(session, letter, next_try_at=until, problem=problem)


def ask_to_wait(session: Session, letter: Letter, *, until: datetime, problem: str) -> bool:
    """Let the delivery wait until a moment as `put_back` does; this was no try.

    The attempt itself stays counted, for it tells this worker from the next.
    """
    return _move(session, letter, next_try_at=until, problem=problem, waits=Delivery.waits + 1)


def wait_together(session: Session, letter: Letter, *, until: datetime, now: datetime) -> None:
    """Let all waiting deliveries of the letter's shop and source wait until a moment: they would meet the same no."""
    alike = (Delivery.shop_id == letter.shop_id, Delivery.source == letter.source, Delivery.next_try_at <= now)
    statement = update(Delivery).where(*alike).values(next_try_at=until)
    session.execute(statement.execution_options(synchronize_session=False))


def set_aside(session: Session, letter: Letter, *, problem: str) -> bool:
    """Leave the delivery for a person: it cannot be understood, or was tried too often."""
    return _move(session, letter, next_try_at=None, problem=problem)


def _claimed(
    session: Session, shop_id: int, due: Sequence[ColumnElement[bool]], *, limit: int, until: datetime
) -> list[Letter]:
    waiting = (
        select(Delivery.id)
        .where(*due)
        # By the moment first, as the index is: by the id alone PostgreSQL may walk past all that other shops ever had.
        .order_by(Delivery.next_try_at, Delivery.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
        .cte("waiting")  # as a plain subquery PostgreSQL may run it once a row, and lock far more than the limit
    )
    statement = (
        update(Delivery)
        .where(Delivery.id.in_(select(waiting.c.id)), *due)
        .values(next_try_at=until, attempts=Delivery.attempts + 1)
        .returning(*_LETTER)
        .execution_options(synchronize_session=False)
    )
    rows = sorted(session.execute(statement).all(), key=lambda row: row.id)
    return [_letter(row, shop_id) for row in rows]


def _about(topics: Collection[str] | None) -> ColumnElement[bool]:
    return true() if topics is None else Delivery.topic.in_(topics)


def _from(sources: Collection[str] | None) -> ColumnElement[bool]:
    return true() if sources is None else Delivery.source.in_(sources)


def _move(session: Session, letter: Letter, **changes: datetime | str | ColumnElement[int] | None) -> bool:
    mine: tuple[ColumnElement[bool], ...] = (
        Delivery.id == letter.id,
        Delivery.shop_id == letter.shop_id,
        Delivery.handled_at.is_(None),
        Delivery.attempts == letter.attempts,
    )
    statement = update(Delivery).where(*mine).values(**changes).execution_options(synchronize_session=False)
    return cast("CursorResult[tuple[()]]", session.execute(statement)).rowcount == 1


def _letter(row: Row[*tuple[Any, ...]], shop_id: int) -> Letter:
    return Letter(
        id=row.id,
        shop_id=shop_id,
        source=row.source,
        topic=row.topic,
        body=row.body,
        received_at=row.received_at,
        triggered_at=row.triggered_at,
        attempts=row.attempts,
        tries=row.attempts - row.waits,
    )
