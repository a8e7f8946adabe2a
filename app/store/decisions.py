"""Every decision kept, with its why or why-not; and what earlier deeds tell the next decision."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, String, cast, func, literal, select
from sqlalchemy.orm import Session

from app.domain.decisions import Decision as DomainDecision
from app.domain.effects import State
from app.domain.facts import GiftHistory
from app.domain.policy import Mode
from app.domain.rules.still_wanted import CARRIED
from app.store import orders
from app.store.tables import Decision, Effect, Order

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
    gifts = _gifts(shop_id, rule)
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
        given_here=_is_given(session, shop_id, order_id, rule),
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """What the same act on the same ticket came to before: amounts (minor units) that live, and how many do not."""

    live: tuple[int, ...]
    ended: int


def earlier(session: Session, *, shop_id: int, gesture: str, ticket_id: str, order_id: int | None = None) -> Earlier:
    """Return what became of earlier deeds of that kind, for one order or for any."""
    statement = select(Effect.state, Effect.cost_minor).where(
        Effect.shop_id == shop_id, Effect.kind == gesture, Effect.ticket_id == ticket_id
    )
    if order_id is not None:
        statement = statement.where(Effect.order_id == order_id)
    rows = session.execute(statement.order_by(Effect.id)).all()
    live = tuple(row.cost_minor or 0 for row in rows if row.state in _GIVEN)
    return Earlier(live=live, ended=len(rows) - len(live))


def waiting_flowers(session: Session, *, shop_id: int, ticket_id: str) -> tuple[str, ...]:
    """Return the keys of the ticket's flowers that can still be taken back."""
    statement = select(Effect.key).where(
        Effect.shop_id == shop_id,
        Effect.kind == "send_flowers",
        Effect.ticket_id == ticket_id,
        Effect.state.in_((State.AWAITING, State.PLANNED)),
    )
    return tuple(session.scalars(statement.order_by(Effect.id)))


def _is_given(session: Session, shop_id: int, order_id: int, rule: str) -> bool:
    this = select(Effect.id).where(*_gifts(shop_id, rule), Effect.order_id == order_id, Effect.state.in_(_GIVEN))
    return session.scalar(this.limit(1)) is not None


def _owed(session: Session, shop_id: int, order_id: int, customer_id: int | None, rule: str) -> bool:
    """Return whether a gift came too late for another parcel, and none was given since."""
    if customer_id is None:
        return False
    theirs = (*_gifts(shop_id, rule), Effect.customer_id == customer_id, Effect.order_id != order_id)
    dropped = select(func.max(Effect.ended_at)).where(*theirs, Effect.state == State.WITHDRAWN, Effect.code == CARRIED)
    moments = (session.scalar(dropped), _never_planned(session, shop_id, order_id, customer_id, rule))
    missed = max((moment for moment in moments if moment is not None), default=None)
    if missed is None:
        return False
    since = select(Effect.id).where(*theirs, Effect.state.in_(_GIVEN), Effect.created_at >= missed)
    return session.scalar(since.limit(1)) is None


def _never_planned(session: Session, shop_id: int, order_id: int, customer_id: int, rule: str) -> datetime | None:
    """Return when another parcel of theirs was last seen to have left before its gift could even be planned."""
    planned = select(Effect.id).where(*_gifts(shop_id, rule), Effect.order_id == Order.order_id)
    subject = literal("order:").concat(cast(Order.order_id, String))
    # The first sighting counts: a parcel that is seen again on its way was not missed again.
    sightings = (
        select(func.min(Decision.decided_at).label("first"))
        .join(Order, (Order.shop_id == Decision.shop_id) & (Decision.subject == subject))
        .where(
            Decision.shop_id == shop_id,
            Decision.rule == rule,
            Decision.code == CARRIED,
            Decision.mode != Mode.OBSERVE,
            Order.customer_id == customer_id,
            Order.order_id != order_id,
            ~planned.exists(),
        )
        .group_by(Order.order_id)
        .subquery()
    )
    latest: datetime | None = session.scalar(select(func.max(sightings.c.first)))
    return latest


def _gifts(shop_id: int, rule: str) -> tuple[ColumnElement[bool], ...]:
    return Effect.shop_id == shop_id, Effect.kind == "add_gift_line", Effect.rule == rule
