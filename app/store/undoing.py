"""A deed that was taken back: its row stays where it is and says so, and its money is in the pool again."""

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from app.domain.effects import State
from app.store import pools, trail
from app.store.moves import moved
from app.store.tables import Effect

TAKEN_BACK = "taken_back"  # the code of a deed that was done and then undone
STANDS = or_(Effect.code.is_(None), Effect.code != TAKEN_BACK)


def undone(session: Session, *, shop_id: int, key: str) -> bool:
    """Note that the deed of that key was taken back, and return its money to the month that paid; False if not done.

    Called with the end of the deed that undid it, in one transaction: the money comes back with it, once.
    """
    statement = (
        update(Effect)
        .where(Effect.shop_id == shop_id, Effect.key == key, Effect.state == State.DONE, STANDS)
        .values(code=TAKEN_BACK, problem="It was taken back; the money is in the pool again.")
        .execution_options(synchronize_session=False)
    )
    if not moved(session, statement):
        return False
    row = session.scalars(select(Effect).where(Effect.shop_id == shop_id, Effect.key == key)).one()
    if row.pool_id is not None and row.cost_minor:
        pools.give_back(session, shop_id=shop_id, pool_id=row.pool_id, minor=row.cost_minor)
    trail.row_moved(session, row, TAKEN_BACK)
    return True
