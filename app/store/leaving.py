"""A shop takes the app out: nothing that it still had before it is done any more."""

from datetime import datetime

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from app.domain.effects import State
from app.domain.rules import special_customer
from app.store import asks, pools, trail
from app.store.conditions import by_hand
from app.store.tables import Customer, Effect

_PENDING = (State.AWAITING, State.PLANNED)
CODE = "shop_gone"


def withdraw_everything(session: Session, *, shop_id: int, why: str, now: datetime) -> int:
    """Take back every deed that has not left, notes too, its money with it; return how many.

    What is out already, or may be, stays as it is: it happened, or will be looked up should the shop come back.
    """
    waits = or_(Effect.state.in_(_PENDING), by_hand())
    pending = select(Effect).where(Effect.shop_id == shop_id, waits).order_by(Effect.id)
    rows = session.scalars(pending.with_for_update().execution_options(populate_existing=True)).all()
    for row in rows:
        row.state, row.next_try_at, row.ended_at = State.WITHDRAWN, None, now
        row.code, row.problem = CODE, why
        if row.pool_id is not None and row.cost_minor:
            pools.release(session, shop_id=shop_id, pool_id=row.pool_id, minor=row.cost_minor)
        trail.row_moved(session, row, row.state, why=CODE)
    session.flush()
    asks.clear_out(session, shop_id=shop_id)
    _decide_anew(session, shop_id, now)
    return len(rows)


def _decide_anew(session: Session, shop_id: int, now: datetime) -> None:
    """Count those whose mark never left, on or off, as undecided: it would be thought on its way for ever."""
    marks = (Effect.kind == "tag_customer", Effect.rule == special_customer.RULE)
    taken_back = (Effect.state == State.WITHDRAWN, Effect.code == CODE, Effect.ended_at == now)
    theirs = select(Effect.customer_id).where(Effect.shop_id == shop_id, *marks, *taken_back)
    session.execute(
        update(Customer)
        .where(Customer.shop_id == shop_id, Customer.customer_id.in_(theirs))
        .values(special=False, changes=Customer.changes + 1, changed_at=None)
        .execution_options(synchronize_session=False)
    )
