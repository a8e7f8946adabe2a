"""What a merchant gives: kept and changed, and looked for at those who sell it."""

import structlog

from app.domain.catalogue import Entry, not_ready
from app.domain.errors import Rejected, Unavailable
from app.domain.gifts import GiftKind, Offer
from app.domain.money import Money
from app.store import catalogue
from app.store.base import unit_of_work
from app.store.shops import Merchant
from jobs.agent_preview import hurried
from jobs.runtime import World

log = structlog.get_logger("gifts")

MOST = 200
KNOWN = "You have this one already, in that size: please change it instead."
FULL = f"You have {MOST} gifts already: please change one of them instead."


class NoSuchGift(LookupError):
    """The shop's catalogue has no gift of that number."""


def add(world: World, merchant: Merchant, entry: Entry) -> str | None:
    """Take a gift into the catalogue; return why it cannot be, where it cannot."""
    why = not_ready(entry) if entry.active else None
    if why is not None:
        return why
    now = world.clock.now()
    with unit_of_work(world.sessions) as session:
        if len(catalogue.listed(session, shop_id=merchant.id)) >= MOST:
            return FULL
        number = catalogue.add(session, entry, shop_id=merchant.id, currency=merchant.currency, now=now)
    log.info("gifts.added", shop=merchant.id, gift=number, vendor=entry.vendor)
    return KNOWN if number is None else None


def change(world: World, merchant: Merchant, entry: Entry) -> str | None:
    """Let a gift be as it is said to be; return why it cannot be offered like that. Raises NoSuchGift."""
    why = not_ready(entry) if entry.active else None
    if why is not None:
        return why
    now = world.clock.now()
    with unit_of_work(world.sessions) as session:
        if not catalogue.change(session, entry, shop_id=merchant.id, currency=merchant.currency, now=now):
            raise NoSuchGift(entry.id)
    log.info("gifts.changed", shop=merchant.id, gift=entry.id, active=entry.active)
    return None


def offers(world: World, merchant: Merchant, vendor: str, kind: GiftKind, country: str) -> tuple[Offer, ...] | str:
    """Return what a vendor would bring there, as it says at this moment; why it does not say, where it does not."""
    at_most = Money(minor=merchant.policy.team_monthly_minor, currency=merchant.currency)
    try:
        return hurried(world, merchant).vendor(vendor).catalogue(kind, country=country, at_most=at_most)
    except (Rejected, Unavailable) as problem:
        return str(problem)
