"""What a month did not hold and a lead allows all the same: the month holds just as much more, and the deed goes ahead.

A purse is given more by people alone, each time in a row of its own, and whatever becomes of the merchant's limit.
"""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, func, or_, select, true, update
from sqlalchemy.orm import Session, aliased

from app.domain.effects import Pool, State
from app.store import pools, trail
from app.store.base import WHO
from app.store.decisions import GIVEN
from app.store.deeds import Deed, deed_of
from app.store.moves import moved
from app.store.settling import Purse, reserve
from app.store.tables import Effect
from app.store.watch_tables import Trail

_LIFTABLE = ("refund_order", "send_flowers", "add_gift_line", "write_card", "send_gift")
LIFTED_FOR = timedelta(days=7)  # later the customer has been helped otherwise, or waits no more


def liftable(now: datetime) -> ColumnElement[bool]:
    """Hold for what an agent asked for, the month did not hold, and nobody has done in another way since."""
    other = aliased(Effect)
    one_sum = and_(
        Effect.kind == "refund_order", other.order_id == Effect.order_id, other.cost_minor == Effect.cost_minor
    )
    one_ticket = and_(Effect.kind.in_(("send_flowers", "write_card", "send_gift")), other.ticket_id == Effect.ticket_id)
    one_order = and_(Effect.kind == "add_gift_line", other.order_id == Effect.order_id, other.ticket_id.is_not(None))
    done_otherwise = select(other.id).where(
        other.shop_id == Effect.shop_id,
        other.id != Effect.id,
        other.kind == Effect.kind,
        other.state.in_(GIVEN),
        or_(one_sum, one_ticket, one_order),
    )
    asked_for = and_(Effect.kind.in_(_LIFTABLE), Effect.ticket_id.is_not(None))
    return and_(
        Effect.state == State.OVER_BUDGET, asked_for, Effect.ended_at > now - LIFTED_FOR, ~done_otherwise.exists()
    )


def lift(
    session: Session, *, shop_id: int, effect_id: int, purse: Purse, now: datetime, even_own: bool = False
) -> Deed | None:
    """Let a deed go ahead that its month did not hold; None where it is too late, or whoever lifts it asked for it.

    The caller holds the shop's lock, so that nobody asks for it anew at the same moment. `even_own` is for whoever
    leads alone.
    """
    lifts = session.info.get(WHO, trail.HOUSE)
    others = true() if even_own else _asked_by() != lifts
    statement = (
        update(Effect)
        .where(Effect.id == effect_id, Effect.shop_id == shop_id, liftable(now), others)
        .values(state=State.PLANNED, next_try_at=Effect.due_at, ended_at=None, code=None, problem=None)
        .execution_options(synchronize_session=False)
    )
    if not moved(session, statement):
        return None
    row = session.get_one(Effect, effect_id, populate_existing=True)
    _make_room(session, row, purse, now)
    reserve(session, row, purse, now)
    trail.row_moved(session, row, row.state, why="lifted")
    return deed_of(row, purse.currency)


def allowable(session: Session, *, shop_id: int, effect_ids: Collection[int], now: datetime) -> dict[int, str]:
    """Return which of these deeds wait for somebody's yes, or for more than the month holds, and who asked for each.

    They are named as the trail names them.
    """
    waits = or_(Effect.state == State.AWAITING, liftable(now))
    statement = select(Effect.id, _asked_by()).where(Effect.shop_id == shop_id, Effect.id.in_(effect_ids), waits)
    return dict(session.execute(statement).all())


def grant(session: Session, *, shop_id: int, pool: Pool, minor: int, key: str, purse: Purse, now: datetime) -> bool:
    """Let this month's purse hold so much more; return False where that very word was taken already."""
    month = pools.open_month(session, shop_id=shop_id, name=pool, month=purse.month, limit_minor=purse.limits[pool])
    if not pools.grant(session, shop_id=shop_id, pool_id=month.id, key=key, minor=minor, now=now):
        return False
    trail.note(session, shop_id=shop_id, what="granted", why=f"{pool} {purse.month}", minor=minor)
    return True


def _make_room(session: Session, row: Effect, purse: Purse, now: datetime) -> None:
    """Let the month hold what it lacks for the deed. It is held from here on: what is found stays true."""
    pool, cost = Pool(row.pool_name or Pool.TEAM), row.cost_minor or 0
    month = pools.open_month(session, shop_id=row.shop_id, name=pool, month=purse.month, limit_minor=purse.limits[pool])
    if cost > month.left_minor:
        key, lacking = f"lift:{row.id}", cost - month.left_minor
        grant(session, shop_id=row.shop_id, pool=pool, minor=lacking, key=key, purse=purse, now=now)


def _asked_by() -> ColumnElement[str]:
    """Return in whose name the deed was first written down; "" where the trail does not say."""
    first = select(Trail.who).where(Trail.shop_id == Effect.shop_id, Trail.effect_id == Effect.id)
    return func.coalesce(first.order_by(Trail.id).limit(1).scalar_subquery(), "")
