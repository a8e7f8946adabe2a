"""A deed that was taken back: its row stays where it is and says so, and its money is in the pool again."""

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.domain.effects import State
from app.store import pools, trail
from app.store.deeds import PENDING
from app.store.tables import Effect

TAKEN_BACK = "taken_back"  # the code of a deed that was done and then undone
STANDS = or_(Effect.code.is_(None), Effect.code != TAKEN_BACK)


def undone(session: Session, *, shop_id: int, key: str) -> bool:
    """Note that the deed of that key was taken back, and return its money to the month that paid; False if not done.

    Called with the end of the deed that undid it, in one transaction: the money comes back with it, once. What was
    still on its way was only set aside, and not spent.
    """
    done = (Effect.shop_id == shop_id, Effect.key == key, Effect.state == State.DONE, STANDS)
    found = select(Effect).where(*done).with_for_update().execution_options(populate_existing=True)
    row = session.scalar(found)
    if row is None:
        return False
    put_back = pools.release if row.code == PENDING else pools.give_back
    if row.pool_id is not None and row.cost_minor:
        put_back(session, shop_id=shop_id, pool_id=row.pool_id, minor=row.cost_minor)
    row.code, row.problem = TAKEN_BACK, "It was taken back; the money is in the pool again."
    row.next_try_at = None  # nobody looks any more whether it arrives
    session.flush()
    trail.row_moved(session, row, TAKEN_BACK)
    return True
