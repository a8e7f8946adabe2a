"""Addresses that are looked at before something leaves, and asked for where they are in doubt: each deed's once.

begin ─▶ looked at ─▶ gone, for it will do
└▶ asked ─▶ reminded ─▶ over, for nobody answered
└─────────────▶ answered, once, and sealed until the deed has ended

came_back ─▶ reminded ─▶ gone, for nobody answered
└─────────────▶ answered ─▶ handed on to a new deed, or gone two weeks later
"""

import json
from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import ColumnElement, CursorResult, Delete, Select, Update, delete, select, update
from sqlalchemy.orm import Session

from app.domain.addresses import Address
from app.domain.effects import State
from app.store.ask_tables import AddressAsk as Row
from app.store.base import insert
from app.store.sealed import Seal
from app.store.tables import Effect

_MAY_LEAVE = (State.AWAITING, State.PLANNED, State.SENDING, State.UNCERTAIN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """How far it is with one deed's address."""

    effect_id: int
    asked: bool
    reminded: bool
    answered: bool
    expires_at: datetime | None
    town: str = ""  # as a digest: where it would have gone when it was looked at first
    came_back: bool = False  # it had left, and did not find them


def begin(session: Session, *, shop_id: int, effect_id: int, now: datetime) -> None:
    """Let a deed's address be looked at, from now on; one that was begun goes on as it is."""
    fresh = insert(session, Row).values(shop_id=shop_id, effect_id=effect_id, next_at=now)
    session.execute(fresh.on_conflict_do_nothing(index_elements=["shop_id", "effect_id"]))


def shops_due(session: Session, *, now: datetime, limit: int) -> list[int]:
    """Return in which shops it is time to look, to remind or to ask no longer."""
    due = select(Row.shop_id).where(Row.next_at <= now).distinct().limit(limit)
    return list(session.scalars(due))


def due(session: Session, *, shop_id: int, now: datetime, limit: int) -> list[Ask]:
    """Return where it is time to look, to remind or to ask no longer."""
    rows = select(Row).where(Row.shop_id == shop_id, Row.next_at <= now).order_by(Row.next_at, Row.id).limit(limit)
    return [_ask(row) for row in session.scalars(rows.execution_options(populate_existing=True))]


def read(session: Session, *, shop_id: int, effect_id: int) -> Ask | None:
    """Return how far it is with a deed's address; None where nobody has to look, or has to any more."""
    found = select(Row).where(*_of(shop_id, effect_id))
    row = session.scalars(found.execution_options(populate_existing=True)).one_or_none()
    return None if row is None else _ask(row)


def looked(session: Session, *, shop_id: int, effect_id: int, town: str, until: datetime | None) -> None:
    """Write down in which town it would arrive by now, where nobody need be asked; look again then, if ever."""
    values = {"town": town, "next_at": until}
    _once(session, update(Row).where(*_of(shop_id, effect_id), Row.asked_at.is_(None)).values(values))


def came_back(
    session: Session, *, shop_id: int, effect_id: int, expires_at: datetime, until: datetime, now: datetime
) -> None:
    """Ask where something should have gone that came back to its sender; what was told of that before is forgotten."""
    let_go(session, shop_id=shop_id, effect_id=effect_id)
    asked_again = {"asked_at": now, "expires_at": expires_at, "next_at": until, "came_back": True}
    session.add(Row(shop_id=shop_id, effect_id=effect_id, **asked_again))
    session.flush()


def asked(
    session: Session, *, shop_id: int, effect_id: int, expires_at: datetime, until: datetime, now: datetime
) -> bool:
    """Write down that the customer is asked, to be reminded at `until`; False where they were asked before."""
    changes = {"asked_at": now, "expires_at": expires_at, "next_at": until}
    return _once(session, update(Row).where(*_of(shop_id, effect_id), Row.asked_at.is_(None)).values(changes))


def reminded(session: Session, *, shop_id: int, effect_id: int, now: datetime) -> bool:
    """Write down that the customer is reminded; False where they were, or have answered meanwhile."""
    open_ones = (*_of(shop_id, effect_id), Row.reminded_at.is_(None), Row.answered_at.is_(None))
    return _once(session, update(Row).where(*open_ones).values(reminded_at=now, next_at=Row.expires_at))


def over(session: Session, *, shop_id: int, effect_id: int) -> bool:
    """Ask no longer; False where they have answered meanwhile."""
    open_ones = (*_of(shop_id, effect_id), Row.answered_at.is_(None), Row.next_at.is_not(None))
    return _once(session, update(Row).where(*open_ones).values(next_at=None))


def put_off(session: Session, *, shop_id: int, effect_id: int, until: datetime) -> None:
    """Look again later, for nobody could be asked just now."""
    _once(session, update(Row).where(*_of(shop_id, effect_id), Row.next_at.is_not(None)).values(next_at=until))


def answer(
    session: Session,
    *,
    shop_id: int,
    effect_id: int,
    door: Address,
    seal: Seal,
    now: datetime,
    keep_until: datetime | None = None,
) -> bool:
    """Keep the customer's answer, sealed; False for all but the first in time. What waited for it may leave.

    `keep_until` is for when it came back: so long somebody may send it again.
    """
    open_ones = (*_of(shop_id, effect_id), Row.answered_at.is_(None), Row.expires_at > now)
    sealed = seal.close(json.dumps(asdict(door)), place=place(shop_id))
    changes = {"answered_at": now, "sealed_address": sealed, "next_at": keep_until}
    if not _once(session, update(Row).where(*open_ones).values(changes)):
        return False
    waits = (Effect.id == effect_id, Effect.shop_id == shop_id, Effect.state == State.PLANNED, Effect.due_at <= now)
    session.execute(update(Effect).where(*waits).values(next_try_at=now).execution_options(synchronize_session=False))
    return True


def address(session: Session, *, shop_id: int, effect_id: int, seal: Seal) -> Address | None:
    """Return where the customer said that the deed should go; None where they have said nothing."""
    sealed = session.scalar(select(Row.sealed_address).where(*_of(shop_id, effect_id)))
    return None if sealed is None else _opened(sealed, shop_id, seal)


def told_by(session: Session, *, shop_id: int, customer_id: int, seal: Seal) -> Address | None:
    """Return where a customer said that something should have gone that came back; None where they said nothing."""
    sealed = session.scalar(_told_back(shop_id, customer_id).with_only_columns(Row.sealed_address))
    return None if sealed is None else _opened(sealed, shop_id, seal)


def hand_on(session: Session, *, shop_id: int, customer_id: int, effect_id: int) -> bool:
    """Let a new deed go to where the customer said when an earlier one had come back; False where it does not."""
    told = session.scalar(_told_back(shop_id, customer_id))
    if told is None or read(session, shop_id=shop_id, effect_id=effect_id) is not None:
        return False
    still = (Row.id == told, Row.shop_id == shop_id, Row.came_back)
    handed = {"effect_id": effect_id, "came_back": False, "next_at": None}
    return _once(session, update(Row).where(*still).values(handed))


def kept(session: Session, *, shop_id: int, effect_ids: Collection[int], seal: Seal) -> dict[int, Address]:
    """Return what is kept of such answers, by the deeds that they are for."""
    theirs = (Row.shop_id == shop_id, Row.effect_id.in_(effect_ids), Row.sealed_address.is_not(None))
    rows = session.execute(select(Row.effect_id, Row.sealed_address).where(*theirs))
    return {row.effect_id: _opened(row.sealed_address or b"", shop_id, seal) for row in rows}


def let_go(session: Session, *, shop_id: int, effect_id: int) -> None:
    """Forget all of it: the deed has ended, or its address will do."""
    _count(session, delete(Row).where(*_of(shop_id, effect_id)))


def forget(session: Session, *, shop_id: int, effect_ids: Collection[int]) -> None:
    """Forget what was asked and told for these deeds."""
    _count(session, delete(Row).where(Row.shop_id == shop_id, Row.effect_id.in_(effect_ids)))


def clear_out(session: Session, *, shop_id: int) -> int:
    """Forget what belongs to deeds that will not leave any more, however they ended; return how much that was.

    What is asked because something came back has a time of its own.
    """
    may_leave = select(Effect.id).where(Effect.shop_id == shop_id, Effect.state.in_(_MAY_LEAVE))
    over = (Row.shop_id == shop_id, Row.effect_id.not_in(may_leave), Row.came_back.is_(False))
    return _count(session, delete(Row).where(*over))


def place(shop_id: int) -> str:
    """Name what an address is sealed for."""
    return f"address_asks.sealed_address:{shop_id}"


def _of(shop_id: int, effect_id: int) -> tuple[ColumnElement[bool], ...]:
    return Row.shop_id == shop_id, Row.effect_id == effect_id


def _told_back(shop_id: int, customer_id: int) -> Select[int]:
    theirs = select(Effect.id).where(Effect.shop_id == shop_id, Effect.customer_id == customer_id)
    told = (Row.came_back, Row.sealed_address.is_not(None), Row.effect_id.in_(theirs))
    return select(Row.id).where(Row.shop_id == shop_id, *told).order_by(Row.answered_at.desc(), Row.id).limit(1)


def _ask(row: Row) -> Ask:
    return Ask(
        effect_id=row.effect_id,
        asked=row.asked_at is not None,
        reminded=row.reminded_at is not None,
        answered=row.answered_at is not None,
        expires_at=row.expires_at,
        town=row.town or "",
        came_back=row.came_back,
    )


def _opened(sealed: bytes, shop_id: int, seal: Seal) -> Address:
    return Address(**json.loads(seal.open(sealed, place=place(shop_id))))


def _once(session: Session, statement: Update) -> bool:
    return _count(session, statement) == 1


def _count(session: Session, statement: Update | Delete) -> int:
    done = session.execute(statement.execution_options(synchronize_session=False))
    return cast("CursorResult[tuple[()]]", done).rowcount
