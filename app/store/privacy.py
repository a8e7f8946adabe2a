"""The log of what people asked about their data: what is still to be done, what was, and copies to be handed over."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from app.domain.people import WITHIN, Asked, Person
from app.store import veil
from app.store.sealed import Seal, Unsealable
from app.store.tables import PrivacyRequest

_PERSON = TypeAdapter(Person)
UNREADABLE = "Who asks cannot be read with the keys at hand."


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request. `person` is known only to whoever carries it out."""

    id: int
    kind: Asked
    received_at: datetime
    due_at: datetime
    done_at: datetime | None
    problem: str | None
    has_copy: bool
    person: Person


def note(
    session: Session, *, shop_id: int, kind: Asked, person: Person, seal: Seal, now: datetime, handled: bool = False
) -> int:
    """Write a request down, to be carried out at once; or as one that left nothing to do. Return its number."""
    key = veil.key_of(session, shop_id=shop_id, seal=seal)
    row = _written(shop_id, kind, veil.subject_of(key, person), now, handled=handled)
    if not handled:
        row.sealed_person = seal.close(_PERSON.dump_json(person).decode(), place=_place(shop_id, "person"))
    session.add(row)
    session.flush()
    return row.id


def note_stranger(session: Session, *, domain: str, kind: Asked, now: datetime) -> None:
    """Write down a request about a shop of which we keep nothing: it is done as it comes."""
    subject = hashlib.sha256(domain.encode()).hexdigest()
    session.add(_written(None, kind, subject, now, handled=True))


def take(session: Session, *, shop_id: int, now: datetime, lease: timedelta, seal: Seal) -> list[Request]:
    """Return the shop's requests that are to be carried out now; they wait for `lease`, should their worker die."""
    waiting = (PrivacyRequest.shop_id == shop_id, PrivacyRequest.next_try_at <= now)
    rows = session.scalars(select(PrivacyRequest).where(*waiting).order_by(PrivacyRequest.id).with_for_update()).all()
    found = []
    for row in rows:
        row.next_try_at = now + lease
        try:
            found.append(_request(row, _who(row, seal)))
        except Unsealable:
            row.problem = UNREADABLE  # one lost key must not keep the others waiting
    session.flush()
    return found


def done(session: Session, *, shop_id: int, request_id: int, now: datetime) -> bool:
    """Write down that a request was carried out; who asked is no longer needed."""
    row = _row(session, shop_id, request_id)
    if row is None:
        return False
    row.done_at, row.next_try_at, row.problem, row.sealed_person = now, None, None, None
    session.flush()
    return True


def hand_over(session: Session, *, shop_id: int, request_id: int, copy: str, seal: Seal, now: datetime) -> bool:
    """Keep a copy, sealed, for the merchant to hand over; who asked is kept as long as the copy is."""
    row = _row(session, shop_id, request_id)
    if row is None:
        return False
    row.done_at, row.next_try_at, row.problem = now, None, None
    row.sealed_copy = seal.close(copy, place=_place(shop_id, "copy"))
    session.flush()
    return True


def put_off(session: Session, *, shop_id: int, request_id: int, until: datetime, problem: str) -> bool:
    """Let a request wait until a moment, saying why."""
    row = _row(session, shop_id, request_id)
    if row is None:
        return False
    row.next_try_at, row.problem = until, problem
    session.flush()
    return True


def listed(session: Session, *, shop_id: int, limit: int) -> list[Request]:
    """Return the shop's newest requests, without the people."""
    statement = select(PrivacyRequest).where(PrivacyRequest.shop_id == shop_id)
    rows = session.scalars(statement.order_by(PrivacyRequest.id.desc()).limit(limit))
    return [_request(row, Person()) for row in rows]


def copy_of(session: Session, *, shop_id: int, request_id: int, seal: Seal) -> str | None:
    """Return the copy that was made; None when there is none (any more)."""
    row = _row(session, shop_id, request_id)
    if row is None or row.sealed_copy is None:
        return None
    return seal.open(row.sealed_copy, place=_place(shop_id, "copy"))


def drop_copies(session: Session, *, shop_id: int, before: datetime) -> int:
    """Drop the copies that were made before that; return how many."""
    old = (PrivacyRequest.shop_id == shop_id, PrivacyRequest.sealed_copy.is_not(None), PrivacyRequest.done_at < before)
    rows = session.scalars(select(PrivacyRequest).where(*old)).all()
    _drop(session, list(rows))
    return len(rows)


def drop_copies_about(session: Session, *, shop_id: int, person: Person, seal: Seal) -> int:
    """Drop the copies that were made for a person who is to be forgotten; return how many."""
    kept = (PrivacyRequest.shop_id == shop_id, PrivacyRequest.sealed_copy.is_not(None))
    rows = [row for row in session.scalars(select(PrivacyRequest).where(*kept)) if _same(_who(row, seal), person)]
    _drop(session, rows)
    return len(rows)


def overdue(session: Session, *, now: datetime) -> int:
    """Return how many requests of all shops are late. Only the doctor may ask, and learns a number alone."""
    return session.scalar(select(func.count()).where(*_late(now))) or 0


def overdue_in(session: Session, *, shop_id: int, now: datetime) -> int:
    """Return how many of the shop's requests are late."""
    return session.scalar(select(func.count()).where(PrivacyRequest.shop_id == shop_id, *_late(now))) or 0


def shops_with_requests(session: Session, *, now: datetime) -> list[int]:
    """Return the shops with requests to be carried out. Crosses tenants: the ticker's alone, and it learns ids."""
    waiting = select(PrivacyRequest.shop_id).where(PrivacyRequest.next_try_at <= now).distinct()
    return [shop_id for shop_id in session.scalars(waiting) if shop_id is not None]


def _written(shop_id: int | None, kind: Asked, subject: str, now: datetime, *, handled: bool) -> PrivacyRequest:
    return PrivacyRequest(
        shop_id=shop_id,
        kind=kind,
        subject=subject,
        received_at=now,
        due_at=now + WITHIN,
        next_try_at=None if handled else now,
        done_at=now if handled else None,
    )


def _late(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return PrivacyRequest.done_at.is_(None), PrivacyRequest.due_at < now


def _row(session: Session, shop_id: int, request_id: int) -> PrivacyRequest | None:
    mine = (PrivacyRequest.id == request_id, PrivacyRequest.shop_id == shop_id)
    return session.scalar(select(PrivacyRequest).where(*mine).execution_options(populate_existing=True))


def _drop(session: Session, rows: list[PrivacyRequest]) -> None:
    for row in rows:
        row.sealed_copy = row.sealed_person = None
    session.flush()


def _who(row: PrivacyRequest, seal: Seal) -> Person:
    if row.sealed_person is None:
        return Person()
    return _PERSON.validate_json(seal.open(row.sealed_person, place=_place(row.shop_id, "person")))


def _same(one: Person, other: Person) -> bool:
    return not (one.ids.isdisjoint(other.ids) and one.words.isdisjoint(other.words))


def _place(shop_id: int | None, column: str) -> str:
    return f"privacy_requests.sealed_{column}:{shop_id}"


def _request(row: PrivacyRequest, person: Person) -> Request:
    return Request(
        id=row.id,
        kind=Asked(row.kind),
        received_at=row.received_at,
        due_at=row.due_at,
        done_at=row.done_at,
        problem=row.problem,
        has_copy=row.sealed_copy is not None,
        person=person,
    )
