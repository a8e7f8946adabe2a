"""Who is preparing something for a customer just now: a word among colleagues, which holds nobody up."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from app.store.agent_tables import Attention as Row
from app.store.base import insert

LASTS = timedelta(minutes=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attention:
    """Who is preparing what, and since when."""

    agent_id: int
    what: str
    since: datetime


def take(
    session: Session, *, shop_id: int, customer_id: int, agent_id: int, what: str, now: datetime
) -> Attention | None:
    """Say that an agent is preparing something from now on; return the colleague's word that stands instead, if any."""
    values = {"agent_id": agent_id, "what": what, "since": now, "until": now + LASTS}
    statement = insert(session, Row).values(shop_id=shop_id, customer_id=customer_id, **values)
    taken = statement.on_conflict_do_update(
        index_elements=["shop_id", "customer_id"],
        set_=values,
        where=or_(Row.agent_id == agent_id, Row.until <= now),
    )
    if session.scalar(taken.returning(Row.agent_id)) is not None:
        return None
    return of_others(session, shop_id=shop_id, customer_id=customer_id, agent_id=agent_id, now=now)


def of_others(session: Session, *, shop_id: int, customer_id: int, agent_id: int, now: datetime) -> Attention | None:
    """Return which colleague is preparing something for the customer."""
    theirs = (Row.shop_id == shop_id, Row.customer_id == customer_id, Row.agent_id != agent_id, Row.until > now)
    row = session.execute(select(Row.agent_id, Row.what, Row.since).where(*theirs)).one_or_none()
    return None if row is None else Attention(agent_id=row.agent_id, what=row.what, since=row.since)


def let_go(session: Session, *, shop_id: int, agent_id: int, customer_id: int | None = None) -> None:
    """Let an agent be at nothing any more, for one customer or for anybody."""
    theirs = (Row.shop_id == shop_id, Row.agent_id == agent_id)
    this = theirs if customer_id is None else (*theirs, Row.customer_id == customer_id)
    session.execute(delete(Row).where(*this).execution_options(synchronize_session=False))


def forget(session: Session, *, shop_id: int, customer_ids: Collection[int]) -> None:
    """Let nobody be preparing anything for these customers."""
    gone = delete(Row).where(Row.shop_id == shop_id, Row.customer_id.in_(customer_ids))
    session.execute(gone.execution_options(synchronize_session=False))


def forget_old(session: Session, *, shop_id: int, before: datetime) -> None:
    """Drop what was over before that moment."""
    gone = delete(Row).where(Row.shop_id == shop_id, Row.until < before)
    session.execute(gone.execution_options(synchronize_session=False))
