"""Gifts that a vendor has: how far each is by the vendor's word, and when that is asked for again.

    begin ─▶ placed                in one transaction with the end of its deed
    seen ─▶ shipped, delivered …   only ever on, in whatever order it is told
    news ─▶ looked at now          somebody rang; what else they said is not believed

Looks are numbered: whoever asked, and comes back after somebody else, or after the bell was rung, is not heard.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy import and_, delete, or_, select, update
from sqlalchemy.orm import Session

from app.domain.deliveries import Brought
from app.domain.effects import State
from app.domain.gifts import Placed, Seen
from app.domain.sendings import ENDED, Status, moves, next_look
from app.store import doors, grants, switch, trail
from app.store.conditions import on_its_way
from app.store.deeds import Deed
from app.store.endings import LONGEST_REFERENCE
from app.store.moves import how_many, moved
from app.store.sending_tables import Sending as Row
from app.store.tables import Effect, Shop

_UNTIL_PAID = timedelta(days=1)  # between looks at what is over, or old, and whose money is still on its way
_TAKEN_UP_IN = timedelta(days=60)  # where a vendor says no day, as long as it is asked about


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """One gift that a vendor has."""

    id: int
    effect_id: int
    vendor: str
    reference: str
    other: str
    status: Status
    confirmed: bool
    status_at: datetime
    placed_at: datetime
    day: date | None
    cancel_until: datetime | None
    next_look_at: datetime | None
    looks: int

    def can_be_stopped(self, now: datetime) -> bool:
        """Return whether the vendor said that it may still be stopped."""
        return self.status not in ENDED and self.cancel_until is not None and now < self.cancel_until


def begin(session: Session, deed: Deed, placed: Placed, *, vendor: str, now: datetime, digest: str = "") -> None:
    """Write down that a vendor has the gift. Called with the end of its deed, in one transaction.

    `digest` is that of the door where it goes, "" where that is not known.
    """
    session.add(
        Row(
            shop_id=deed.shop_id,
            effect_id=deed.id,
            vendor=vendor,
            reference=placed.reference[:LONGEST_REFERENCE],
            other=placed.other[:LONGEST_REFERENCE] or None,
            status=placed.status,
            confirmed=True,
            status_at=now,
            placed_at=now,
            day=placed.day,
            cancel_until=placed.cancel_until,
            expires_at=placed.expires_at,
            door=digest or None,
            next_look_at=_next(placed.status, placed_at=now, now=now, unpaid=placed.pending),
            looks=0,
        )
    )
    session.flush()


def shops_due(session: Session, *, now: datetime, limit: int) -> list[int]:
    """Return shops with a gift to ask about. Crosses tenants: only the ticker may ask, and it learns ids alone."""
    due = select(Row.id).where(Row.shop_id == Shop.id, Row.next_look_at <= now).exists()
    willing = (Shop.uninstalled_at.is_(None), grants.let_us_in(), doors.are_open(now), ~switch.is_thrown())
    return list(session.scalars(select(Shop.id).where(due, *willing).order_by(Shop.id).limit(limit)))


def due(session: Session, *, shop_id: int, now: datetime, limit: int) -> list[Sent]:
    """Return the shop's gifts that it is time to ask about, those that wait longest first."""
    waiting = select(Row).where(Row.shop_id == shop_id, Row.next_look_at <= now)
    rows = session.scalars(waiting.order_by(Row.next_look_at, Row.id).limit(limit))
    return [sent_of(row) for row in rows]


def news(session: Session, *, shop_id: int, vendor: str, references: Collection[str], now: datetime) -> int:
    """Let gifts of which there is news be looked at now; return how many of the shop's they are.

    Whoever is asking at this moment may have been answered before it happened, and is not heard.
    """
    named = or_(Row.reference.in_(references), Row.other.in_(references))
    statement = update(Row).where(Row.shop_id == shop_id, Row.vendor == vendor, named)
    rung = statement.values(next_look_at=now, looks=Row.looks + 1).execution_options(synchronize_session=False)
    return how_many(session, rung)


def seen(session: Session, sent: Sent, told: Seen, *, shop_id: int, now: datetime, unpaid: bool = False) -> Sent | None:
    """Write down what a vendor said of a gift; return how it stands now, None to whoever was overtaken.

    Late news changes nothing. `unpaid`: nobody stops asking while the money is on its way.
    """
    after = _moved_on(sent, told, now, unpaid=unpaid)
    mine = (Row.id == sent.id, Row.shop_id == shop_id, Row.looks == sent.looks)
    changes = {
        "status": after.status,
        "confirmed": after.confirmed,
        "status_at": after.status_at,
        "next_look_at": after.next_look_at,
        "looks": after.looks,
    }
    statement = update(Row).where(*mine).values(changes).execution_options(synchronize_session=False)
    if not moved(session, statement):
        return None
    if after.status is not sent.status:
        trail.some_moved(session, shop_id=shop_id, effect_ids=[sent.effect_id], what=after.status, why=sent.vendor)
    return after


def put_off(session: Session, *, shop_id: int, vendor: str, until: datetime, now: datetime) -> None:
    """Ask a vendor that is busy about none of the shop's gifts before that moment."""
    waiting = update(Row).where(Row.shop_id == shop_id, Row.vendor == vendor, Row.next_look_at <= now)
    session.execute(waiting.values(next_look_at=until).execution_options(synchronize_session=False))


def unsettled(session: Session, *, shop_id: int, before: datetime) -> list[int]:
    """Return the deeds whose money is on its way still, though their gifts could be taken up until then at most."""
    over = or_(Row.expires_at < before, and_(Row.expires_at.is_(None), Row.placed_at < before - _TAKEN_UP_IN))
    theirs = (Row.shop_id == shop_id, Effect.shop_id == shop_id, Effect.id == Row.effect_id)
    return list(session.scalars(select(Effect.id).where(*theirs, on_its_way(), over).order_by(Effect.id)))


def let_be(session: Session, *, shop_id: int, vendor: str) -> None:
    """Ask no more about gifts of a vendor that does not tell what becomes of them."""
    theirs = update(Row).where(Row.shop_id == shop_id, Row.vendor == vendor, Row.next_look_at.is_not(None))
    session.execute(theirs.values(next_look_at=None).execution_options(synchronize_session=False))


def of_effects(session: Session, *, shop_id: int, effect_ids: Collection[int]) -> dict[int, Sent]:
    """Return what became of these deeds' gifts, of those that a vendor has."""
    rows = session.scalars(select(Row).where(Row.shop_id == shop_id, Row.effect_id.in_(effect_ids)))
    return {row.effect_id: sent_of(row) for row in rows}


def brought(session: Session, *, shop_id: int, customer_id: int) -> list[Brought]:
    """Return what became of all that was sent to a customer, of what a vendor said with certainty."""
    theirs = select(Effect.id).where(Effect.shop_id == shop_id, Effect.customer_id == customer_id)
    over = (Row.status.in_((Status.DELIVERED, Status.RETURNED)), Row.confirmed)
    rows = session.scalars(select(Row).where(Row.shop_id == shop_id, Row.effect_id.in_(theirs), *over))
    return [Brought(door=row.door or "", at=row.status_at, came_back=row.status == Status.RETURNED) for row in rows]


def of_key(session: Session, *, shop_id: int, key: str) -> Sent | None:
    """Return the gift that a vendor has by the deed of that key."""
    deed = select(Effect.id).where(Effect.shop_id == shop_id, Effect.key == key)
    row = session.scalar(select(Row).where(Row.shop_id == shop_id, Row.effect_id.in_(deed)))
    return None if row is None else sent_of(row)


def is_being_stopped(session: Session, *, shop_id: int, key: str) -> bool:
    """Return whether the deed of that key has stopped a gift, or is about to."""
    this = (Effect.shop_id == shop_id, Effect.key == key, Effect.state.not_in((State.REFUSED, State.WITHDRAWN)))
    return session.scalar(select(Effect.id).where(*this)) is not None


def forget(session: Session, *, shop_id: int, effect_ids: Collection[int]) -> None:
    """Forget by which numbers a vendor knows the gifts of these deeds, and with that what becomes of them."""
    theirs = delete(Row).where(Row.shop_id == shop_id, Row.effect_id.in_(effect_ids))
    session.execute(theirs.execution_options(synchronize_session=False))


def forget_doors(session: Session, *, shop_id: int, effect_ids: Collection[int]) -> None:
    """Forget where the gifts of these deeds went; by their vendors' numbers they are followed all the same."""
    theirs = update(Row).where(Row.shop_id == shop_id, Row.effect_id.in_(effect_ids)).values(door=None)
    session.execute(theirs.execution_options(synchronize_session=False))


def sent_of(row: Row) -> Sent:
    """Return a row that was found as the rest of the house sees it."""
    return Sent(
        id=row.id,
        effect_id=row.effect_id,
        vendor=row.vendor,
        reference=row.reference,
        other=row.other or "",
        status=Status(row.status),
        confirmed=row.confirmed,
        status_at=row.status_at,
        placed_at=row.placed_at,
        day=row.day,
        cancel_until=row.cancel_until,
        next_look_at=row.next_look_at,
        looks=row.looks,
    )


def _moved_on(sent: Sent, told: Seen, now: datetime, *, unpaid: bool) -> Sent:
    status = told.status if told.status is not None and moves(sent.status, told.status) else sent.status
    after = replace(
        sent,
        looks=sent.looks + 1,
        next_look_at=_next(status, placed_at=sent.placed_at, now=now, unpaid=unpaid),
    )
    if status is not sent.status:
        return replace(after, status=status, confirmed=told.confirmed, status_at=told.at or now)
    return replace(after, confirmed=sent.confirmed or (told.status is status and told.confirmed))


def _next(status: Status, *, placed_at: datetime, now: datetime, unpaid: bool) -> datetime | None:
    usual = next_look(status, placed_at=placed_at, now=now)
    return now + _UNTIL_PAID if usual is None and unpaid else usual
