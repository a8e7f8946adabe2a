"""How far a shop's review has come: it is made some customers at a time, and goes on behind the last."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.store.base import insert
from app.store.watch_tables import Review


@dataclass(frozen=True, slots=True, kw_only=True)
class UnderWay:
    """A review that was begun: all of it is decided as of `began_at`. `few`: a person need not be asked."""

    began_at: datetime
    few: bool
    reached: int
    changed: int


def under_way(session: Session, *, shop_id: int, period: str) -> UnderWay | None:
    """Return the review that was begun for that period, ended or not."""
    columns = (Review.began_at, Review.few, Review.reached, Review.changed)
    row = session.execute(select(*columns).where(Review.shop_id == shop_id, Review.period == period)).one_or_none()
    return None if row is None else UnderWay(**row._mapping)  # noqa: SLF001  # how a row is told as a mapping


def begin(session: Session, *, shop_id: int, period: str, few: bool, now: datetime) -> None:
    """Begin at the first customer, in place of whatever review came before."""
    values = {"period": period, "began_at": now, "few": few, "reached": 0, "changed": 0}
    statement = insert(session, Review).values(shop_id=shop_id, **values)
    session.execute(statement.on_conflict_do_update(index_elements=["shop_id"], set_=values))


def reach(session: Session, *, shop_id: int, customer_id: int, changed: int) -> None:
    """Go on behind that customer from now on; so many more were changed."""
    values = {"reached": customer_id, "changed": Review.changed + changed}
    session.execute(
        update(Review).where(Review.shop_id == shop_id).values(values).execution_options(synchronize_session=False)
    )
