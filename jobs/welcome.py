"""A merchant's first steps: a gift is looked for and picked, a helpdesk left for later, and the rules switched on."""

from collections.abc import Callable, Collection
from dataclasses import replace

import structlog

from app.domain.backtest.asked import Kind
from app.domain.facts import GiftOption
from app.domain.policy import Mode, Policy
from app.domain.suggestions import Unfit, unfit
from app.store import shops, welcomes
from app.store.base import reading, unit_of_work
from app.store.shops import Merchant
from jobs import backtest, desk
from jobs.agent_preview import hurried
from jobs.runtime import World

log = structlog.get_logger("welcome")

RULES = ("special_customer", "nth_order_gift")  # what is switched on first: the two that everything else begins with


def search(world: World, merchant: Merchant, words: str) -> tuple[GiftOption, ...]:
    """Return what the store sells by such a name, at this moment. Raises Unavailable."""
    return hurried(world, merchant).shop.gift_candidates(words)


def pick(world: World, merchant: Merchant, variant_id: int, *, first: bool) -> Unfit | None:
    """Give this variant before all others, or where those before it cannot be given; return why not, if it cannot be.

    The store is asked once more, for the page may be old. Raises Unavailable.
    """
    option = hurried(world, merchant).shop.gift_option(variant_id)
    why = Unfit.NOT_ON_SALE if option is None else unfit(option, floor=merchant.policy.nth_order_gift.stock_floor)
    if option is None or why is not None:
        return why
    with unit_of_work(world.sessions) as session:
        welcomes.pick(session, shop_id=merchant.id, option=option, now=world.clock.now())
    desk.set_policy(world, merchant, lambda current: _with_gift(current, variant_id, first=first))
    return None


def drop(world: World, merchant: Merchant, variant_id: int) -> None:
    """Give this variant no more; what is planned stays planned."""
    desk.set_policy(world, merchant, lambda current: _with_gifts(current, _others(current, variant_id)))


def look_back(world: World, merchant: Merchant) -> None:
    """Have found out what the last 90 days would have been with what is decided by now, once the past is read."""
    with reading(world.sessions) as session:
        current = shops.by_id(session, merchant.id) or merchant
    backtest.ask(world, current, Kind.KEPT, current.policy)


def skip_helpdesk(world: World, merchant: Merchant) -> None:
    """Leave the helpdesk for later."""
    with unit_of_work(world.sessions) as session:
        welcomes.skip_helpdesk(session, shop_id=merchant.id, now=world.clock.now())


def switch(
    world: World, merchant: Merchant, mode: Mode, rules: Collection[str], *, may: Callable[[Policy], bool]
) -> bool:
    """Let these rules go so far, and count the first steps as taken; False, and nothing done, where it may not be."""
    if desk.set_modes(world, merchant, rules, mode, may=may) is None:
        return False
    with unit_of_work(world.sessions) as session:
        welcomes.finish(session, shop_id=merchant.id, now=world.clock.now())
    log.info("welcome.finished", shop=merchant.id, mode=mode.value, rules=sorted(rules))
    return True


def _with_gift(policy: Policy, variant_id: int, *, first: bool) -> Policy:
    others = _others(policy, variant_id)
    gifts = (variant_id, *others) if first else (*others, variant_id)
    return _with_gifts(policy, gifts)


def _others(policy: Policy, variant_id: int) -> tuple[int, ...]:
    return tuple(each for each in policy.nth_order_gift.variants if each != variant_id)


def _with_gifts(policy: Policy, gifts: tuple[int, ...]) -> Policy:
    return replace(policy, nth_order_gift=replace(policy.nth_order_gift, variants=gifts))
