"""What somebody should look at: a deed in doubt for too long, done twice, or not there though our books say done."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Select, delete, func, select, text, update
from sqlalchemy.orm import Session

from app.domain.effects import State
from app.store import trail
from app.store.base import insert
from app.store.deeds import KINDS, Deed, deed_of
from app.store.moves import moved
from app.store.tables import Effect, Shop
from app.store.undoing import STANDS
from app.store.watch_tables import Alarm

MARKED = ("add_gift_line", "send_gift_order", "refund_order", "post_note")  # kinds that leave a mark to be found by
_FORGOTTEN = "forgotten:%"
_UNKNOWN = Alarm.known_at.is_(None)
# Spelt out as in the index that is over all shops: neither database takes that one for values that are handed in.
_STANDING = text("effects.state IN ('awaiting', 'uncertain')")


class What(StrEnum):
    """Why somebody should look."""

    IN_DOUBT = "in_doubt"  # longer than an hour
    TWICE = "done_twice"  # two marks for one key
    MISSING = "not_there"  # done by our books, and no mark
    HELD = "held_too_long"  # its money is on its way, where nobody will ever say more


COMPARED = (What.TWICE, What.MISSING)  # seen by looking out there: a person may know better, or leave it at that


@dataclass(frozen=True, slots=True)
class Standing:
    """One alarm that stands."""

    effect_id: int
    kind: str | None  # None: the deed is no longer in the ledger
    order_id: int | None
    ticket_id: str | None
    what: What
    since: datetime


def sound(session: Session, *, shop_id: int, effect_ids: Collection[int], what: What, now: datetime) -> list[int]:
    """Let an alarm stand about each of these deeds; return those about which none stood yet."""
    rows = [{"shop_id": shop_id, "effect_id": number, "what": what, "since": now} for number in sorted(effect_ids)]
    if not rows:
        return []
    statement = insert(session, Alarm).values(rows).on_conflict_do_nothing().returning(Alarm.effect_id)
    return sorted(session.scalars(statement))


def too_long_in_doubt(session: Session, *, shop_id: int, before: datetime) -> list[int]:
    """Return the deeds that may have been done before that moment, and of which nobody knows yet whether they were."""
    doubtful = (Effect.state.in_((State.SENDING, State.UNCERTAIN)), Effect.first_sent_at < before)
    return list(session.scalars(select(Effect.id).where(Effect.shop_id == shop_id, *doubtful).order_by(Effect.id)))


def shops_in_doubt(session: Session, *, before: datetime) -> list[int]:
    """Return the shops with a deed in doubt since before that, or an alarm about one. Crosses tenants: ids alone.

    Where nobody works, as behind a shut door, a call that was never answered is not called a doubt yet, and is one.
    """
    old = select(Effect.shop_id).where(_STANDING, Effect.state == State.UNCERTAIN, Effect.first_sent_at < before)
    silent = (Effect.shop_id == Shop.id, Effect.state == State.SENDING, Effect.first_sent_at < before)
    unanswered = select(Shop.id).where(select(Effect.id).where(*silent).exists())
    alarmed = select(Alarm.shop_id).where(Alarm.what == What.IN_DOUBT)
    return sorted(session.scalars(old.union(unanswered, alarmed)))


def silence(session: Session, *, shop_id: int, what: What, but: Collection[int] = ()) -> int:
    """Let no alarm of that kind stand any more, but about those deeds; return how many fell silent."""
    settled = delete(Alarm).where(Alarm.shop_id == shop_id, Alarm.what == what, Alarm.effect_id.not_in(but))
    return len(session.scalars(settled.returning(Alarm.effect_id)).all())


def put_to_rest(session: Session, *, shop_id: int, effect_id: int, what: What, now: datetime) -> bool:
    """Leave it at that: the merchant knows. Return False when no such alarm stands.

    The row stays, so that the next night finds nothing new; when all is right again it goes, and may come anew.
    """
    theirs = (Alarm.shop_id == shop_id, Alarm.effect_id == effect_id, Alarm.what == what, _UNKNOWN)
    if not moved(session, update(Alarm).where(*theirs).values(known_at=now)):
        return False
    trail.some_moved(session, shop_id=shop_id, effect_ids=[effect_id], what="alarm_known", why=what)
    return True


def standing(session: Session, *, shop_id: int) -> list[Standing]:
    """Return the shop's alarms of which nobody said that they know, the oldest first."""
    deed = (Effect.id == Alarm.effect_id) & (Effect.shop_id == Alarm.shop_id)
    columns = (Alarm.effect_id, Effect.kind, Effect.order_id, Effect.ticket_id, Alarm.what, Alarm.since)
    about = select(*columns).outerjoin(Effect, deed).where(Alarm.shop_id == shop_id, _UNKNOWN)
    rows = session.execute(about.order_by(Alarm.since, Alarm.effect_id))
    return [
        Standing(number, kind, order_id, ticket_id, What(what), since)
        for number, kind, order_id, ticket_id, what, since in rows
    ]


def counted(session: Session) -> dict[str, int]:
    """Return how many alarms stand, by what they are about. Crosses tenants: for operators, numbers alone."""
    counts = select(Alarm.what, func.count()).where(_UNKNOWN).group_by(Alarm.what)
    return {str(what): int(count) for what, count in session.execute(counts)}


def marked(session: Session, *, shop_id: int, since: datetime, after: int, limit: int, currency: str) -> list[Deed]:
    """Return the deeds that were done since then and stand, and whose mark can be found, by their number."""
    recent = (Effect.ended_at >= since, Effect.id > after)
    rows = session.scalars(_findable(shop_id).where(*recent).limit(limit))
    return [deed_of(row, currency) for row in rows if row.kind in KINDS]


def alarmed(session: Session, *, shop_id: int, currency: str) -> list[Deed]:
    """Return the deeds, however old, that were not out there as they should be, and that stand and can be found."""
    missed = select(Alarm.effect_id).where(Alarm.shop_id == shop_id, Alarm.what.in_(COMPARED))
    rows = session.scalars(_findable(shop_id).where(Effect.id.in_(missed)))
    return [deed_of(row, currency) for row in rows if row.kind in KINDS]


def _findable(shop_id: int) -> Select[Effect]:
    mine = (Effect.shop_id == shop_id, Effect.kind.in_(MARKED), Effect.state == State.DONE, STANDS)
    known = select(Effect).where(*mine, Effect.key.not_like(_FORGOTTEN)).order_by(Effect.id)
    return known.execution_options(populate_existing=True)
