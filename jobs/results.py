"""Once a day: it is reckoned anew what each trial says, a rule's or a campaign's, while no page is waited for."""

from datetime import datetime, time
from zoneinfo import ZoneInfo

import structlog

from app.domain import campaign_paid, paid
from app.domain.campaigns import Stage
from app.domain.paid import LOOK_BACK, Found
from app.domain.policy import Trial
from app.domain.rules import holdout
from app.store import campaign_trials, campaigns, chores, results, trials
from app.store.base import reading, unit_of_work
from app.store.campaigns import Campaign
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
    for campaign in _followed(world, merchant, now):
        found[campaign_paid.trial_of(campaign.id, None).rule] = _brought(world, merchant, campaign, now)
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


def _followed(world: World, merchant: Merchant, now: datetime) -> list[Campaign]:
    """Return the campaigns that somebody was held out of, as long as anybody of them is followed."""
    with reading(world.sessions) as session:
        every = campaigns.listed(session, shop_id=merchant.id)
    drawn = [each for each in every if each.approved_at is not None and each.terms.hold_out]
    return [each for each in drawn if now - _first(merchant, each, now) < campaign_paid.FOLLOWED]


def _first(merchant: Merchant, campaign: Campaign, now: datetime) -> datetime:
    """Return the beginning of the day on which the first gifts were to leave."""
    day = campaign.terms.starts_on or local(merchant, campaign.approved_at or now).date()
    return datetime.combine(day, time(), ZoneInfo(merchant.timezone))


def _brought(world: World, merchant: Merchant, campaign: Campaign, now: datetime) -> Found:
    """Reckon a campaign by the same arithmetic."""
    about, first = {"shop_id": merchant.id, "campaign_id": campaign.id}, _first(merchant, campaign, now)
    called_off_at = campaign.ended_at if campaign.stage is Stage.CALLED_OFF else None
    with reading(world.sessions) as session:
        places = campaign_trials.placed(session, now=now, **about)
        bought = campaign_trials.bought(session, since=first - LOOK_BACK, **about)
        billed = campaign_trials.billed(session, **about)
    per_day = campaign.terms.per_day
    members = campaign_paid.members(places, per_day=per_day, first=first, until=now, called_off_at=called_off_at)
    given = campaign_paid.given(members, billed, campaign.terms.extras_minor)
    return paid.found(campaign_paid.trial_of(campaign.id, campaign.approved_at), members, bought, given, now)
