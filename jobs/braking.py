"""The brake on rules that nobody watches: each decision is put on its rule's day before anything of it is planned."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

import structlog

from app.domain.decisions import Decision
from app.domain.policy import Mode
from app.domain.rules import brake
from app.domain.rules.brake import Load
from app.store import tallies
from app.store.base import Session
from app.store.shops import Merchant
from jobs.runtime import local

log = structlog.get_logger("rules")


def weighed(
    session: Session, merchant: Merchant, decisions: Sequence[Decision], modes: Mapping[str, Mode], now: datetime
) -> list[Decision]:
    """Count what decisions bring about; return each, or as it waits for a person once its rule has stopped itself.

    A rule's are counted together; where that is too much for its day, one after the other.
    """
    loads = {rule: sum(map(brake.load, some), Load()) for rule, some in _by_rule(decisions).items()}
    fits = {rule for rule, load in loads.items() if _fits(session, merchant, rule, load, modes[rule], now)}
    return [each if each.rule in fits else _by_itself(session, merchant, each, modes, now) for each in decisions]


def came_to_nothing(session: Session, merchant: Merchant, decision: Decision, mode: Mode, now: datetime) -> None:
    """Uncount a weighed decision of which nothing was new to the ledger."""
    load, day = brake.load(decision), local(merchant, now).date()
    stopped = any(plan.ask_first == brake.STOPPED for plan in decision.plans)
    if load.deeds and mode is Mode.AUTO and not stopped:
        tallies.take_back(session, shop_id=merchant.id, rule=decision.rule, day=day, load=load)


def _by_rule(decisions: Sequence[Decision]) -> dict[str, list[Decision]]:
    found: dict[str, list[Decision]] = {}
    for each in decisions:
        found.setdefault(each.rule, []).append(each)
    return found


def _fits(session: Session, merchant: Merchant, rule: str, load: Load, mode: Mode, now: datetime) -> bool:
    """Count a load on the rule's day; return False, and count nothing, where that would be too much."""
    day = local(merchant, now).date()
    if not load.deeds or mode is Mode.APPROVE:
        return True
    if mode is Mode.OBSERVE:
        tallies.watch(session, shop_id=merchant.id, rule=rule, day=day, load=load)
        return True
    limits = merchant.policy.brake
    return tallies.fire(session, shop_id=merchant.id, rule=rule, day=day, load=load, brake=limits, now=now)


def _by_itself(
    session: Session, merchant: Merchant, decision: Decision, modes: Mapping[str, Mode], now: datetime
) -> Decision:
    rule = decision.rule
    if _fits(session, merchant, rule, brake.load(decision), modes[rule], now):
        return decision
    if tallies.stop(session, shop_id=merchant.id, rule=rule, day=local(merchant, now).date(), now=now):
        log.warning("rule.braked", shop=merchant.id, rule=rule)
    return replace(decision, plans=tuple(map(brake.waits, decision.plans)))
