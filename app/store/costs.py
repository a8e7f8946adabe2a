"""The ledger of what was truly spent: by month, purse, rule and agent. Its sums are the purses' own, to the cent."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Select, and_, func, or_, select, text
from sqlalchemy.orm import Session

from app.domain.money import Money
from app.store.agent_tables import Agent
from app.store.deeds import PENDING
from app.store.pools import NO_MONTH
from app.store.tables import Effect, Pool
from app.store.undoing import STANDS

_Rows = Select[datetime | None, int | None, str, int | None, str, int | None]
_Whose = tuple[str, str, str, int | None, str | None]  # month, purse, rule, agent, and that one's name
# What is on its way is only set aside, and what was taken back cost nothing.
SPENT = and_(Effect.cost_minor.is_not(None), STANDS, or_(Effect.code.is_(None), Effect.code != PENDING))
DONE = text("effects.state = 'done' AND effects.cost_minor IS NOT NULL")  # to the letter, as the index is made


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What one rule spent of one purse in one month, at one agent's wish or by itself, and on how many deeds.

    `purse` is empty for what no purse paid; `agent` where a rule acted by itself, or the team page knows nobody.
    """

    month: str
    purse: str
    rule: str
    agent_id: int | None
    agent: str
    deeds: int
    cost: Money


def spent(session: Session, *, shop_id: int, since: str, currency: str, timezone: str) -> list[Cost]:
    """Return what was truly spent from that month ("2026-11") on, the newest month first and the dearest first in it.

    A month is the one whose purse paid; where none did, or one that is no month's, as a campaign's is, that in which it
    was done by the shop's own clock.
    """
    pools = select(Pool.id, Pool.month, Pool.name).where(Pool.shop_id == shop_id)
    rows = session.execute(pools.where(or_(Pool.month >= since, Pool.month == NO_MONTH))).all()
    purses = {row.id: (row.month, row.name) for row in rows if row.month != NO_MONTH}
    whole = {row.id: row.name for row in rows if row.month == NO_MONTH}
    by_purse = [
        ((*purses[pool_id], rule, agent_id, agent), deeds, minor or 0)
        for pool_id, rule, agent_id, agent, deeds, minor in session.execute(_of_purses(shop_id, purses))
    ]
    zone = ZoneInfo(timezone)
    without = _by_day(session, _without_purse(shop_id), {}, since, zone)
    campaigns = _by_day(session, _of_whole(shop_id, whole), whole, since, zone) if whole else []
    found = [
        Cost(
            month=month,
            purse=purse,
            rule=rule,
            agent_id=agent_id,
            agent=agent or "",
            deeds=deeds,
            cost=Money(minor=int(minor), currency=currency),
        )
        for (month, purse, rule, agent_id, agent), deeds, minor in (*by_purse, *without, *campaigns)
    ]
    found.sort(key=lambda each: (-each.cost.minor, each.purse, each.rule, each.agent_id or 0))
    return sorted(found, key=lambda each: each.month, reverse=True)


def _of_purses(shop_id: int, purses: Collection[int]) -> Select[int | None, str, int | None, str, int, int | None]:
    who = and_(Agent.id == Effect.agent_id, Agent.shop_id == shop_id)
    return (
        select(
            Effect.pool_id,
            Effect.rule,
            Effect.agent_id,
            func.min(Agent.name),
            func.count(),
            func.sum(Effect.cost_minor),
        )
        .outerjoin(Agent, who)
        .where(Effect.shop_id == shop_id, Effect.pool_id.in_(purses), DONE, SPENT)
        .group_by(Effect.pool_id, Effect.rule, Effect.agent_id)
    )


def _without_purse(shop_id: int) -> _Rows:
    """Return what no purse paid: of few deeds, for whatever costs has a purse when it is planned."""
    return _each(shop_id).where(Effect.pool_id.is_(None), DONE, SPENT, Effect.cost_minor != 0)


def _of_whole(shop_id: int, whole: Collection[int]) -> _Rows:
    return _each(shop_id).where(Effect.pool_id.in_(whole), DONE, SPENT)


def _each(shop_id: int) -> _Rows:
    who = and_(Agent.id == Effect.agent_id, Agent.shop_id == shop_id)
    columns = (Effect.ended_at, Effect.pool_id, Effect.rule, Effect.agent_id, Agent.name, Effect.cost_minor)
    return select(*columns).outerjoin(Agent, who).where(Effect.shop_id == shop_id)


def _by_day(
    session: Session, found: _Rows, names: Mapping[int, str], since: str, zone: ZoneInfo
) -> list[tuple[_Whose, int, int]]:
    """Return sums by the month in which each was done, and by the name of the purse that paid."""
    sums: dict[_Whose, tuple[int, int]] = {}
    for ended_at, pool_id, rule, agent_id, agent, minor in session.execute(found):
        month = "" if ended_at is None else f"{ended_at.astimezone(zone):%Y-%m}"
        whose = (month, names.get(pool_id or 0, ""), rule, agent_id, agent)
        deeds, before = sums.get(whose, (0, 0))
        sums[whose] = deeds + 1, before + (minor or 0)
    return [(whose, deeds, minor) for whose, (deeds, minor) in sums.items() if whose[0] >= since]
