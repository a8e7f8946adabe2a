"""What was put off for hours for want of a key or a right goes on as soon as it is there, or is taken again."""

from datetime import datetime, timedelta

from sqlalchemy import update
from sqlalchemy.orm import Session

from app.domain.effects import State
from app.store.tables import Delivery, Effect

_SOON = timedelta(minutes=2)  # what waits for less comes by itself, or is in a worker's hands


def go_on(session: Session, *, shop_id: int, kind: str | None, now: datetime) -> None:
    """Let an account's letters and the shop's deeds be tried now; whoever waits for somebody else hears the same again.

    Without a `kind` the letters of all accounts are: an agent's press may wait for a right in the store as well.
    What is in doubt keeps its quarantine, and what has its own hour keeps that.
    """
    whose = () if kind is None else (Delivery.source == kind,)
    letters = (Delivery.shop_id == shop_id, *whose, Delivery.next_try_at > now + _SOON)
    overdue = (Effect.shop_id == shop_id, Effect.next_try_at > now + _SOON, Effect.due_at <= now)
    for waiting in (
        update(Delivery).where(*letters).values(next_try_at=now),
        update(Effect).where(*overdue, Effect.state == State.PLANNED).values(next_try_at=now),
    ):
        session.execute(waiting.execution_options(synchronize_session=False))
