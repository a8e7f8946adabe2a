"""Campaigns: counted, looked at from all sides, approved, and called off. Their waves are next door."""

import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import structlog

from app.domain import campaigns as rules
from app.domain.campaigns import DAYS_AHEAD, Entrant, Place, Refusal, Size, Stage, Terms
from app.domain.card_paper import HAND
from app.domain.catalogue import Entry, Occasion
from app.domain.effects import State
from app.domain.gifts import Flag, Paper
from app.domain.rules import campaign_gift
from app.domain.rules.campaign_gift import purse_name
from app.store import campaign_lists, campaigns, connections, pools, yardstick
from app.store import catalogue as shelf
from app.store.base import Session, reading, unit_of_work
from app.store.campaign_lists import Doubt, Heap
from app.store.campaigns import Campaign
from app.store.decisions import UNDER_WAY
from app.store.shops import Merchant
from integrations import registry
from jobs import address_links
from jobs.address_links import Link
from jobs.carry_out import withdraw
from jobs.gift_choice import bringers
from jobs.queue import Task
from jobs.runtime import World, local, opening

log = structlog.get_logger("campaign")

MOST = 50
FEW = 20  # deeds that are withdrawn in one transaction
CALLED_OFF = "called_off"
_CAME_BACK = frozenset({"returned", "failed"})


class NoSuchCampaign(LookupError):
    """The shop has no campaign of that number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """What a draft would come to if it were approved as it stands."""

    gift: Entry | None
    size: Size
    entrants: tuple[Entrant, ...]
    places: tuple[Place, ...]
    refusals: tuple[Refusal, ...]
    wrong_words: tuple[str, ...]
    last_leaves_on: date | None
    shown: str  # of all that somebody says yes to who has seen this


def begin(world: World, merchant: Merchant, name: str) -> int | None:
    """Begin a campaign, and look for whom it could thank; return its number, None where there are too many."""
    now = world.clock.now()
    with unit_of_work(world.sessions) as session:
        if len(campaigns.listed(session, shop_id=merchant.id)) >= MOST:
            return None
        seed = secrets.token_hex(8)
        number = campaigns.begin(session, shop_id=merchant.id, name=name, seed=seed, terms=Terms(), now=now)
    count(world, merchant, number)
    log.info("campaign.begun", shop=merchant.id, campaign=number)
    return number


def count(world: World, merchant: Merchant, campaign_id: int) -> bool:
    """Look among all customers for those whom a draft could thank; False where nobody counts as active yet."""
    now = world.clock.now()
    with reading(world.sessions) as session:
        campaign = known(session, merchant, campaign_id)
        measure = yardstick.read(session, shop_id=merchant.id, currency=merchant.currency)
        if measure is None:
            return False
        window = {
            "active_since": now - timedelta(days=measure.active_days),
            "treated_since": now - timedelta(days=merchant.policy.team.cooldown_days),
        }
        left_out = campaign_lists.left_out(session, shop_id=merchant.id, now=now, **window)
        candidates = campaign_lists.candidates(session, shop_id=merchant.id, now=now, **window)
        disputed = campaign_lists.disputed(session, shop_id=merchant.id)
        fit = [each for each in candidates if each.customer_id not in disputed]
        entrants = rules.measured(fit, seed=campaign.seed, now=now)
    contenders, about = rules.contenders(entrants), {"shop_id": merchant.id, "campaign_id": campaign_id}
    may_be = left_out.pop(campaign_lists.MAY_BE, 0)
    left_out |= {"disputed": may_be - len(fit)} if may_be > len(fit) else {}
    with unit_of_work(world.sessions) as session:
        if campaigns.counted(session, among=len(entrants), left_out=left_out, now=now, **about):
            campaign_lists.keep(session, entrants=contenders, **about)
    log.info("campaign.counted", shop=merchant.id, campaign=campaign_id, among=len(entrants), kept=len(contenders))
    return True


def revise(world: World, merchant: Merchant, campaign_id: int, *, seen: int, name: str, terms: Terms) -> bool:
    """Let a draft be as somebody would have it; False where it has changed since they looked."""
    with unit_of_work(world.sessions) as session:
        known(session, merchant, campaign_id)
        about = {"shop_id": merchant.id, "campaign_id": campaign_id}
        return campaigns.revise(session, seen=seen, name=name, terms=terms, **about)


def known(session: Session, merchant: Merchant, campaign_id: int) -> Campaign:
    """Return a campaign of the shop's. Raises NoSuchCampaign."""
    found = campaigns.read(session, shop_id=merchant.id, campaign_id=campaign_id)
    if found is None:
        raise NoSuchCampaign(campaign_id)
    return found


def outlook(world: World, session: Session, merchant: Merchant, campaign: Campaign, terms: Terms) -> Outlook:
    """Return what a draft would come to under these terms, and why it could not be approved."""
    gift, now = gift_of(session, merchant, terms), world.clock.now()
    paper, size = _paper(world, merchant, gift), size_of(gift, campaign, terms)
    entrants = campaign_lists.contenders(session, shop_id=merchant.id, campaign_id=campaign.id)
    places = rules.listed(entrants, terms, people=size.people, held_out=size.held_out, seed=campaign.seed)
    refusals = campaign_gift.refusals(
        terms,
        gift,
        size,
        about_anybody(session, merchant),
        paper=paper,
        to_a_door=gift is not None and not registry.by_email(gift.kind, gift.vendor),
        today=local(merchant, now).date(),
        counted_at=campaign.counted_at,
        now=now,
    )
    return Outlook(
        gift=gift,
        size=size,
        entrants=tuple(entrants),
        places=tuple(places),
        refusals=refusals,
        wrong_words=campaign_gift.wrong_words(terms, paper),
        last_leaves_on=campaign_gift.last_leaves_on(terms, size),
        shown=campaign_gift.shown(terms, gift, size, places),
    )


def size_of(gift: Entry | None, campaign: Campaign, terms: Terms) -> Size:
    """Return for how many of a gift a budget is enough."""
    unit = 0 if gift is None or gift.cost is None else gift.cost.minor
    return rules.size(terms, unit_minor=unit, candidates=campaign.among)


def doubts(world: World, session: Session, merchant: Merchant, campaign: Campaign) -> list[tuple[Doubt, str]]:
    """Return whose door is in doubt, each with the link that asks for it: a person of the merchant's passes it on."""
    found = campaign_lists.doubts(session, shop_id=merchant.id, campaign_id=campaign.id)
    return [(each, address_links.made(world, Link(shop_id=merchant.id, effect_id=each.effect_id))) for each in found]


def approve(world: World, merchant: Merchant, campaign_id: int, *, seen: int, shown: str) -> tuple[Refusal, ...]:
    """Freeze a draft as somebody saw it, and set its budget aside; return why it cannot be, where it cannot.

    `shown` is the outlook's own: a gift that was changed in the catalogue leaves the draft's revision as it was.
    """
    now = world.clock.now()
    with unit_of_work(world.sessions) as session:
        campaign = known(session, merchant, campaign_id)
        found = outlook(world, session, merchant, campaign, campaign.terms)
        if campaign.stage is not Stage.DRAFT or campaign.revision != seen:
            return (Refusal.OVERTAKEN,)
        if found.refusals or found.gift is None:
            return found.refusals
        if found.shown != shown:
            return (Refusal.DIFFERENT,)
        begins = _begins(merchant, campaign.terms, found.gift, now)
        about = {"shop_id": merchant.id, "campaign_id": campaign_id}
        list_print = rules.fingerprint(found.places)
        if not campaigns.approve(session, seen=seen, list_print=list_print, next_at=begins, now=now, **about):
            return (Refusal.OVERTAKEN,)
        campaign_lists.freeze(session, places=found.places, **about)
        # What no vendor bills is kept apart from what its gifts may cost.
        limit = campaign.terms.budget_minor - found.size.given * campaign.terms.extras_minor
        pools.open_whole(session, shop_id=merchant.id, name=purse_name(campaign_id), limit_minor=limit)
    log.info("campaign.approved", shop=merchant.id, campaign=campaign_id, people=len(found.places))
    return ()


def resume(world: World, merchant: Merchant, campaign_id: int) -> bool:
    """Let a campaign go on that stopped itself; False where it had not."""
    with unit_of_work(world.sessions) as session:
        about = {"shop_id": merchant.id, "campaign_id": campaign_id}
        _, failed = fared(campaign_lists.heaps(session, **about))
        resumed = campaigns.resume(session, forgiven=failed, now=world.clock.now(), **about)
    world.bell.ring(Task.CAMPAIGNS, merchant.id)
    return resumed


def call_off(world: World, merchant: Merchant, campaign_id: int) -> bool:
    """Plan nothing more of a campaign, and withdraw what has not left; False where nothing was going on."""
    with unit_of_work(world.sessions) as session:
        known(session, merchant, campaign_id)
        off = campaigns.call_off(session, shop_id=merchant.id, campaign_id=campaign_id, now=world.clock.now())
        campaign = known(session, merchant, campaign_id)
    if off:
        withdraw_rest(world, merchant, campaign)
    return off


def withdraw_rest(world: World, merchant: Merchant, campaign: Campaign) -> None:
    """Withdraw what has not left of a campaign that was called off, a few deeds a transaction."""
    about, gone = {"shop_id": merchant.id, "campaign_id": campaign.id}, 0
    while True:
        with unit_of_work(world.sessions) as session:
            now = world.clock.now()
            keys = campaign_lists.still_to_leave(session, limit=FEW, **about)
            for key in keys:
                withdraw(session, merchant, key, code=CALLED_OFF, why="The campaign was called off.", now=now)
            if not keys and campaign.next_at is not None:
                campaigns.take(session, seen=campaign.next_at, until=None, **about)
        gone += len(keys)
        if not keys:
            log.info("campaign.called_off", shop=merchant.id, campaign=campaign.id, withdrawn=gone)
            return


def gift_of(session: Session, merchant: Merchant, terms: Terms) -> Entry | None:
    """Return the gift of the catalogue that a campaign sends."""
    entries = {entry.id: entry for entry in shelf.listed(session, shop_id=merchant.id)}
    return entries.get(terms.gift_id or 0)


def _paper(world: World, merchant: Merchant, gift: Entry | None) -> Paper:
    """Return on what the words come out, as far as whoever brings it says."""
    outside = None if gift is None else world.outside(merchant)
    vendor = None if outside is None or gift is None else outside.vendors.get(gift.vendor)
    return HAND if vendor is None else vendor.can.paper


def about_anybody(session: Session, merchant: Merchant) -> Occasion:
    """Return what may be given to whoever it is, by our own books."""
    accounts = connections.public_ids(session, shop_id=merchant.id)
    return Occasion(
        currency=merchant.currency,
        vendors=frozenset(bringers(merchant, accounts)),
        forbidden=frozenset(map(Flag, merchant.policy.sends.forbidden)),
    )


def _begins(merchant: Merchant, terms: Terms, gift: Entry, now: datetime) -> datetime:
    """Return when the first wave is planned: some days before it leaves, where doors are to be looked at."""
    first = terms.starts_on or local(merchant, now).date()
    return opening(merchant, now) + (first - local(merchant, now).date()) - ahead(gift)


def ahead(gift: Entry) -> timedelta:
    """Return how long before it leaves a gift is planned: long enough to ask for a door that is in doubt."""
    return timedelta() if registry.by_email(gift.kind, gift.vendor) else timedelta(days=DAYS_AHEAD)


def fared(heaps: list[Heap]) -> tuple[int, int]:
    """Return of how many gifts it is known what became of them, and how many of those came to nothing."""
    ended = [each for each in heaps if each.state is not None and each.state not in UNDER_WAY]
    failed = [each for each in ended if each.state is State.REFUSED or each.sent in _CAME_BACK]
    return sum(each.count for each in ended), sum(each.count for each in failed)
