"""What came to rest without being done: letters set aside, deeds given up or left to a person. Each can be tried again.

Its tries begin anew then. A deed of which an earlier try may have come through is looked for before anything else.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, or_, select, update
from sqlalchemy.orm import Session

from app.domain.effects import State
from app.store import trail
from app.store.deeds import KINDS, Deed, deed_of
from app.store.moves import how_many, moved
from app.store.settling import Purse, reserve
from app.store.tables import Delivery, Effect

GAVE_UP = "gave_up"
REPLAYED = "replayed"
WORDS_GONE = "its words are no longer kept: it cannot be taken up again"
_SET_ASIDE = (Delivery.handled_at.is_(None), Delivery.next_try_at.is_(None), Delivery.problem.is_not(None))
_GIVEN_UP = and_(Effect.state == State.REFUSED, Effect.code == GAVE_UP)
_LEFT = and_(Effect.state == State.UNCERTAIN, Effect.next_try_at.is_(None))


@dataclass(frozen=True, slots=True, kw_only=True)
class Dead:
    """One of them, by the name under which it is taken up again; `cause` names nobody."""

    name: str
    what: str
    since: datetime
    cause: str
    hopeless: bool = False


def letters(session: Session, *, shop_id: int | None) -> list[Dead]:
    """Return the shop's letters that nobody will try again, the oldest first; without a shop, those of strangers."""
    rows = session.scalars(select(Delivery).where(_of(shop_id), *_SET_ASIDE).order_by(Delivery.id))
    return [
        Dead(
            name=f"delivery:{row.id}",
            what=f"{row.source} {row.topic}",
            since=row.received_at,
            cause=(row.problem or "") if row.body else WORDS_GONE,
            hopeless=not row.body,
        )
        for row in rows
    ]


def deeds(session: Session, *, shop_id: int) -> list[Dead]:
    """Return the shop's deeds that were given up, or wait for a person to say what is true, the oldest first."""
    mine = (Effect.shop_id == shop_id, or_(_GIVEN_UP, _LEFT), Effect.kind.in_(KINDS))
    rows = session.scalars(select(Effect).where(*mine).order_by(Effect.id))
    return [
        Dead(
            name=f"effect:{row.id}",
            what=f"{row.rule} {row.kind}",
            since=row.ended_at or row.first_sent_at or row.created_at,
            cause=row.problem or "",
        )
        for row in rows
    ]


def addressed_by(session: Session, *, delivery_id: int) -> str | None:
    """Return by what name a stranger's letter names its shop; None when it is no stranger's."""
    return session.scalar(select(Delivery.sender).where(Delivery.id == delivery_id, Delivery.shop_id.is_(None)))


def letter_again(session: Session, *, shop_id: int, delivery_id: int, now: datetime) -> bool:
    """Let a letter be tried again; False when it is not set aside (any more), or its words are gone."""
    return _again(session, shop_id, delivery_id, now, of=shop_id)


def strangers_letter_again(session: Session, *, shop_id: int, delivery_id: int, now: datetime) -> bool:
    """Give a letter to the shop that it names, which was not known when it came, and let it be tried."""
    return _again(session, shop_id, delivery_id, now, of=None)


def deed_again(session: Session, *, shop_id: int, effect_id: int, purse: Purse, now: datetime) -> Deed | None:
    """Let a deed be tried again, its money set aside anew; None when it does not rest (any more).

    What waits for a person is only looked for once more: nobody but they can say that it did not happen.
    """
    tried = Effect.first_sent_at.is_not(None)
    afresh = {"waits": Effect.attempts, "next_try_at": now, "ended_at": None, "code": None}
    this = (Effect.id == effect_id, Effect.shop_id == shop_id)
    for which, state in (
        (and_(_GIVEN_UP, ~tried), State.PLANNED),
        (and_(_GIVEN_UP, tried), State.UNCERTAIN),
        (_LEFT, None),
    ):
        changes = afresh if state is None else afresh | {"state": state, "pool_id": None}
        statement = update(Effect).where(*this, which).values(changes)
        if moved(session, statement.execution_options(synchronize_session=False)):
            row = session.get_one(Effect, effect_id, populate_existing=True)
            if state is not None:
                reserve(session, row, purse, now)
            trail.row_moved(session, row, row.state, why=REPLAYED)
            return deed_of(row, purse.currency)
    return None


def look_up_now(session: Session, *, shop_id: int, now: datetime, quarantine: timedelta) -> int:
    """Let every deed in doubt be looked for at once, those that wait for a person as well; return how many.

    What is due within `quarantine` is left as it is: its call may be at work out there yet, and not be seen.
    """
    doubtful = (Effect.shop_id == shop_id, Effect.state == State.UNCERTAIN, Effect.kind.in_(KINDS))
    settled_out_there = or_(Effect.next_try_at.is_(None), Effect.next_try_at > now + quarantine)
    statement = update(Effect).where(*doubtful, settled_out_there).values(next_try_at=now)
    return how_many(session, statement.execution_options(synchronize_session=False))


def _of(shop_id: int | None) -> ColumnElement[bool]:
    return Delivery.shop_id.is_(None) if shop_id is None else Delivery.shop_id == shop_id


def _again(session: Session, shop_id: int, delivery_id: int, now: datetime, *, of: int | None) -> bool:
    statement = (
        update(Delivery)
        .where(Delivery.id == delivery_id, _of(of), *_SET_ASIDE, Delivery.body != b"")
        .values(shop_id=shop_id, next_try_at=now, waits=Delivery.attempts)
        .execution_options(synchronize_session=False)
    )
    if not moved(session, statement):
        return False
    trail.note(session, shop_id=shop_id, what=REPLAYED, why=f"delivery {delivery_id}")
    return True
