"""What a merchant keeps back for the customers who count on it, and what they have seen to."""

import structlog

from app.domain.errors import Rejected, Unavailable
from app.store import shortages
from app.store.base import unit_of_work
from app.store.shops import Merchant
from jobs import shortages as watch
from jobs.agent_preview import hurried
from jobs.runtime import World

log = structlog.get_logger("shortage")

MOST = 50
LONGEST_TITLE = 120
NO_SUCH_VARIANT = "Your store has no variant of that number."
FULL = f"You keep back {MOST} things already: please let one of them go first."


class NoSuchShield(LookupError):
    """The shop keeps nothing under that number."""


def keep_back(world: World, merchant: Merchant, *, variant_id: int, kept: int) -> str | None:
    """Keep so many of a variant from now on; return why that cannot be, where it cannot."""
    now = world.clock.now()
    try:
        found = hurried(world, merchant).shop.gift_option(variant_id)
    except (Rejected, Unavailable) as problem:
        return str(problem)
    if found is None:
        return NO_SUCH_VARIANT
    with unit_of_work(world.sessions) as session:
        known = {each.variant_id for each in shortages.listed(session, shop_id=merchant.id)}
        if len(known) >= MOST and variant_id not in known:
            return FULL
        what, title = {"shop_id": merchant.id, "variant_id": variant_id}, found.title[:LONGEST_TITLE]
        number = shortages.raise_shield(session, title=title, kept=kept, now=now, **what)
        news = watch.looked(session, merchant, number, found.stock, now)
    watch.tell(merchant, number, news=news)
    return None


def let_go(world: World, merchant: Merchant, shield_id: int) -> None:
    """Keep nothing of it any more. Raises NoSuchShield."""
    with unit_of_work(world.sessions) as session:
        if not shortages.lower(session, shop_id=merchant.id, shield_id=shield_id):
            raise NoSuchShield(shield_id)
    log.info("shortage.let_go", shop=merchant.id, shield=shield_id)


def see_to(world: World, merchant: Merchant, shield_id: int) -> bool:
    """Put a task to rest: somebody has paused what had to be paused. False where there was none."""
    with unit_of_work(world.sessions) as session:
        return shortages.see_to(session, shop_id=merchant.id, shield_id=shield_id, now=world.clock.now())
