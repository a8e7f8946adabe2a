"""Done, and may yet fail, as money that is on its way: looked at again until it has arrived, or has not.

wait ─▶ done, pending      looked at again later; the money stays set aside
arrived ─▶ done            money spent
failed ─▶ refused          it came back: the money goes back to the month that held it
"""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from app.domain.effects import State
from app.domain.ports import Receipt
from app.store import trail
from app.store.conditions import on_its_way
from app.store.deeds import Deed
from app.store.moves import moved
from app.store.settling import release, settle, true_cost
from app.store.tables import Effect

FAILED = "failed_late"


def wait(session: Session, deed: Deed, *, until: datetime) -> bool:
    """Look at it again at that moment."""
    return _move(session, deed, next_try_at=until)


def arrived(session: Session, deed: Deed, receipt: Receipt) -> bool:
    """Record that nothing can go wrong with it any more, and what it truly cost."""
    if not _move(session, deed, next_try_at=None, code=None, remark=receipt.remark or None):
        return False
    cost = true_cost(deed, receipt)
    settle(session, deed, cost)
    trail.moved(session, deed, State.DONE, why="arrived", minor=None if cost is None else cost.minor)
    return True


def failed(session: Session, deed: Deed, *, why: str, now: datetime) -> bool:
    """Record that it came to nothing after all."""
    if not _move(session, deed, state=State.REFUSED, next_try_at=None, code=FAILED, problem=why, ended_at=now):
        return False
    row = session.get_one(Effect, deed.id, populate_existing=True)
    release(session, row)
    trail.row_moved(session, row, row.state, why=FAILED)
    return True


def look_now(session: Session, *, shop_id: int, order_ids: Collection[int], now: datetime) -> None:
    """Look at what is on its way on orders of which there is news."""
    news = (Effect.shop_id == shop_id, Effect.order_id.in_(order_ids), on_its_way(), Effect.next_try_at > now)
    statement = update(Effect).where(*news).values(next_try_at=now)
    session.execute(statement.execution_options(synchronize_session=False))


def _move(session: Session, deed: Deed, **changes: datetime | str | int | None) -> bool:
    # The try counts: whoever looked before, and comes back late, must not overwrite what was seen since.
    mine = (Effect.id == deed.id, Effect.shop_id == deed.shop_id, on_its_way(), Effect.attempts == deed.attempts)
    statement = update(Effect).where(*mine).values(**changes).execution_options(synchronize_session=False)
    return moved(session, statement)
