"""What is kept for the customers who count on it: looked at by the store's own count, and spared by every gift."""

from datetime import timedelta

import structlog

from app.domain import shortages as shield_rules
from app.domain.effects import SendGift, Sending
from app.domain.errors import Rejected, Unavailable
from app.domain.facts import GiftOption
from app.store import shortages
from app.store.base import Session, reading, unit_of_work
from app.store.shops import Merchant
from app.store.shortages import Shield
from integrations import registry
from jobs.queue import Task
from jobs.runtime import Outside, World

log = structlog.get_logger("shortage")

LOOKED_AT_EVERY = timedelta(minutes=15)


def option(world: World, merchant: Merchant, outside: Outside, variant_id: int) -> GiftOption | None:
    """Ask the store for a variant; what is kept back counts as not there."""
    found = outside.shop.gift_option(variant_id)
    if found is None:
        return None
    with reading(world.sessions) as session:
        return shield_rules.spared(found, shortages.kept(session, shop_id=merchant.id))


def unwanted(world: World, merchant: Merchant, outside: Outside, sending: Sending) -> tuple[str, str] | None:
    """Return why a gift off the store's own shelves must not leave, as (code, sentence): it would take what is kept."""
    if not isinstance(sending, SendGift) or sending.vendor != registry.OWN_STORE:
        return None
    with reading(world.sessions) as session:
        kept = shortages.kept(session, shop_id=merchant.id).get(int(sending.sku), 0)
    found = outside.shop.gift_option(int(sending.sku)) if kept else None
    short = found is not None and shield_rules.is_short(found.stock, kept)
    return shield_rules.why(sending.title, kept) if short else None


def look(world: World, shop_id: int) -> None:
    """Ask the store how many there are of what is kept back, and stop gifts of it, or let them go on."""
    world.bell.heard(Task.SHORTAGES, shop_id)
    way = world.enter(shop_id)
    if way is None:
        return
    merchant, outside = way
    with reading(world.sessions) as session:
        due = shortages.due(session, shop_id=shop_id, now=world.clock.now())
    for shield in due:
        _look(world, merchant, outside, shield)


def _look(world: World, merchant: Merchant, outside: Outside, shield: Shield) -> None:
    try:
        found = outside.shop.gift_option(shield.variant_id)
    except (Rejected, Unavailable) as problem:
        # As it was last seen, it stays: whatever is given is looked at once more in its hour.
        log.info("shortage.not_told", shop=merchant.id, shield=shield.id, problem=str(problem))
        available = shield.available
    else:
        available = None if found is None else found.stock
    with unit_of_work(world.sessions) as session:
        news = looked(world, session, merchant, shield.id, available)
    tell(merchant, shield.id, news=news)


def looked(world: World, session: Session, merchant: Merchant, shield_id: int, available: int | None) -> bool | None:
    """Write down how many there are; return whether it runs short by now, None where that is as before."""
    now, about = world.clock.now(), {"shop_id": merchant.id, "shield_id": shield_id}
    return shortages.looked(session, available=available, until=now + LOOKED_AT_EVERY, now=now, **about)


def tell(merchant: Merchant, shield_id: int, *, news: bool | None) -> None:
    """Say in the log what has changed, if anything."""
    if news is not None:
        log.warning("shortage.began" if news else "shortage.over", shop=merchant.id, shield=shield_id)
