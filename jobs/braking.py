"""The brake on rules that nobody watches: each decision is put on its rule's day before anything of it is planned."""

from dataclasses import replace
from datetime import datetime

import structlog

from app.domain.decisions import Decision
from app.domain.policy import Mode
from app.domain.rules import brake
from app.store import tallies
from app.store.base import Session
from app.store.shops import Merchant
from jobs.runtime import local

log = structlog.get_logger("rules")


def weighed(session: Session, merchant: Merchant, decision: Decision, mode: Mode, now: datetime) -> Decision:
    """Count what the decision brings about; return it, or as it waits for a person once its rule has stopped itself."""
    load, day = brake.load(decision), local(merchant, now).date()
    if not load.deeds or mode is Mode.APPROVE:
        return decision
    if mode is Mode.OBSERVE:
        tallies.watch(session, shop_id=merchant.id, rule=decision.rule, day=day, load=load)
        return decision
    limits = merchant.policy.brake
    if tallies.fire(session, shop_id=merchant.id, rule=decision.rule, day=day, load=load, brake=limits, now=now):
        return decision
    if tallies.stop(session, shop_id=merchant.id, rule=decision.rule, day=day, now=now):
        log.warning("rule.braked", shop=merchant.id, rule=decision.rule)
    return replace(decision, plans=tuple(map(brake.waits, decision.plans)))


def came_to_nothing(session: Session, merchant: Merchant, decision: Decision, mode: Mode, now: datetime) -> None:
    """Uncount a weighed decision of which nothing was new to the ledger."""
    load, day = brake.load(decision), local(merchant, now).date()
    stopped = any(plan.ask_first == brake.STOPPED for plan in decision.plans)
    if load.deeds and mode is Mode.AUTO and not stopped:
        tallies.take_back(session, shop_id=merchant.id, rule=decision.rule, day=day, load=load)
