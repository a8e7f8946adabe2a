"""The ledger of what was truly spent: by month, purse, rule and agent. Its sums are the purses' own, to the cent."""

from collections.abc import Collection
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy import Select, and_, func, or_, select, text
from sqlalchemy.orm import Session

from app.domain.money import Money
from app.store.agent_tables import Agent
from app.store.deeds import PENDING
from app.store.tables import Effect, Pool
from app.store.undoing import STANDS

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

    A month is the one whose purse paid; where none did, the one in which it was done by the shop's own clock.
    """
    purses = {
        row.id: (row.month, row.name)
        for row in session.execute(
            select(Pool.id, Pool.month, Pool.name).where(Pool.shop_id == shop_id, Pool.month >= since)
        )
    }
    by_purse = [
        ((*purses[pool_id], rule, agent_id, agent), deeds, minor or 0)
        for pool_id, rule, agent_id, agent, deeds, minor in session.execute(_of_purses(shop_id, purses))
    ]
    without = _without_purse(session, shop_id, since, ZoneInfo(timezone))
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
        for (month, purse, rule, agent_id, agent), deeds, minor in (*by_purse, *without)
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


def _without_purse(session: Session, shop_id: int, since: str, zone: ZoneInfo) -> list[tuple[_Whose, int, int]]:
    """Return what no purse paid: of few deeds, for whatever costs has a purse when it is planned."""
    who = and_(Agent.id == Effect.agent_id, Agent.shop_id == shop_id)
    found = (
        select(Effect.ended_at, Effect.rule, Effect.agent_id, Agent.name, Effect.cost_minor)
        .outerjoin(Agent, who)
        .where(Effect.shop_id == shop_id, Effect.pool_id.is_(None), DONE, SPENT, Effect.cost_minor != 0)
    )
    sums: dict[_Whose, tuple[int, int]] = {}
    for ended_at, rule, agent_id, agent, minor in session.execute(found):
        month = "" if ended_at is None else f"{ended_at.astimezone(zone):%Y-%m}"
        deeds, before = sums.get((month, "", rule, agent_id, agent), (0, 0))
        sums[month, "", rule, agent_id, agent] = deeds + 1, before + (minor or 0)
    return [(whose, deeds, minor) for whose, (deeds, minor) in sums.items() if whose[0] >= since]
