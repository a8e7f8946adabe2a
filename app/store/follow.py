"""What is still to come for a customer, and what was overtaken."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.effects import State
from app.store.deeds import Deed, readable
from app.store.tables import Effect


def coming(session: Session, *, shop_id: int, customer_id: int, currency: str) -> list[Deed]:
    """Return what waits for a customer, for its hour or for a person's yes."""
    theirs = (Effect.shop_id == shop_id, Effect.customer_id == customer_id)
    waiting = select(Effect).where(*theirs, Effect.state.in_((State.AWAITING, State.PLANNED))).order_by(Effect.id)
    found = session.scalars(waiting.execution_options(populate_existing=True))
    return list(readable(found, currency))


def is_overtaken(session: Session, *, shop_id: int, customer_id: int, effect_id: int) -> bool:
    """Return whether the customer's card is to be shown anew after this deed as well, or was already."""
    theirs = (Effect.shop_id == shop_id, Effect.customer_id == customer_id, Effect.kind == "push_card")
    return session.scalar(select(Effect.id).where(*theirs, Effect.id > effect_id).limit(1)) is not None
