"""A shop's test tickets, one in each kind of helpdesk: the key is kept before anything is written over there.

    ask ─▶ asked ─▶ written ─▶ (take_back) going ─▶ (no row)
             └▶ refused ─▶ (ask) asked again, under the same key: what was lost on the way is found, not doubled
                                          └▶ stuck ─▶ (take_back) going again

Whoever asks holds the connection's row first, and so does the worker who ends with it: nobody's wish is overlooked.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from secrets import token_hex
from typing import Any, cast

from sqlalchemy import ColumnElement, CursorResult, delete, func, select, update
from sqlalchemy.orm import Session

from app.domain.sample_tickets import SampleStage
from app.store import setups, trail
from app.store.connection_tables import SampleTicket
from app.store.sealed import Seal
from app.store.tables import Decision, Delivery

_LONGEST_WORDS = 200
_TO_DO = (SampleStage.ASKED, SampleStage.GOING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One test ticket, as far as it is."""

    shop_id: int
    kind: str
    key: str
    stage: SampleStage
    number: str  # over there; "" while it is not known to be
    tries: int
    trouble: str
    written_at: datetime | None
    sealed_email: bytes | None = field(repr=False)

    @property
    def to_do(self) -> bool:
        """Whether somebody is to write it, or to take it away."""
        return self.stage in _TO_DO


def ask(session: Session, *, shop_id: int, kind: str, email: str, seal: Seal, now: datetime) -> bool | None:
    """Have a ticket written from that address; return False where one stands, None where none can be written now."""
    if not setups.wake(session, shop_id=shop_id, kind=kind, now=now):
        return None
    row = session.scalars(select(SampleTicket).where(*_mine(shop_id, kind)).with_for_update()).one_or_none()
    if row is not None and row.stage != SampleStage.REFUSED:
        return False
    if row is None:
        row = SampleTicket(shop_id=shop_id, kind=kind, key=token_hex(16))
        session.add(row)
    row.stage, row.tries, row.trouble = SampleStage.ASKED, 0, None
    row.sealed_email = seal.close(email, place=_place(shop_id))
    session.flush()
    trail.note(session, shop_id=shop_id, what="test_ticket", why=kind)
    return True


def take_back(session: Session, *, shop_id: int, kind: str, now: datetime) -> bool:
    """Have it taken away, or not written at all; return False where there is none."""
    if not setups.wake(session, shop_id=shop_id, kind=kind, now=now):
        return False
    there = select(SampleTicket.stage).where(*_mine(shop_id, kind))
    if session.scalar(there) == SampleStage.GOING:
        return True
    return _moved(session, _mine(shop_id, kind), stage=SampleStage.GOING, tries=0, trouble=None, sealed_email=None)


def listed(session: Session, *, shop_id: int) -> dict[str, Sample]:
    """Return the shop's test tickets by the kinds of their helpdesks."""
    rows = session.scalars(select(SampleTicket).where(SampleTicket.shop_id == shop_id).order_by(SampleTicket.id))
    return {row.kind: _sample(row) for row in rows}


def read(session: Session, *, shop_id: int, kind: str) -> Sample | None:
    """Return the test ticket in a kind of helpdesk."""
    mine = select(SampleTicket).where(*_mine(shop_id, kind)).execution_options(populate_existing=True)
    row = session.scalars(mine).one_or_none()
    return None if row is None else _sample(row)


def email_of(sample: Sample, *, seal: Seal) -> str:
    """Return the address that it is from; "" where that is forgotten."""
    return "" if sample.sealed_email is None else seal.open(sample.sealed_email, place=_place(sample.shop_id))


def called_at(session: Session, *, shop_id: int, tickets: Collection[str]) -> Mapping[str, datetime]:
    """Return when the first call about each of these tickets came that was understood; nothing for those without."""
    if not tickets:
        return {}
    subjects = {f"ticket:{ticket}": ticket for ticket in tickets}
    by = (Delivery.id == Decision.delivery_id) & (Delivery.shop_id == Decision.shop_id)
    first = select(Decision.subject, func.min(Delivery.received_at)).join(Delivery, by)
    rows = session.execute(
        first.where(Decision.shop_id == shop_id, Decision.subject.in_(subjects)).group_by(Decision.subject)
    )
    return {subjects[subject]: at for subject, at in rows}


def written(session: Session, *, shop_id: int, kind: str, key: str, ticket_id: str, at: datetime) -> bool:
    """Write down that it is there, and forget whose address it bears; return whether somebody waited for that."""
    here = (*_mine(shop_id, kind), SampleTicket.key == key, SampleTicket.stage == SampleStage.ASKED)
    stands = {"stage": SampleStage.WRITTEN, "number": ticket_id, "written_at": at, "tries": 0}
    if _moved(session, here, sealed_email=None, trouble=None, **stands):
        return True
    # Somebody wants it away by now: which it is, they may have to be told.
    going = (*_mine(shop_id, kind), SampleTicket.key == key, SampleTicket.number.is_(None))
    _moved(session, going, number=ticket_id, written_at=at)
    return False


def gone(session: Session, sample: Sample) -> None:
    """Forget one that is not there any more, unless somebody wants something else of it by now."""
    session.execute(delete(SampleTicket).where(*_as_read(sample)))


def not_done(session: Session, sample: Sample, *, why: str, counts: bool = True) -> None:
    """Write down why nothing came of it this time."""
    _moved(session, _as_read(sample), trouble=why[:_LONGEST_WORDS], tries=sample.tries + counts)


def given_up(session: Session, sample: Sample, *, why: str) -> None:
    """Write down why it was not written, or could not be taken away. Nobody tries again by themselves."""
    stage = SampleStage.REFUSED if sample.stage is SampleStage.ASKED else SampleStage.STUCK
    here = _as_read(sample)
    _moved(session, here, stage=stage, trouble=why[:_LONGEST_WORDS], tries=0, sealed_email=None)


def _mine(shop_id: int, kind: str) -> tuple[ColumnElement[bool], ...]:
    return SampleTicket.shop_id == shop_id, SampleTicket.kind == kind


def _as_read(sample: Sample) -> tuple[ColumnElement[bool], ...]:
    return *_mine(sample.shop_id, sample.kind), SampleTicket.key == sample.key, SampleTicket.stage == sample.stage


def _place(shop_id: int) -> str:
    return f"sample_tickets.sealed_email:{shop_id}"


def _sample(row: SampleTicket) -> Sample:
    return Sample(
        shop_id=row.shop_id,
        kind=row.kind,
        key=row.key,
        stage=SampleStage(row.stage),
        number=row.number or "",
        tries=row.tries,
        trouble=row.trouble or "",
        written_at=row.written_at,
        sealed_email=row.sealed_email,
    )


def _moved(session: Session, here: tuple[ColumnElement[bool], ...], **values: Any) -> bool:  # noqa: ANN401  # of any column
    statement = update(SampleTicket).where(*here).values(**values).execution_options(synchronize_session=False)
    return cast("CursorResult[tuple[()]]", session.execute(statement)).rowcount == 1
