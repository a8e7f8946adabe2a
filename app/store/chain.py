"""The seals on the trail: each row's is made from what the row says and from the seal before, with a key of the shop's.

The rows are sealed a moment after they were written, by one process at a time, in the order in which they are found:
whoever writes never waits for another. Who changes, removes, swaps or slips in a sealed row breaks the chain; who cuts
its end off leaves a head that leads nowhere.
"""

import hashlib
import hmac
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session

from app.domain.effects import State
from app.store.base import insert
from app.store.sealed import Seal
from app.store.tables import Effect
from app.store.watch_tables import Trail, TrailHead

_KEY_BYTES = 32
AT_ONCE = 500  # rows in one transaction, and in memory
ENOUGH = 100  # faults to be told


@dataclass(frozen=True, slots=True)
class Head:
    """Where a chain ends. Kept elsewhere as well, it tells when the end was cut off."""

    place: int
    seal: str

    def __str__(self) -> str:
        return f"{self.place}:{self.seal}"


def unsealed(session: Session) -> list[int]:
    """Return the shops with rows to be sealed. Crosses tenants: only the ticker may ask, and it learns ids alone."""
    return list(session.scalars(select(Trail.shop_id).where(Trail.place.is_(None)).distinct()))


def seal_some(session: Session, *, shop_id: int, seal: Seal) -> Head | None:
    """Seal the shop's oldest rows without a seal; return where the chain ends now, None when nothing was left to do.

    Whoever finds somebody else at it leaves it to them.
    """
    values = {"shop_id": shop_id, "place": 0, "seal": "", "sealed_key": _new_key(shop_id, seal)}
    session.execute(insert(session, TrailHead).values(values).on_conflict_do_nothing())
    this = select(TrailHead).where(TrailHead.shop_id == shop_id).with_for_update(skip_locked=True)
    head = session.scalar(this.execution_options(populate_existing=True))
    if head is None:
        return None
    rows = _rows(session, Trail.shop_id == shop_id, Trail.place.is_(None))
    if not rows:
        return None
    key = _key(head, seal)
    sealed = []
    for row in rows:
        head.place, head.seal = head.place + 1, _seal_of(row, head.place + 1, head.seal, key)
        sealed.append({"id": row.id, "place": head.place, "seal": head.seal})
    session.execute(update(Trail), sealed)
    return Head(head.place, head.seal)


def head_of(session: Session, *, shop_id: int) -> Head | None:
    """Return where the shop's chain ends."""
    row = session.get(TrailHead, shop_id, populate_existing=True)
    return None if row is None else Head(row.place, row.seal)


def faults(session: Session, *, shop_id: int, seal: Seal, known: Head | None = None) -> list[str]:
    """Return what is wrong with the shop's trail, in words; nothing when it is whole and says what the ledger says.

    `known` is a head that somebody wrote down elsewhere. Where all is wrong, the first hundred faults are enough.
    """
    return list(islice(_faults(session, shop_id, seal, known), ENOUGH))


def _faults(session: Session, shop_id: int, seal: Seal, known: Head | None) -> Iterator[str]:
    head = session.get(TrailHead, shop_id, populate_existing=True)
    if head is None:
        if session.scalar(select(Trail.id).where(Trail.shop_id == shop_id, Trail.place.is_not(None)).limit(1)):
            yield "there are sealed rows, and the head of their chain is gone"
        elif known is not None:
            yield f"the chain is gone; it once reached place {known.place}"
        return
    last, key = Head(0, ""), _key(head, seal)
    for row in _chained(session, shop_id):
        place = last.place + 1
        if row.place != place:
            yield f"row {row.id}: place {place} of the chain is missing"
        elif not hmac.compare_digest(row.seal or "", _seal_of(row, place, last.seal, key)):
            yield f"row {row.id}: what it says is not what was sealed at place {place}"
        last = Head(row.place or place, row.seal or "")
        if known is not None and known.place == last.place and known != last:
            yield f"row {row.id}: another seal than the one known for place {known.place}"
    if last != Head(head.place, head.seal):
        yield f"the chain ends at place {last.place}, its head is at place {head.place}"
    if known is not None and known.place > last.place:
        yield f"the chain ends at place {last.place}; it once reached place {known.place}"
    yield from _against_the_ledger(session, shop_id)


def _against_the_ledger(session: Session, shop_id: int) -> Iterator[str]:
    """Yield the deeds of which the trail says something else than the ledger; older than the trail, it is silent."""
    states = Trail.what.in_([*State])
    newest = (
        select(func.max(Trail.id))
        .where(Trail.shop_id == shop_id, Trail.effect_id.is_not(None), states)
        .group_by(Trail.effect_id)
    )
    told = (
        select(Trail.effect_id, Trail.what, Effect.state)
        .outerjoin(Effect, (Effect.id == Trail.effect_id) & (Effect.shop_id == Trail.shop_id))
        .where(Trail.id.in_(newest), (Effect.state != Trail.what) | Effect.state.is_(None))
        .order_by(Trail.effect_id)
        .limit(AT_ONCE)
    )
    for effect_id, what, state in session.execute(told):
        yield f"deed {effect_id}: the trail says {what}, the ledger {state or 'knows no such deed'}"


def _chained(session: Session, shop_id: int) -> Iterator[Trail]:
    after = 0
    while rows := _rows(session, Trail.shop_id == shop_id, Trail.place > after, by_place=True):
        yield from rows
        after = rows[-1].place or after
        session.expunge_all()


def _rows(session: Session, *which: ColumnElement[bool], by_place: bool = False) -> list[Trail]:
    some = select(Trail).where(*which).order_by(Trail.place if by_place else Trail.id).limit(AT_ONCE)
    return list(session.scalars(some.execution_options(populate_existing=True)))


def _seal_of(row: Trail, place: int, before: str, key: bytes) -> str:
    says = [place, before, row.id, row.shop_id, row.at.isoformat(), row.what, row.who, row.rule, row.why]
    says += [row.amount_minor, row.effect_id, row.reference]
    return hmac.new(key, json.dumps(says).encode(), hashlib.sha256).hexdigest()


def _new_key(shop_id: int, seal: Seal) -> bytes:
    return seal.close(os.urandom(_KEY_BYTES).hex(), place=_place(shop_id))


def _key(head: TrailHead, seal: Seal) -> bytes:
    return bytes.fromhex(seal.open(head.sealed_key, place=_place(head.shop_id)))


def _place(shop_id: int) -> str:
    return f"trail_heads.sealed_key:{shop_id}"
