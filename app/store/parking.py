"""A deed that a person must see to before it can be done: it waits for their yes, as it would have for a first one."""

from sqlalchemy import update
from sqlalchemy.orm import Session

from app.domain.effects import State
from app.store import trail
from app.store.conditions import picked
from app.store.deeds import Deed
from app.store.moves import moved
from app.store.settling import release
from app.store.tables import Effect


def park(session: Session, deed: Deed, *, code: str, why: str, cost_minor: int | None = None) -> bool:
    """Let a picked deed wait for a person; its money goes back, and is set aside anew when they say yes.

    `cost_minor` is what it costs by now, where that has changed: so much is set aside then.
    """
    statement = (
        update(Effect)
        .where(Effect.id == deed.id, Effect.shop_id == deed.shop_id, picked(deed))
        .values(state=State.AWAITING, next_try_at=None, code=code, problem=why)
        .execution_options(synchronize_session=False)
    )
    if not moved(session, statement):
        return False
    row = session.get_one(Effect, deed.id, populate_existing=True)
    release(session, row)
    row.pool_id = None
    row.cost_minor = row.cost_minor if cost_minor is None else cost_minor
    session.flush()
    trail.row_moved(session, row, row.state, why=code)
    return True
