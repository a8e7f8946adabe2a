"""What agents did: row by row for whoever keeps the shop's accounts, and how much each of them gave in a month."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, select, text
from sqlalchemy.orm import Session

from app.domain.agents import Reason
from app.domain.effects import Effect as DomainEffect
from app.domain.effects import State
from app.domain.money import Money
from app.store import stories
from app.store.decisions import GIVEN
from app.store.deeds import PENDING, Unreadable, reason_of, understood
from app.store.tables import Effect
from app.store.undoing import STANDS, TAKEN_BACK

_UNDONE = ("withdrawn", TAKEN_BACK)
# Spelt out as in the index: SQLite does not take that one for values that are handed in.
_PRESSED_FOR = text("effects.kind IN ('refund_order', 'send_flowers')")


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One act of an agent's, whatever became of it; `ended_at` is when it was done or came to nothing."""

    id: int
    at: datetime
    ended_at: datetime | None
    ticket_id: str | None
    customer_id: int | None  # None as well for somebody who was forgotten
    kind: str
    effect: DomainEffect | None  # None: for another version to understand
    cost: Money | None
    state: str
    pending: bool  # done, and may yet fail
    undone: str  # by whom or why; "" for what stands
    reason: Reason | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """How many acts there were, and what they cost together."""

    count: int
    cost: Money


def between(session: Session, *, shop_id: int, since: datetime, until: datetime) -> tuple[int, int] | None:
    """Return the numbers of the first and the last act of that time; None where there was none."""
    found = select(func.min(Effect.id), func.max(Effect.id)).where(*_acts(shop_id, since), Effect.created_at < until)
    bounds = [number for number in session.execute(found).one() if number is not None]
    return (bounds[0], bounds[1]) if bounds else None


def some(
    session: Session,
    *,
    shop_id: int,
    currency: str,
    since: datetime,
    until: datetime,
    bounds: tuple[int, int],
    limit: int,
) -> list[Act]:
    """Return the first acts of that time whose numbers are within the bounds, in their order."""
    first, last = bounds
    statement = select(Effect).where(
        *_acts(shop_id, since), Effect.created_at < until, Effect.id >= first, Effect.id <= last
    )
    return [_act(row, currency) for row in session.scalars(statement.order_by(Effect.id).limit(limit))]


def given_by_agents(session: Session, *, shop_id: int, currency: str, since: datetime) -> Mapping[int | None, Given]:
    """Return what each agent gave since then, or is about to; under None what nobody of the team asked for."""
    given = (Effect.shop_id == shop_id, Effect.created_at >= since, Effect.state.in_(GIVEN), STANDS)
    # Each by its own index; and whoever is not in the team can press for two kinds alone.
    theirs = Effect.agent_id.is_not(None)
    nobodys = and_(Effect.agent_id.is_(None), _PRESSED_FOR)
    sums = select(Effect.agent_id, func.count(), func.sum(Effect.cost_minor)).group_by(Effect.agent_id)
    found = [row for which in (theirs, nobodys) for row in session.execute(sums.where(*given, which))]
    return {agent: Given(count=count, cost=_money(minor, currency)) for agent, count, minor in found}


def given_by(session: Session, *, shop_id: int, agent_id: int, currency: str, since: datetime) -> Given:
    """Return what one agent gave since then, or is about to. True for as long as `decisions.refunds_before` is."""
    statement = select(func.count(), func.sum(Effect.cost_minor)).where(
        Effect.shop_id == shop_id,
        Effect.agent_id == agent_id,
        Effect.created_at >= since,
        Effect.state.in_(GIVEN),
        STANDS,
    )
    count, minor = session.execute(statement).one()
    return Given(count=count, cost=_money(minor, currency))


def _acts(shop_id: int, since: datetime) -> tuple[ColumnElement[bool], ...]:
    return Effect.shop_id == shop_id, stories.by_agents(), Effect.created_at >= since


def _act(row: Effect, currency: str) -> Act:
    known = row.customer_id is not None and row.customer_id > 0
    return Act(
        id=row.id,
        at=row.created_at,
        ended_at=row.ended_at,
        ticket_id=row.ticket_id,
        customer_id=row.customer_id if known else None,
        kind=row.kind,
        effect=_effect(row),
        cost=None if row.cost_minor is None else _money(row.cost_minor, currency),
        state=row.state,
        pending=row.state == State.DONE and row.code == PENDING,
        undone=(row.problem or "") if row.code in _UNDONE else "",
        reason=reason_of(row.reason),
    )


def _effect(row: Effect) -> DomainEffect | None:
    try:
        return understood(row)
    except Unreadable:
        return None


def _money(minor: int | None, currency: str) -> Money:
    return Money(minor=int(minor or 0), currency=currency)
