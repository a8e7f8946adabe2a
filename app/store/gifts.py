"""What customers were given so far, what is owed to them, and what an order carries already."""

from datetime import datetime

from sqlalchemy import ColumnElement, String, cast, func, literal, select
from sqlalchemy.orm import Session

from app.domain.effects import Gift, State
from app.domain.facts import GiftHistory
from app.domain.policy import Mode
from app.domain.rules.gift_order import TOO_LATE
from app.store import orders
from app.store.decisions import GIVEN
from app.store.deeds import understood
from app.store.tables import Decision, Effect, Order
from app.store.undoing import STANDS, TAKEN_BACK

_KINDS = ("add_gift_line", "send_gift_order")
_STILL_HERE = (State.AWAITING, State.PLANNED)
_PERHAPS_OUT = (State.SENDING, State.UNCERTAIN, State.DONE)
_NO = ("declined", "withdrawn", "merged")  # codes of gifts that somebody would not have, by whichever parcel


def history(
    session: Session,
    *,
    shop_id: int,
    order_id: int,
    customer_id: int | None,
    rule: str,
    day_start: datetime,
    since: datetime | None = None,
) -> GiftHistory:
    """Return what this customer, and this day since `day_start`, were given; nothing from before `since` may act."""
    elsewhere = (*_given(shop_id), Effect.order_id.is_distinct_from(order_id))
    theirs = select(Effect.payload, Effect.due_at, Effect.rule).where(*elsewhere, Effect.customer_id == customer_id)
    given = session.execute(theirs).all()
    today = select(func.count()).where(*elsewhere, Effect.rule == rule, Effect.created_at >= day_start)
    here = _on(session, shop_id, order_id, rule)
    return GiftHistory(
        ordinal=orders.ordinal(session, shop_id=shop_id, order_id=order_id),
        # Nobody gets the same thing twice, whichever rule gave it first.
        given_variants=frozenset(row.payload["variant_id"] for row in given),
        last_gift_at=max((row.due_at for row in given if row.rule == rule), default=None),
        gifts_today=session.scalar(today) or 0,
        owed=_owed(session, shop_id, order_id, customer_id, rule),
        given_here=bool(here),
        unwished=_was_told_no(session, shop_id, order_id, rule),
        waiting_here=tuple(row.key for row in here if row.state in _STILL_HERE),
        left_here=tuple(_gift(row) for row in here if row.state in _PERHAPS_OUT and row.code != TAKEN_BACK),
        since=since,
    )


def _on(session: Session, shop_id: int, order_id: int, rule: str) -> list[Effect]:
    """Return what an order carries, or carried until it was taken back: nothing is given to it a second time."""
    this = select(Effect).where(*_gifts(shop_id), Effect.rule == rule, Effect.order_id == order_id)
    # Held, so that none of them passes the gate while it is decided whether it is withdrawn or has to be undone.
    held = this.where(Effect.state.in_(GIVEN)).order_by(Effect.id).with_for_update()
    return list(session.scalars(held.execution_options(populate_existing=True)))


def _was_told_no(session: Session, shop_id: int, order_id: int, rule: str) -> bool:
    told = (Effect.state == State.WITHDRAWN, Effect.code.in_(_NO))
    this = select(Effect.id).where(*_gifts(shop_id), Effect.rule == rule, Effect.order_id == order_id, *told)
    return session.scalar(this.limit(1)) is not None


def _gift(row: Effect) -> Gift:
    gift = understood(row)
    if not isinstance(gift, Gift):
        raise TypeError(f"effect {row.id} is no gift")
    return gift


def _owed(session: Session, shop_id: int, order_id: int, customer_id: int | None, rule: str) -> bool:
    """Return whether a gift came too late for another parcel, and none was given since."""
    if customer_id is None:
        return False
    theirs = (Effect.rule == rule, Effect.customer_id == customer_id, Effect.order_id.is_distinct_from(order_id))
    carried = (Effect.state == State.WITHDRAWN, Effect.code == TOO_LATE)
    dropped = select(func.max(Effect.ended_at)).where(*_gifts(shop_id), *theirs, *carried)
    moments = (session.scalar(dropped), _never_planned(session, shop_id, order_id, customer_id, rule))
    missed = max((moment for moment in moments if moment is not None), default=None)
    if missed is None:
        return False
    since = select(Effect.id).where(*_given(shop_id), *theirs, Effect.created_at >= missed)
    return session.scalar(since.limit(1)) is None


def _never_planned(session: Session, shop_id: int, order_id: int, customer_id: int, rule: str) -> datetime | None:
    """Return when another parcel of theirs was last seen to have left before its gift could even be planned."""
    planned = select(Effect.id).where(*_gifts(shop_id), Effect.rule == rule, Effect.order_id == Order.order_id)
    subject = literal("order:").concat(cast(Order.order_id, String))
    # The first sighting counts: a parcel that is seen again on its way was not missed again.
    sightings = (
        select(func.min(Decision.decided_at).label("first"))
        .join(Order, (Order.shop_id == Decision.shop_id) & (Decision.subject == subject))
        .where(
            Decision.shop_id == shop_id,
            Decision.rule == rule,
            Decision.code == TOO_LATE,
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


def _gifts(shop_id: int) -> tuple[ColumnElement[bool], ...]:
    return Effect.shop_id == shop_id, Effect.kind.in_(_KINDS)


def _given(shop_id: int) -> tuple[ColumnElement[bool], ...]:
    return *_gifts(shop_id), Effect.state.in_(GIVEN), STANDS
