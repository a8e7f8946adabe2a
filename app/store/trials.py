"""Who is in which trial, and what they spent before and since: what a rule's own results are reckoned from."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, and_, delete, or_, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.domain.decisions import Decision
from app.domain.paid import Bought, Given, Member
from app.domain.policy import Trial
from app.store.base import Base, insert
from app.store.care_tables import Care
from app.store.costs import DONE, SPENT
from app.store.tables import Customer, Effect, Order
from app.store.trial_tables import TrialMember

_EVER = datetime.min.replace(tzinfo=UTC)
_MEMBERS = Base.metadata.tables[TrialMember.__tablename__]


def enter(session: Session, *, shop_id: int, decided: Sequence[Decision], now: datetime) -> None:
    """Write down whom these decisions bring into their rules' trials; whoever is in one stays as they entered it."""
    rows = {
        (decision.rule, place.customer_id): {
            "shop_id": shop_id,
            "rule": decision.rule,
            "edition": place.edition,
            "customer_id": place.customer_id,
            "held_out": place.held_out,
            "entered_at": now,
        }
        for decision in decided
        if (place := decision.place) is not None
    }
    if rows:
        session.execute(insert(session, _MEMBERS).on_conflict_do_nothing(), [*rows.values()])


def held_out(session: Session, *, shop_id: int, trial: Trial) -> frozenset[int]:
    """Return who is known to be held out of the trial."""
    theirs = select(TrialMember.customer_id).where(*_of(shop_id, trial), TrialMember.held_out)
    return frozenset(session.scalars(theirs)) if trial.percent else frozenset()


def members(session: Session, *, shop_id: int, trial: Trial, now: datetime) -> list[Member]:
    """Return who is in the trial. Whoever has a hard time, or is let alone, has left it, in whichever group they were.

    Neither is brought about by being given something or not, so that the groups stay alike.
    """
    spared = is_let_be(TrialMember.shop_id, TrialMember.customer_id, now)
    found = select(TrialMember.customer_id, TrialMember.held_out, TrialMember.entered_at)
    found = found.where(*_of(shop_id, trial), ~spared).order_by(TrialMember.customer_id)
    return [Member(*row) for row in session.execute(found)]


def is_let_be(shop: InstrumentedAttribute[int], who: InstrumentedAttribute[int], now: datetime) -> ColumnElement[bool]:
    """Hold for rows of customers who have a hard time, or are let alone."""
    hard = select(Care.customer_id).where(Care.shop_id == shop, Care.customer_id == who, Care.sensitive_until > now)
    alone = (Customer.shop_id == shop, Customer.customer_id == who, Customer.let_alone_since.is_not(None))
    return or_(hard.exists(), select(Customer.customer_id).where(*alone).exists())


def bought(session: Session, *, shop_id: int, trial: Trial, since: datetime) -> list[Bought]:
    """Return what the members of the trial bought since then, the orders that count."""
    theirs = and_(Order.shop_id == TrialMember.shop_id, Order.customer_id == TrialMember.customer_id)
    found = (
        select(TrialMember.customer_id, Order.processed_at, Order.net_minor)
        .select_from(TrialMember)
        .join(Order, theirs)
        .where(*_of(shop_id, trial), Order.counted, Order.processed_at >= since)
        .order_by(Order.customer_id, Order.processed_at, Order.order_id)
    )
    return [Bought(*row) for row in session.execute(found)]


def given(session: Session, *, shop_id: int, trial: Trial) -> list[Given]:
    """Return what the rule's deeds truly cost while the trial ran, for whomever they were.

    Who of them is in the trial, whoever asks for this knows: brought together here, each would be looked for among all.
    """
    found = select(Effect.customer_id, Effect.created_at, Effect.cost_minor).where(
        Effect.shop_id == shop_id,
        DONE,
        SPENT,
        Effect.rule == trial.rule,
        Effect.customer_id.is_not(None),
        Effect.created_at >= (trial.began_at or _EVER),
    )
    rows = session.execute(found.order_by(Effect.id))
    return [Given(customer_id or 0, at, minor or 0) for customer_id, at, minor in rows]


def hand_over(session: Session, *, shop_id: int, kept: int, gone: int) -> None:
    """Let one customer have another's place in each trial, where they have none of their own."""
    own = select(TrialMember.rule, TrialMember.edition).where(
        TrialMember.shop_id == shop_id, TrialMember.customer_id == kept
    )
    mine = {(row.rule, row.edition) for row in session.execute(own)}
    theirs = select(TrialMember.rule, TrialMember.edition).where(
        TrialMember.shop_id == shop_id, TrialMember.customer_id == gone
    )
    for rule, edition in session.execute(theirs).all():
        if (rule, edition) not in mine:
            session.execute(
                update(TrialMember)
                .where(
                    TrialMember.shop_id == shop_id,
                    TrialMember.customer_id == gone,
                    TrialMember.rule == rule,
                    TrialMember.edition == edition,
                )
                .values(customer_id=kept)
                .execution_options(synchronize_session=False)
            )
    forget(session, shop_id=shop_id, customer_ids=[gone])


def forget(session: Session, *, shop_id: int, customer_ids: Collection[int]) -> None:
    """Let these customers be in no trial any more, and never have been."""
    gone = delete(TrialMember).where(TrialMember.shop_id == shop_id, TrialMember.customer_id.in_(customer_ids))
    session.execute(gone.execution_options(synchronize_session=False))


def _of(shop_id: int, trial: Trial) -> tuple[ColumnElement[bool], ...]:
    return (
        TrialMember.shop_id == shop_id,
        TrialMember.rule == trial.rule,
        TrialMember.edition == trial.edition,
    )
