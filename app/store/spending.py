"""What was spent, set aside and done: by rule, by month, and what a yes to all that waits would cost."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row, case, func, select, text
from sqlalchemy.orm import Session

from app.domain.effects import Pool as PoolName
from app.domain.effects import State
from app.domain.money import Money, zero
from app.store.deeds import PENDING
from app.store.pools import NO_MONTH
from app.store.reports import PoolLeft, Tally
from app.store.stories import Search, matching
from app.store.tables import Effect, Pool
from app.store.undoing import STANDS, TAKEN_BACK

# Spelt out as in the index: neither database takes that one for values that are handed in.
_DONE = text("effects.state = 'done'")
_ASIDE = (State.PLANNED, State.SENDING, State.UNCERTAIN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """What one rule took out of one month's purse: spent on so many deeds, and set aside for more."""

    month: str
    pool: PoolName
    rule: str
    deeds: int
    spent: Money
    aside: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """What waits for a yes under one rule: so many decisions, what they cost together, and the newest row of them."""

    decisions: int
    cost: Money
    newest: int
    puts_on: Mapping[str, int] = field(default_factory=dict)  # tags in the store, and how many customers get each
    takes_off: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class CameTo:
    """What some deeds came to: spent, and set aside for those that are not done or not confirmed yet."""

    spent: Money
    aside: Money


def waiting(session: Session, *, shop_id: int, currency: str) -> dict[str, Waiting]:
    """Return what waits for a person's yes, by rule."""
    tag = case((Effect.kind == "tag_customer", Effect.payload))
    columns = (Effect.rule, Effect.decision_id, Effect.id, Effect.cost_minor, tag.label("tag"))
    # Counted here: for a GROUP BY, SQLite walks through every row that the rule ever had.
    rows = session.execute(select(*columns).where(Effect.shop_id == shop_id, Effect.state == State.AWAITING)).all()
    by_rule: dict[str, list[Row[str, int | None, int, int | None, Any]]] = {}
    for row in rows:
        by_rule.setdefault(row[0], []).append(row)
    return {
        rule: Waiting(
            decisions=len({-row.id if row.decision_id is None else row.decision_id for row in some}),
            cost=_money(sum(row.cost_minor or 0 for row in some), currency),
            newest=max(row.id for row in some),
            puts_on=Counter(row.tag["tag"] for row in some if row.tag and row.tag.get("present")),
            takes_off=sum(1 for row in some if row.tag and not row.tag.get("present")),
        )
        for rule, some in by_rule.items()
    }


def came_to(session: Session, *, shop_id: int, currency: str, search: Search) -> CameTo:
    """Return what the deeds that match came to; what was taken back, refused or only watched costs nothing."""
    statement = select(Effect.state, Effect.code, Effect.cost_minor).where(*matching(shop_id, search))
    found = CameTo(spent=zero(currency), aside=zero(currency))
    for state, code, minor in session.execute(statement):
        if _is_spent(state, code):
            found = replace(found, spent=found.spent + _money(minor, currency))
        elif _is_aside(state, code):
            found = replace(found, aside=found.aside + _money(minor, currency))
    return found


def done_by_rule(session: Session, *, shop_id: int, currency: str, since: datetime) -> dict[str, list[Tally]]:
    """Return what each rule did since then that stands, by kind, the most frequent first."""
    statement = (
        select(Effect.rule, Effect.kind, func.count(), func.sum(Effect.cost_minor))
        .where(Effect.shop_id == shop_id, _DONE, Effect.ended_at >= since, STANDS)
        .group_by(Effect.rule, Effect.kind)
        .order_by(func.count().desc(), Effect.kind)
    )
    found: dict[str, list[Tally]] = {}
    for rule, kind, count, minor in session.execute(statement):
        found.setdefault(rule, []).append(Tally(name=kind, count=count, cost=_money(minor, currency)))
    return found


def purses(session: Session, *, shop_id: int, currency: str, limit: int) -> list[PoolLeft]:
    """Return the newest months' purses that anything was asked of, the newest month first."""
    monthly = (Pool.shop_id == shop_id, Pool.month != NO_MONTH)
    mine = select(Pool).where(*monthly).order_by(Pool.month.desc(), Pool.name).limit(limit)
    return [
        PoolLeft(
            name=PoolName(row.name),
            month=row.month,
            limit=_money(row.limit_minor, currency),
            reserved=_money(row.reserved_minor, currency),
            spent=_money(row.spent_minor, currency),
            granted=_money(row.granted_minor, currency),
        )
        for row in session.scalars(mine.execution_options(populate_existing=True))
    ]


def by_rule(session: Session, *, shop_id: int, currency: str, months: Collection[str]) -> list[Spent]:
    """Return what each rule took out of the purses of these months, the newest month and the most spent first.

    A purse's lines add up to what the purse itself says is spent and set aside.
    """
    columns = (Pool.month, Pool.name, Effect.rule, Effect.state, Effect.code)
    statement = (
        select(*columns, func.count(), func.sum(Effect.cost_minor))
        .join(Effect, (Effect.pool_id == Pool.id) & (Effect.shop_id == Pool.shop_id))
        .where(Pool.shop_id == shop_id, Pool.month.in_(months))
        .group_by(*columns)
    )
    found: dict[tuple[str, str, str], Spent] = {}
    for month, pool, rule, state, code, count, minor in session.execute(statement):
        nothing = Spent(
            month=month, pool=PoolName(pool), rule=rule, deeds=0, spent=zero(currency), aside=zero(currency)
        )
        line, cost = found.get((month, pool, rule), nothing), _money(minor, currency)
        if _is_spent(state, code):
            line = replace(line, deeds=line.deeds + count, spent=line.spent + cost)
        elif _is_aside(state, code):
            line = replace(line, aside=line.aside + cost)
        found[month, pool, rule] = line
    lines = [line for line in found.values() if line.deeds or line.aside.minor]
    return sorted(lines, key=lambda line: (line.month, line.spent.minor, line.rule), reverse=True)


def _is_spent(state: str, code: str | None) -> bool:
    return state == State.DONE and code not in {PENDING, TAKEN_BACK}


def _is_aside(state: str, code: str | None) -> bool:
    return state in _ASIDE or (state == State.DONE and code == PENDING)


def _money(minor: int | None, currency: str) -> Money:
    return Money(minor=int(minor or 0), currency=currency)
