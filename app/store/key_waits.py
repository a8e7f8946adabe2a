"""What was put off for hours because a key was not taken goes on as soon as another is there, or it is taken again."""

from datetime import datetime, timedelta

from sqlalchemy import update
from sqlalchemy.orm import Session

from app.domain.effects import State
from app.store.tables import Delivery, Effect

_SOON = timedelta(minutes=2)  # what waits for less comes by itself, or is in a worker's hands


def go_on(session: Session, *, shop_id: int, kind: str, now: datetime) -> None:
    """Let an account's letters and the shop's deeds be tried now; whoever waits for somebody else hears the same again.

    What is in doubt keeps its quarantine, and what has its own hour keeps that.
    """
    letters = (Delivery.shop_id == shop_id, Delivery.source == kind, Delivery.next_try_at > now + _SOON)
    overdue = (Effect.shop_id == shop_id, Effect.next_try_at > now + _SOON, Effect.due_at <= now)
    for waiting in (
        update(Delivery).where(*letters).values(next_try_at=now),
        update(Effect).where(*overdue, Effect.state == State.PLANNED).values(next_try_at=now),
    ):
        session.execute(waiting.execution_options(synchronize_session=False))
