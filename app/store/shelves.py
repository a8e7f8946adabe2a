"""What is taken off the store's own shelves: promised and not gone yet, on its way out, or gone a moment ago.

The store is asked how many there are while no transaction is open. What it cannot have counted off yet, these books do.
"""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import ColumnElement, String, and_, case, cast, func, or_, select
from sqlalchemy.orm import Session

from app.domain.effects import State
from app.domain.gifts import OWN_STORE
from app.store.decisions import UNDER_WAY
from app.store.shortage_tables import Shortage
from app.store.tables import Effect

_AT_LARGE = (State.SENDING, State.UNCERTAIN)
_BY_VARIANT = ("add_gift_line", "send_gift_order")
# As text: the numbers of variants are beyond what a database takes for a whole number in JSON.
_VARIANT = cast(
    case(
        (Effect.kind == "send_gift", Effect.payload["sku"].as_string()), else_=Effect.payload["variant_id"].as_string()
    ),
    String,
)
_OFF_THE_SHELF = or_(Effect.kind.in_(_BY_VARIANT), and_(Effect.kind == "send_gift", Effect.vendor == OWN_STORE))


def promised(session: Session, *, shop_id: int, variants: Collection[int], since: datetime) -> Mapping[int, int]:
    """Return how many of each variant wait to leave, or have left since the store was asked how many there are."""
    return _taken(session, shop_id, variants, _since(since, *UNDER_WAY))


def must_wait(session: Session, *, shop_id: int, taking: Mapping[int, int]) -> frozenset[int]:
    """Return which of these deeds must not leave now, by the variant that each takes one of.

    What is kept back is counted as the store told it last, less all that may have left since. Whoever asks holds it
    until the transaction ends, so that of two who would take the last piece one sees the other go.
    """
    if not taking:
        return frozenset()
    kept = select(Shortage).where(Shortage.shop_id == shop_id, Shortage.variant_id.in_(set(taking.values())))
    waits: set[int] = set()
    held = kept.order_by(Shortage.id).with_for_update().execution_options(populate_existing=True)
    for row in session.scalars(held).all():
        if row.available is None or row.looked_at is None:
            continue  # nobody counts it
        gone = _taken(session, shop_id, [row.variant_id], _since(row.looked_at, *_AT_LARGE))
        left = max(row.available - row.kept - gone.get(row.variant_id, 0), 0)
        waits.update(sorted(number for number, variant in taking.items() if variant == row.variant_id)[left:])
    return frozenset(waits)


def _since(moment: datetime, *states: State) -> ColumnElement[bool]:
    return or_(Effect.state.in_(states), and_(Effect.state == State.DONE, Effect.ended_at >= moment))


def _taken(session: Session, shop_id: int, variants: Collection[int], when: ColumnElement[bool]) -> Mapping[int, int]:
    these = (Effect.shop_id == shop_id, _OFF_THE_SHELF, when, _VARIANT.in_(list(map(str, variants))))
    counts = select(_VARIANT.label("variant"), func.count()).where(*these).group_by("variant")
    return {int(variant): int(count) for variant, count in session.execute(counts)}
