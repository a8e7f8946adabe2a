"""What the rules would have done in the last ninety days, had they been on: walked through in a worker's hands.

Nothing leaves the house for it: the store is asked what the gifts cost, and nothing else.
"""

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import structlog

from app.domain.backtest import summary
from app.domain.backtest.asked import GIVES, Asked, Kind, differs
from app.domain.backtest.summary import Outcome
from app.domain.backtest.walk import Said, Walk
from app.domain.errors import Busy, Rejected, Unavailable
from app.domain.facts import GiftOption
from app.domain.money import Money
from app.domain.policy import Policy
from app.store import backtests, connections, shops
from app.store import catalogue as shelf
from app.store.backtests import Walked
from app.store.base import reading, unit_of_work
from app.store.shops import Merchant
from jobs import gather, gift_choice, gift_names, stopping
from jobs.queue import Task
from jobs.runtime import OPENING_HOUR, Outside, World, in_force

log = structlog.get_logger("backtest")

TIME = timedelta(days=90)
LEASE = timedelta(minutes=2)
TELLS_SECONDS = 0.5  # how often it is noted how far a walk is
STAND_IN_SHARE = 10  # a gift that nobody has chosen costs one in so many parts of a usual order
STILL_FRESH = timedelta(minutes=5)  # a walk that another one may be compared with
NOT_NOW, GAVE_UP = "not_now", "gave_up"  # why a walk came to nothing


def backtest(world: World, shop_id: int) -> None:
    """Walk through whatever was asked for, one walk after the other."""
    world.bell.heard(Task.BACKTEST, shop_id)
    merchant = world.merchant(shop_id)
    while merchant is not None and not stopping.asked():
        with unit_of_work(world.sessions) as session:
            walked = backtests.take_up(session, shop_id=shop_id, now=world.clock.now(), lease=LEASE)
        if walked is None:
            return
        _walk(world, merchant, walked)


def ask(world: World, merchant: Merchant, kind: Kind, policy: Policy) -> bool:
    """Let the past be walked through with these settings; return False while the import of it is not done."""
    now = world.clock.now()
    with unit_of_work(world.sessions) as session:
        if shops.history_state(session, shop_id=merchant.id).done_at is None:
            return False
        backtests.ask(session, shop_id=merchant.id, kind=kind, policy=policy, now=now)
    ring(world, merchant)
    return True


def compare(world: World, merchant: Merchant, policy: Policy) -> bool:
    """Let the past be walked through with these settings, and with those in force unless that was done just now.

    Walks of two days, or of other settings than one believes, would differ for reasons that nobody asked about.
    """
    kept = newest(world, merchant).get(Kind.KEPT)
    if kept is None or differs(kept.policy, merchant.policy) or world.clock.now() - kept.asked_at > STILL_FRESH:
        ask(world, merchant, Kind.KEPT, merchant.policy)
    return ask(world, merchant, Kind.TRIED, policy)


def ring(world: World, merchant: Merchant) -> None:
    """Wake a worker for what was asked: somebody waits before the screen."""
    world.bell.ring(Task.BACKTEST, merchant.id, at_once=True)


def newest(world: World, merchant: Merchant) -> dict[Kind, Walked]:
    """Return the newest walk of each kind: for a page's headline, `newest(...).get(Kind.KEPT)`."""
    with reading(world.sessions) as session:
        return backtests.newest(session, shop_id=merchant.id)


def forget(world: World, merchant: Merchant) -> None:
    """Let what was tried be."""
    with unit_of_work(world.sessions) as session:
        backtests.drop(session, shop_id=merchant.id, kind=Kind.TRIED)


def walk_through(world: World, merchant: Merchant, policy: Policy, options: tuple[GiftOption, ...]) -> Walk:
    """Return a walk at its beginning: all that it needs has been read by then."""
    now = world.clock.now()
    with reading(world.sessions) as session:
        accounts = connections.public_ids(session, shop_id=merchant.id)
        walk = Walk(
            asked=Asked(
                policy=in_force(replace(merchant, policy=policy)),
                currency=merchant.currency,
                zone=ZoneInfo(merchant.timezone),
                since=now - TIME,
                until=now,
                options=options,
                granted=merchant.scopes,
                known_since=shops.history_state(session, shop_id=merchant.id).since,
                shop=merchant.name,
                entries=tuple(entry for entry in shelf.listed(session, shop_id=merchant.id) if entry.active),
                vendors=frozenset(gift_choice.bringers(merchant, accounts)),
                opening_hour=OPENING_HOUR,
            ),
            wishes=backtests.wishes(session, shop_id=merchant.id),
            treats=backtests.treats(session, shop_id=merchant.id, tried=GIVES, since=now - TIME),
        )
        walk.begin(backtests.orders_of(session, shop_id=merchant.id))
    return walk


def _walk(world: World, merchant: Merchant, walked: Walked) -> None:
    began = time.monotonic()
    try:
        outcome = _outcome(world, merchant, walked)
    except (Unavailable, Busy, Rejected) as problem:
        log.info("backtest.unavailable", shop=merchant.id, problem=str(problem))
        _fail(world, merchant, walked, NOT_NOW)
        return
    if outcome is None:
        return
    with unit_of_work(world.sessions) as session:
        kept = backtests.end(session, walked, shop_id=merchant.id, outcome=outcome, now=world.clock.now())
    seconds = round(time.monotonic() - began, 2)
    log.info("backtest.done", shop=merchant.id, kind=walked.kind, orders=outcome.orders, seconds=seconds, kept=kept)


def _outcome(world: World, merchant: Merchant, walked: Walked) -> Outcome | None:
    """Return what the walk came to; None when nobody waits for it any more."""
    if walked.tries > backtests.MOST_TRIES:
        _fail(world, merchant, walked, GAVE_UP)
        return None
    inside = world.enter(merchant.id)
    if inside is None:
        raise Unavailable("the shop has not let us in")
    policy = walked.policy
    options = _options(world, replace(merchant, policy=policy), inside[1])
    walk = walk_through(world, merchant, policy, options or (_stand_in(world, merchant),))
    try:
        return summary.told(walk, _telling(world, merchant, walked, walk), stand_in=not options)
    except _Overtaken:
        log.info("backtest.overtaken", shop=merchant.id, kind=walked.kind)
        return None


class _Overtaken(Exception):
    """Another walk was asked for meanwhile, or the worker is to stop."""


def _telling(world: World, merchant: Merchant, walked: Walked, walk: Walk) -> Iterator[Said]:
    """Yield what is said on the way, and note now and then how far it is."""
    last = time.monotonic()
    for said in walk.through():
        yield said
        if time.monotonic() - last < TELLS_SECONDS:
            continue
        last, percent = time.monotonic(), 100 * walk.gone // max(walk.length, 1)
        with unit_of_work(world.sessions) as session:
            until = world.clock.now() + LEASE
            wanted = backtests.go_on(session, walked, shop_id=merchant.id, percent=percent, until=until)
        if not wanted or stopping.asked():
            raise _Overtaken


def _options(world: World, merchant: Merchant, outside: Outside) -> tuple[GiftOption, ...]:
    if not merchant.policy.nth_order_gift.variants:
        return ()
    options = gather.gift_options(world, merchant, outside)
    gift_names.keep(world, merchant, options)
    return options


def _stand_in(world: World, merchant: Merchant) -> GiftOption:
    """Return a gift that stands for the one that nobody has chosen yet: worth a part of a usual order."""
    with reading(world.sessions) as session:
        orders, net_minor = backtests.usual(session, shop_id=merchant.id)
    minor = max(net_minor // max(orders, 1) // STAND_IN_SHARE, 1)
    return GiftOption(
        variant_id=0, title="A gift", cost=Money(minor=minor, currency=merchant.currency), on_sale=True, stock=None
    )


def _fail(world: World, merchant: Merchant, walked: Walked, problem: str) -> None:
    log.warning("backtest.failed", shop=merchant.id, kind=walked.kind, tries=walked.tries)
    now: datetime = world.clock.now()
    with unit_of_work(world.sessions) as session:
        backtests.fail(session, walked, shop_id=merchant.id, problem=problem, now=now)
