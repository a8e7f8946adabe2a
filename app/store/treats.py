"""What customers were treated to, by agents and by rules alike."""

from contextlib import suppress
from datetime import datetime

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from app.domain.facts import Treat
from app.domain.rules.cool_down import MAKES_GOOD, TREATS
from app.store.care_tables import Care
from app.store.decisions import GIVEN
from app.store.deeds import Unreadable, understood
from app.store.tables import Effect
from app.store.undoing import STANDS


def latest(session: Session, *, shop_id: int, customer_id: int | None, since: datetime) -> Treat | None:
    """Return the last treat that the customer had since then, or has coming. True as `decisions.refunds_before` is.

    Nothing that makes good counts, nor what came in a hard time.
    """
    if customer_id is None:
        return None
    hard_time = select(Care.customer_id).where(
        Care.shop_id == shop_id,
        Care.customer_id == customer_id,
        and_(Care.sensitive_since <= Effect.created_at, Effect.created_at <= Care.sensitive_until),
    )
    theirs = select(Effect).where(
        Effect.shop_id == shop_id,
        Effect.customer_id == customer_id,
        Effect.kind.in_(TREATS),
        Effect.state.in_(GIVEN),
        STANDS,
        or_(Effect.reason.is_(None), Effect.reason.not_in(MAKES_GOOD)),
        Effect.due_at > since,
        ~hard_time.exists(),
    )
    for row in session.scalars(theirs.order_by(Effect.due_at.desc(), Effect.id.desc())):
        with suppress(Unreadable):
            effect = understood(row)
            return Treat(effect=effect, by=getattr(effect, "agent_name", ""), at=row.due_at)
    return None
