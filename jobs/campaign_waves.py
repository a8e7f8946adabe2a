"""Waves: each day some more of a campaign's list are sent their gift, as far as stock and budget go.

A wave is planned in one transaction with the hour of the next, so whoever dies over it leaves nothing half done, and of
two workers one finds that its turn is over. From then on each gift is a deed like any other: held to the gates, paid
from the campaign's own purse, stopped by the switch, and taken back like the rest.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from app.domain import campaigns as rules
from app.domain import catalogue, delivery_days
from app.domain.campaigns import Stage
from app.domain.catalogue import Entry
from app.domain.decisions import Decision
from app.domain.errors import Rejected, Unavailable
from app.domain.rules import campaign_gift
from app.domain.rules.campaign_gift import Recipient, purse_name
from app.domain.rules.send_acts import LEAD_DAYS
from app.domain.tastes import NOTHING_NOTED
from app.store import campaign_lists, campaigns, orders, pools, shelves, treats
from app.store import catalogue as shelf
from app.store.base import Session, reading, unit_of_work
from app.store.campaigns import Campaign
from app.store.decisions import UNDER_WAY
from app.store.shops import Merchant
from integrations import registry
from jobs import shortages
from jobs.campaigns import about_anybody, ahead, fared, gift_of, withdraw_rest
from jobs.carry_out import carry_out_all
from jobs.queue import Task
from jobs.runtime import Outside, World, opening
from jobs.small_bugs import kept_small

log = structlog.get_logger("campaign")

LATER = timedelta(hours=1)  # when the store could not be asked, or everything is stopped
STOCK, BUDGET, FAILURES, GIFT = "stock", "budget", "failures", "gift"  # what a campaign waits for


def go_on(world: World, shop_id: int) -> None:
    """Plan what is due of the shop's campaigns, and withdraw what is left of those that were called off."""
    world.bell.heard(Task.CAMPAIGNS, shop_id)
    way = world.enter(shop_id)
    if way is None:
        return
    merchant, outside = way
    with reading(world.sessions) as session:
        due = campaigns.due(session, shop_id=shop_id, now=world.clock.now())
    for campaign in due:
        with kept_small("campaign.failed", shop_id, campaign.id):
            if campaign.stage is Stage.CALLED_OFF:
                withdraw_rest(world, merchant, campaign)
            else:
                _wave(world, merchant, outside, campaign)
    world.bell.ring(Task.DRAIN, shop_id)


def _wave(world: World, merchant: Merchant, outside: Outside, campaign: Campaign) -> None:
    with reading(world.sessions) as session:
        gift = gift_of(session, merchant, campaign.terms)
    asked_at, away = world.clock.now(), False
    try:
        shelf_holds = None if gift is None else _shelf_holds(world, merchant, outside, gift)
    except (Unavailable, Rejected) as problem:
        log.info("campaign.waits", shop=merchant.id, campaign=campaign.id, problem=str(problem))
        shelf_holds, gift, away = None, None, True
    with unit_of_work(world.sessions) as session:
        now = world.clock.now()
        orders.lock(session, shop_id=merchant.id)  # nobody else plans a kindness for one of these meanwhile
        gift = gift and gift_of(session, merchant, campaign.terms)  # what is left of it by now
        held = gift is None or merchant.paused
        until = now + LATER if held else opening(merchant, now) + timedelta(days=1)
        seen = campaign.next_at or now
        if not campaigns.take(session, shop_id=merchant.id, campaign_id=campaign.id, seen=seen, until=until):
            return
        if gift is None and not away:
            campaigns.went_on(session, shop_id=merchant.id, campaign_id=campaign.id, waits_for=GIFT)
        if gift is not None and not held:
            there = _there(session, merchant, gift, shelf_holds, asked_at)
            _plan(session, merchant, campaign, gift, there, now)


def _shelf_holds(world: World, merchant: Merchant, outside: Outside, gift: Entry) -> int | None:
    """Return how many of a gift of its own the store has beyond what is kept; None where nobody counts them."""
    if gift.vendor != registry.OWN_STORE:
        return None
    option = shortages.option(world, merchant, outside, int(gift.sku))
    return 0 if option is None else option.stock


def _there(
    session: Session, merchant: Merchant, gift: Entry, shelf_holds: int | None, asked_at: datetime
) -> int | None:
    """Return how many of a gift may be promised: as the catalogue counts them, and the store less what is promised."""
    if shelf_holds is None:
        return gift.stock
    variant = int(gift.sku)
    gone = shelves.promised(session, shop_id=merchant.id, variants=[variant], since=asked_at).get(variant, 0)
    left = shelf_holds - gone
    return left if gift.stock is None else min(left, gift.stock)


def _plan(
    session: Session, merchant: Merchant, campaign: Campaign, gift: Entry, there: int | None, now: datetime
) -> None:
    about = {"shop_id": merchant.id, "campaign_id": campaign.id}
    heaps = campaign_lists.heaps(session, **about)
    ended, failed = fared(heaps)
    if rules.goes_wrong(ended=ended, failed=failed - campaign.forgiven):
        campaigns.stop(session, waits_for=FAILURES, **about)
        log.warning("campaign.stopped", shop=merchant.id, campaign=campaign.id, failed=failed)
        return
    if catalogue.why_not(replace(gift, stock=None), about_anybody(session, merchant)) is not None:
        # It would be no for each of them, and cost them their turn.
        campaigns.went_on(session, waits_for=GIFT, **about)
        log.info("campaign.waits", shop=merchant.id, campaign=campaign.id, problem="no such gift just now")
        return
    room, waits_for = _room(session, merchant, campaign, gift, there)
    planned = _decided(session, merchant, campaign, gift, room, now)
    left = campaign_lists.waiting(session, limit=1, **about)
    if not left and not planned and not any(each.state in UNDER_WAY for each in heaps):
        campaigns.end(session, now=now, **about)
        log.info("campaign.done", shop=merchant.id, campaign=campaign.id)
        return
    campaigns.went_on(session, waits_for=waits_for if left else "", **about)
    log.info("campaign.wave", shop=merchant.id, campaign=campaign.id, planned=planned, waits_for=waits_for)


def _room(session: Session, merchant: Merchant, campaign: Campaign, gift: Entry, there: int | None) -> tuple[int, str]:
    """Return how many may be planned now, and what keeps it from being more where that is no matter of a day."""
    purse = pools.whole(session, shop_id=merchant.id, name=purse_name(campaign.id))
    cost = 0 if gift.cost is None else gift.cost.minor
    left = 0 if purse is None else purse.left_minor
    paid = left // cost if cost else campaign.terms.per_day
    stock = campaign.terms.per_day if there is None else max(there, 0)
    room = min(campaign.terms.per_day, stock, paid)
    if room == campaign.terms.per_day:
        return room, ""
    return room, STOCK if stock <= paid else BUDGET


def _decided(session: Session, merchant: Merchant, campaign: Campaign, gift: Entry, room: int, now: datetime) -> int:
    """Decide about those whose turn it is, until so many are given something; return how many are."""
    leaves_at, planned = _leaves_at(merchant, campaign, gift, now), 0
    while planned < room:
        about = {"shop_id": merchant.id, "campaign_id": campaign.id}
        turn = campaign_lists.waiting(session, limit=room - planned, **about)
        if not turn:
            break
        uncounted = replace(gift, stock=None)  # there is room for as many
        said = {
            each.customer_id: campaign_gift.decide(
                each, campaign.id, campaign.terms, uncounted, leaves_at=leaves_at, now=now
            )
            for each in _recipients(session, merchant, turn, now)
        }
        carry_out_all(session, merchant, [(each, None) for each in said.values()], now=now)
        planned += _written(session, merchant, campaign, said, now)
    return planned


def _written(session: Session, merchant: Merchant, campaign: Campaign, said: dict[int, Decision], now: datetime) -> int:
    about = {"shop_id": merchant.id, "campaign_id": campaign.id}
    keys = {customer_id: each.plans[0].effect.key for customer_id, each in said.items() if each.plans}
    campaign_lists.planned(session, keys=keys, now=now, **about)
    for customer_id, each in said.items():
        if customer_id not in keys:
            whom = about | {"customer_id": customer_id}
            campaign_lists.pass_over(session, code=each.code, because=each.because, now=now, **whom)
    return len(keys)


def _recipients(session: Session, merchant: Merchant, turn: Sequence[int], now: datetime) -> list[Recipient]:
    """Return those whose turn it is, with all that our books know of them."""
    anybody, since = about_anybody(session, merchant), now - timedelta(days=merchant.policy.team.cooldown_days)
    standings = orders.standings(session, shop_id=merchant.id, customers=turn, currency=merchant.currency)
    disputed = campaign_lists.disputed(session, shop_id=merchant.id, customer_ids=turn)
    found = []
    for customer_id in turn:
        known, standing = {"shop_id": merchant.id, "customer_id": customer_id}, standings.get(customer_id)
        tasted = NOTHING_NOTED if standing is None else standing.tastes
        found.append(
            Recipient(
                customer_id=customer_id,
                standing=standing,
                about=replace(anybody, tasted=tasted, given=shelf.given(session, **known)),
                treated=treats.latest(session, since=since, **known) is not None,
                disputed=customer_id in disputed,
            )
        )
    return found


def _leaves_at(merchant: Merchant, campaign: Campaign, gift: Entry, now: datetime) -> datetime:
    """Return when a wave leaves that is planned now: some days ahead, or later where a day was chosen."""
    soon = opening(merchant, now) + ahead(gift)
    if campaign.terms.arrive_on is None:
        return soon
    lead_days = LEAD_DAYS.get(gift.kind, 0) if ahead(gift) else 0
    wanted = delivery_days.place_by(campaign.terms.arrive_on, opening=opening(merchant, now), lead_days=lead_days)
    return max(soon, wanted)
