"""What gifts are called and cost, as the store last said: kept for pages that must not wait for it."""

from collections.abc import Collection, Sequence

from app.domain.errors import Unavailable
from app.domain.facts import GiftOption
from app.store import welcomes
from app.store.base import unit_of_work
from app.store.shops import Merchant
from jobs.agent_preview import hurried
from jobs.runtime import World


def ask(world: World, merchant: Merchant, variants: Collection[int]) -> list[int]:
    """Ask the store what these are; return those that it does not sell. Where it does not answer nobody is refused."""
    known: list[GiftOption] = []
    unknown: list[int] = []
    try:
        for variant in variants:
            option = hurried(world, merchant).shop.gift_option(variant)
            if option is None:
                unknown.append(variant)
            else:
                known.append(option)
    except Unavailable:
        pass
    keep(world, merchant, known)
    return unknown


def keep(world: World, merchant: Merchant, options: Sequence[GiftOption]) -> None:
    """Keep what the store has just said of these."""
    ours = [option for option in options if option.cost.currency == merchant.currency]
    if not ours:
        return
    with unit_of_work(world.sessions) as session:
        for option in ours:
            welcomes.pick(session, shop_id=merchant.id, option=option, now=world.clock.now())
