"""A month as it will be told: for how many something was done and what became of it, in counts that lead to nobody."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Subquery, and_, case, exists, func, select
from sqlalchemy.orm import Session, aliased

from app.domain.effects import State
from app.store.tables import Customer, Effect, Order
from app.store.trial_tables import TrialMember
from app.store.undoing import STANDS

KINDNESSES = ("add_gift_line", "send_gift_order", "refund_order", "send_flowers", "write_card", "send_gift")


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """How many customers something was done for, and what is known of them together."""

    treated: int
    newly: int  # of these: nothing had ever been done for them before
    by_team: int  # of these: one of the team did it
    back: int  # of these: they have ordered since
    longest: datetime | None  # when the one of these ordered first who has been coming for the longest
    left_in_peace: int  # all fell silent around them, for it is a hard time
    marked: int  # became special
    held_out: int  # were given nothing, to know whether it pays


def told(session: Session, *, shop_id: int, begins: datetime, ends: datetime) -> Month:
    """Return what there is to tell of the time between two moments."""
    treated = _treated(shop_id, begins, ends)
    before = aliased(Effect)
    earlier = exists().where(
        before.shop_id == shop_id,
        before.customer_id == treated.c.customer_id,
        before.kind.in_(KINDNESSES),
        _is_done(before),
        func.coalesce(before.ended_at, ends) < begins,  # so put that theirs are looked at, and not all of that time
    )
    since = exists().where(
        Order.shop_id == shop_id,
        Order.customer_id == treated.c.customer_id,
        Order.counted,
        Order.processed_at > treated.c.last,
    )
    known = and_(Customer.shop_id == shop_id, Customer.customer_id == treated.c.customer_id)
    one = session.execute(
        select(
            func.count().label("treated"),
            func.count(case((~earlier, 1))).label("newly"),
            func.count(case((treated.c.by_team > 0, 1))).label("by_team"),
            func.count(case((since, 1))).label("back"),
            func.min(Customer.first_order_at).label("longest"),
        )
        .select_from(treated)
        .outerjoin(Customer, known)
    ).one()
    return Month(
        treated=one.treated,
        newly=one.newly,
        by_team=one.by_team,
        back=one.back,
        longest=one.longest,
        left_in_peace=_people(session, shop_id, begins, ends, "mute"),
        marked=_people(session, shop_id, begins, ends, "tag_customer", special=True),
        held_out=_held_out(session, shop_id, begins, ends),
    )


def _treated(shop_id: int, begins: datetime, ends: datetime) -> Subquery:
    """Return for whom something was done, when last, and how often by one of the team."""
    return (
        select(
            Effect.customer_id,
            func.max(Effect.ended_at).label("last"),
            func.count(Effect.ticket_id).label("by_team"),  # what a rule gives is asked for on no ticket
        )
        .where(
            Effect.shop_id == shop_id,
            Effect.ended_at >= begins,
            Effect.ended_at < ends,
            _is_done(Effect),
            STANDS,
            Effect.kind.in_(KINDNESSES),
            Effect.customer_id.is_not(None),
        )
        .group_by(Effect.customer_id)
        .subquery("treated")
    )


def _people(
    session: Session, shop_id: int, begins: datetime, ends: datetime, kind: str, *, special: bool = False
) -> int:
    """Return for how many customers a deed of that kind was done; of marks, those that say that they are special."""
    found = select(func.count(func.distinct(Effect.customer_id))).where(
        Effect.shop_id == shop_id,
        Effect.ended_at >= begins,
        Effect.ended_at < ends,
        _is_done(Effect),
        STANDS,
        Effect.kind == kind,
    )
    if special:
        found = found.where(Effect.rule == "special_customer", Effect.payload["present"].as_boolean())
    return session.scalar(found) or 0


def _held_out(session: Session, shop_id: int, begins: datetime, ends: datetime) -> int:
    found = select(func.count(func.distinct(TrialMember.customer_id))).where(
        TrialMember.shop_id == shop_id,
        TrialMember.held_out,
        TrialMember.entered_at >= begins,
        TrialMember.entered_at < ends,
    )
    return session.scalar(found) or 0


def _is_done(deed: type[Effect]) -> ColumnElement[bool]:
    """Return whether it is, so put that deeds are found by their day or customer: by their state there are too many."""
    return func.coalesce(deed.state, "") == State.DONE
