"""One bell, one shop: everything that waits is handled and performed, in batches, until nothing is due."""

import time
from collections.abc import Callable

from app.store import inbox, shops
from app.store.base import Session, unit_of_work
from app.store.shops import Merchant
from integrations import registry
from jobs import pulse, stopping
from jobs.doors import found_open
from jobs.handle import handle_all
from jobs.in_hand import Claimed, held
from jobs.perform import Shift
from jobs.queue import Task
from jobs.runtime import Outside, World
from jobs.turns import LARGEST_BATCH, Turns, batch_of


def drain(
    world: World, shop_id: int, *, go_on: Callable[[], bool] | None = None, looks: Callable[[], None] | None = None
) -> bool:
    """Work through the shop's deliveries and effects until nothing is due, or as long as it may go on.

    Return whether nothing is due any more. Where something is, the bell is rung again: the shop goes to the end of the
    queue and comes back. `looks` is told before each look: whatever comes from then on is news.
    """
    pulse.look(world)
    began = time.monotonic()
    may_go_on = go_on or (lambda: Turns(1).may_go_on(time.monotonic() - began))
    with Shift(world=world) as shift:
        while True:
            if looks is not None:
                looks()
            world.bell.heard(Task.DRAIN, shop_id)
            if not _one_batch(world, shop_id, shift):
                return True
            if stopping.asked() or not may_go_on():
                break
    world.bell.heard(Task.DRAIN, shop_id)  # or a bell that came meanwhile would keep ours from being rung
    world.bell.ring(Task.DRAIN, shop_id)
    return False


def _one_batch(world: World, shop_id: int, shift: Shift) -> bool:
    """Return whether there was anything to do. The shop is looked at afresh, for it may have changed meanwhile."""
    merchant = world.merchant(shop_id)
    outside = None if merchant is None else world.outside(merchant)
    if merchant is None or outside is None:
        return _from_outside_the_door(world, shop_id, shift) or shift.end() > 0
    return _work(world, merchant, None if merchant.is_shut(world.clock.now()) else outside, shift)


def _from_outside_the_door(world: World, shop_id: int, shift: Shift) -> bool:
    """Handle what needs no way into the shop; the rest waits until the merchant lets us in again."""
    merchant = world.known(shop_id)
    if merchant is None:
        return False
    with unit_of_work(world.sessions) as session:
        claimed = _claimed(session, world, merchant, topics=registry.AT_ONCE)
    with held(world, claimed, beside=shift.hold) as letters:
        handle_all(world, merchant, None, letters)
    return bool(letters)


def _work(world: World, merchant: Merchant, outside: Outside | None, shift: Shift) -> bool:
    """Do a batch; `outside` is None while the shop is left alone, which letters that need nobody inside ignore."""
    with held(world, _claim(world, merchant), beside=shift.hold) as letters:
        let_in = handle_all(world, merchant, outside, letters)
    if not let_in or outside is None:
        return bool(letters) or shift.end() > 0
    performed = shift.go_on(merchant, outside)
    if not performed.shut and (letters or performed.count):
        found_open(world, merchant)
    return bool(letters or performed.count or shift.under_way)


def _claim(world: World, merchant: Merchant) -> Claimed:
    with unit_of_work(world.sessions) as session:
        # Before the past is known, a tenth order would look like a first one: what comes waits.
        unread = shops.history_state(session, shop_id=merchant.id).done_at is None
        return _claimed(session, world, merchant, topics=registry.AT_ONCE if unread else None)


def _claimed(session: Session, world: World, merchant: Merchant, *, topics: frozenset[str] | None) -> Claimed:
    now = world.clock.now()
    letters = inbox.claim(
        session,
        shop_id=merchant.id,
        now=now,
        lease=world.hold,
        limit=_batch(world),
        topics=topics,
        rest=world.lease,
        sources=registry.SOURCES,  # what a newer version's door has kept waits for a newer version's worker
    )
    return Claimed(letters=letters, until=now + world.hold)


def _batch(world: World) -> int:
    # With a single hand nobody else is served meanwhile.
    return LARGEST_BATCH if world.hands.count == 1 else batch_of(world.hands.share)
