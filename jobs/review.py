"""Once a day: the shop's measure is taken afresh, and whoever it or the passing of time has moved is decided again."""

from datetime import datetime

import structlog

from app.domain.policy import Mode
from app.domain.rules import holdout, special_customer
from app.store import chores, insights, orders, shops, tallies, trials, yardstick
from app.store.base import Session, unit_of_work
from app.store.shops import Merchant
from jobs import hard_times
from jobs.carry_out import carry_out
from jobs.queue import Task
from jobs.runtime import World, local

log = structlog.get_logger("review")

REVIEW = "review"  # the chore


def review(world: World, shop_id: int) -> None:
    """Review the shop's customers, once for the merchant's today."""
    world.bell.heard(Task.REVIEW, shop_id)
    merchant = world.merchant(shop_id)
    if merchant is None:
        return
    now = world.clock.now()
    with unit_of_work(world.sessions) as session:
        if shops.history_state(session, shop_id=shop_id).done_at is None:
            return  # half a past would make a wrong measure
        today = f"{local(merchant, now):%Y-%m-%d}"
        if chores.take(session, shop_id=shop_id, name=REVIEW, period=today, now=now):
            tallies.clear_out(session, shop_id=shop_id, today=local(merchant, now).date())
            hard_times.end(session, merchant, now)
            changed = _review(session, merchant, now)
            log.info("review.done", shop=shop_id, changed=changed)
    world.bell.ring(Task.DRAIN, shop_id)


def _review(session: Session, merchant: Merchant, now: datetime) -> int:
    policy = merchant.policy.special_customer
    wrong = orders.audit(session, shop_id=merchant.id, now=now)
    if wrong:
        log.error("audit.repaired", shop=merchant.id, figures=wrong)
    yardstick.measure(session, shop_id=merchant.id, policy=policy, now=now)
    insights.take(session, shop_id=merchant.id, policy=policy, now=now)
    measure = yardstick.read(session, shop_id=merchant.id, currency=merchant.currency)
    if measure is None:
        return 0
    moved = orders.moved_by(session, shop_id=merchant.id, yardstick=measure, policy=policy, now=now)
    decided = [
        holdout.weighed(special_customer.decide(standing, measure, policy, now), merchant.policy, standing, now)
        for standing in moved
    ]
    changes = [decision for decision in decided if decision.changes_anything]
    few = special_customer.are_few(len(changes), measure.customers)
    for decision in changes:
        carry_out(session, merchant, decision, now=now, most=Mode.AUTO if few else Mode.APPROVE)
    known = trials.held_out(session, shop_id=merchant.id, trial=merchant.policy.trial_of(special_customer.RULE))
    for decision in decided:
        if decision.place is not None and decision.place.held_out and decision.place.customer_id not in known:
            carry_out(session, merchant, decision, now=now)
    return len(changes)
