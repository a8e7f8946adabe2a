"""Not now: an agent wants nothing suggested for a customer for a while. Marks stay, and so does what was promised."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.domain.card import NotNow
from app.store import trail
from app.store.agent_tables import Agent
from app.store.base import insert
from app.store.snooze_tables import Snooze


def snooze(session: Session, *, shop_id: int, customer_id: int, agent_id: int, until: datetime) -> bool:
    """Suggest nothing for the customer until then, whatever was said before; False where the shop has no such agent."""
    known = select(Agent.id).where(Agent.shop_id == shop_id, Agent.id == agent_id)
    if session.scalar(known) is None:
        return False
    said = {"agent_id": agent_id, "snoozed_until": until}
    statement = insert(session, Snooze).values(shop_id=shop_id, customer_id=customer_id, **said)
    session.execute(statement.on_conflict_do_update(index_elements=["shop_id", "customer_id"], set_=said))
    trail.note(session, shop_id=shop_id, what="snoozed", why=f"agent {agent_id}, until {until:%Y-%m-%d}")
    return True


def wake(session: Session, *, shop_id: int, customer_id: int) -> bool:
    """Suggest again whatever there is to suggest; return False where nobody had said otherwise."""
    if not forget(session, shop_id=shop_id, customer_ids=[customer_id]):
        return False
    trail.note(session, shop_id=shop_id, what="woken")
    return True


def not_now(session: Session, *, shop_id: int, customer_id: int, now: datetime) -> NotNow | None:
    """Return until when nothing is suggested for the customer, and who said so; None where that is over."""
    theirs = (Snooze.shop_id == shop_id, Snooze.customer_id == customer_id, Snooze.snoozed_until > now)
    by = (Agent.id == Snooze.agent_id) & (Agent.shop_id == Snooze.shop_id)
    found = session.execute(select(Snooze.snoozed_until, Agent.name).join(Agent, by).where(*theirs)).one_or_none()
    return None if found is None else NotNow(until=found.snoozed_until, said_by=found.name)


def hand_over(session: Session, *, shop_id: int, kept: int, gone: int) -> None:
    """Let two customers who are one be left in peace for as long as the later of both was to be."""
    both = select(Snooze.agent_id, Snooze.snoozed_until).where(
        Snooze.shop_id == shop_id, Snooze.customer_id.in_((kept, gone))
    )
    longest = session.execute(both.order_by(Snooze.snoozed_until.desc()).limit(1)).one_or_none()
    if longest is not None:
        forget(session, shop_id=shop_id, customer_ids=[kept, gone])
        said = {"agent_id": longest.agent_id, "snoozed_until": longest.snoozed_until}
        session.execute(insert(session, Snooze).values(shop_id=shop_id, customer_id=kept, **said))


def forget(session: Session, *, shop_id: int, customer_ids: Collection[int]) -> int:
    """Forget what was put off for these customers; return for how many anything was."""
    gone = delete(Snooze).where(Snooze.shop_id == shop_id, Snooze.customer_id.in_(customer_ids))
    return len(session.scalars(gone.returning(Snooze.customer_id)).all())


def prune(session: Session, *, shop_id: int, before: datetime) -> int:
    """Drop what has been over since before that moment; return how many rows."""
    over = delete(Snooze).where(Snooze.shop_id == shop_id, Snooze.snoozed_until < before)
    return len(session.scalars(over.returning(Snooze.customer_id)).all())
