"""Once a day: it is reckoned anew what each rule's trial says. Nothing is reckoned while a page is waited for."""

import structlog

from app.domain import paid
from app.domain.paid import LOOK_BACK, Found
from app.domain.policy import Trial
from app.domain.rules import holdout
from app.store import chores, results, trials
from app.store.base import reading, unit_of_work
from app.store.shops import Merchant
from jobs.queue import Task
from jobs.runtime import World, local

log = structlog.get_logger("results")

RESULTS = "results"  # the chore


def reckon(world: World, shop_id: int) -> None:
    """Reckon the shop's trials, once for the merchant's today."""
    world.bell.heard(Task.RESULTS, shop_id)
    merchant = world.merchant(shop_id)
    if merchant is None:
        return
    running = [trial for rule in holdout.RULES if (trial := merchant.policy.trial_of(rule)).edition]
    found = {trial.rule: _found(world, merchant, trial) for trial in running}
    now = world.clock.now()
    with unit_of_work(world.sessions) as session:
        today = f"{local(merchant, now):%Y-%m-%d}"
        if chores.take(session, shop_id=shop_id, name=RESULTS, period=today, now=now):
            for rule, each in found.items():
                results.keep(session, shop_id=shop_id, rule=rule, found=each, now=now)
            log.info("results.reckoned", shop=shop_id, trials=len(found))


def _found(world: World, merchant: Merchant, trial: Trial) -> Found:
    """Read what is needed, and reckon once nothing is read any more: no transaction waits for a sum."""
    now, shop_id = world.clock.now(), merchant.id
    with reading(world.sessions) as session:
        members = trials.members(session, shop_id=shop_id, trial=trial, now=now)
        since = min((each.entered_at for each in members), default=now) - LOOK_BACK
        bought = trials.bought(session, shop_id=shop_id, trial=trial, since=since)
        given = trials.given(session, shop_id=shop_id, trial=trial)
    return paid.found(trial, members, bought, given, now)
