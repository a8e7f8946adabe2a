"""What is kept for the customers who count on it: looked at by the store's own count, and spared by every gift."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog

from app.domain import shortages as shield_rules
from app.domain.effects import SendGift, Sending
from app.domain.errors import Rejected, Unavailable
from app.domain.facts import GiftOption
from app.store import shelves, shortages
from app.store.base import Session, reading, unit_of_work
from app.store.shops import Merchant
from app.store.shortages import Shield
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


def options(world: World, merchant: Merchant, outside: Outside, variants: Sequence[int]) -> list[GiftOption]:
    """Ask the store for variants as `option` does; what is promised and has not left yet counts as not there."""
    asked_at = world.clock.now()
    found = [each for variant in variants if (each := option(world, merchant, outside, variant)) is not None]
    counted = [each.variant_id for each in found if each.stock is not None]
    if not counted:
        return found
    with reading(world.sessions) as session:
        gone = shelves.promised(session, shop_id=merchant.id, variants=counted, since=asked_at)
    return [shield_rules.spared(each, gone) for each in found]


def leaving(world: World, merchant: Merchant, outside: Outside, variant_id: int) -> GiftOption | None:
    """Ask the store for a variant of which one is about to leave, as `option` does.

    Of what is kept back it is written down how many there are: the gate counts from there.
    """
    shield = _shield(world, merchant, variant_id)
    found = _seen(world, merchant, outside, shield) if shield else outside.shop.gift_option(variant_id)
    return None if found is None else shield_rules.spared(found, {variant_id: shield.kept if shield else 0})


def unwanted(world: World, merchant: Merchant, outside: Outside, sending: Sending) -> tuple[str, str] | None:
    """Return why a gift off the store's own shelves must not leave, as (code, sentence): it would take what is kept."""
    variant_id = shield_rules.off_the_shelf(sending)
    if not isinstance(sending, SendGift) or variant_id is None:
        return None
    shield = _shield(world, merchant, variant_id)
    if shield is None:
        return None
    found = _seen(world, merchant, outside, shield)
    short = found is not None and shield_rules.is_short(found.stock, shield.kept)
    return shield_rules.why(sending.title, shield.kept) if short else None


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
        _seen(world, merchant, outside, shield)
    except (Rejected, Unavailable) as problem:
        # As it was last seen, it stays: whatever is given is looked at once more in its hour.
        log.info("shortage.not_told", shop=merchant.id, shield=shield.id, problem=str(problem))
        later, about = world.clock.now() + LOOKED_AT_EVERY, {"shop_id": merchant.id, "shield_id": shield.id}
        with unit_of_work(world.sessions) as session:
            shortages.look_later(session, until=later, **about)


def _shield(world: World, merchant: Merchant, variant_id: int) -> Shield | None:
    with reading(world.sessions) as session:
        return shortages.of_variant(session, shop_id=merchant.id, variant_id=variant_id)


def _seen(world: World, merchant: Merchant, outside: Outside, shield: Shield) -> GiftOption | None:
    """Ask the store how many there are of what is kept back, and write it down as of when it was asked."""
    asked_at = world.clock.now()
    found = outside.shop.gift_option(shield.variant_id)
    with unit_of_work(world.sessions) as session:
        news = looked(session, merchant, shield.id, None if found is None else found.stock, asked_at)
    tell(merchant, shield.id, news=news)
    return found


def looked(
    session: Session, merchant: Merchant, shield_id: int, available: int | None, asked_at: datetime
) -> bool | None:
    """Write down how many there are; return whether it runs short by now, None where that is as before."""
    about = {"shop_id": merchant.id, "shield_id": shield_id}
    return shortages.looked(session, available=available, until=asked_at + LOOKED_AT_EVERY, now=asked_at, **about)


def tell(merchant: Merchant, shield_id: int, *, news: bool | None) -> None:
    """Say in the log what has changed, if anything."""
    if news is not None:
        log.warning("shortage.began" if news else "shortage.over", shop=merchant.id, shield=shield_id)
