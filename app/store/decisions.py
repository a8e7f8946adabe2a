"""Every decision kept, with its why or why-not; and what earlier deeds tell the next decision."""

from datetime import datetime

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session, aliased

from app.domain.decisions import Decision as DomainDecision
from app.domain.effects import State
from app.domain.facts import GiftHistory
from app.domain.rules.still_wanted import CARRIED
from app.store import orders
from app.store.tables import Decision, Effect

# What was given, or is certain enough to be given that another gift would be one too many.
_GIVEN = (State.AWAITING, State.PLANNED, State.SENDING, State.UNCERTAIN, State.DONE)


def keep(
    session: Session,
    decision: DomainDecision,
    *,
    shop_id: int,
    delivery_id: int | None,
    mode: str,
    now: datetime,
) -> int:
    """Write the decision down; return its id."""
    row = Decision(
        shop_id=shop_id,
        delivery_id=delivery_id,
        rule=decision.rule,
        mode=mode,
        subject=decision.subject,
        code=decision.code,
        because=decision.because,
        decided_at=now,
    )
    session.add(row)
    session.flush()
    return row.id


def gift_history(
    session: Session, *, shop_id: int, order_id: int, customer_id: int | None, rule: str, day_start: datetime
) -> GiftHistory:
    """Return what this customer, and this day since `day_start`, were given by the rule."""
    gifts = (Effect.shop_id == shop_id, Effect.kind == "add_gift_line", Effect.rule == rule)
    theirs = (*gifts, Effect.customer_id == customer_id, Effect.order_id != order_id)
    given = session.execute(select(Effect.payload, Effect.due_at).where(*theirs, Effect.state.in_(_GIVEN))).all()
    today = session.scalar(
        select(func.count()).where(
            *gifts, Effect.state.in_(_GIVEN), Effect.created_at >= day_start, Effect.order_id != order_id
        )
    )
    return GiftHistory(
        ordinal=orders.ordinal(session, shop_id=shop_id, order_id=order_id),
        given_variants=frozenset(row.payload["variant_id"] for row in given),
        last_gift_at=max((row.due_at for row in given), default=None),
        gifts_today=today or 0,
        owed=_owed(session, shop_id, order_id, customer_id, rule),
    )


def keep_refunds(session: Session, *, shop_id: int, customer_id: int | None, since: datetime) -> int:
    """Return how many refunds without return the customer had since then, or has coming."""
    if customer_id is None:
        return 0
    statement = select(func.count()).where(
        Effect.shop_id == shop_id,
        Effect.kind == "refund_order",
        Effect.customer_id == customer_id,
        Effect.created_at >= since,
        Effect.state.in_(_GIVEN),
    )
    return session.scalar(statement) or 0


def waiting_flowers(session: Session, *, shop_id: int, ticket_id: str) -> tuple[str, ...]:
    """Return the keys of the ticket's flowers that can still be taken back."""
    statement = select(Effect.key).where(
        Effect.shop_id == shop_id,
        Effect.kind == "send_flowers",
        Effect.ticket_id == ticket_id,
        Effect.state.in_((State.AWAITING, State.PLANNED)),
    )
    return tuple(session.scalars(statement.order_by(Effect.id)))


def _owed(session: Session, shop_id: int, order_id: int, customer_id: int | None, rule: str) -> bool:
    """Whether a gift came too late for an earlier parcel, and none was given since."""
    if customer_id is None:
        return False
    late, made_good = aliased(Effect), aliased(Effect)
    since = select(made_good.id).where(
        made_good.shop_id == shop_id,
        made_good.customer_id == customer_id,
        made_good.kind == "add_gift_line",
        made_good.rule == rule,
        made_good.order_id != order_id,
        made_good.id > late.id,
        made_good.state.in_(_GIVEN),
    )
    missed = and_(
        late.shop_id == shop_id,
        late.customer_id == customer_id,
        late.kind == "add_gift_line",
        late.rule == rule,
    )
    statement = select(late.id).where(
        missed,
        late.order_id != order_id,
        late.state == State.WITHDRAWN,
        late.code == CARRIED,
        ~since.exists(),
    )
    return session.scalar(statement.limit(1)) is not None
