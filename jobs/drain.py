"""One bell, one shop: everything that waits is handled and performed, in batches, until nothing is due."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from rq.timeouts import JobTimeoutException

from app.store import inbox, ledger, shops
from app.store.base import unit_of_work
from app.store.inbox import Letter
from app.store.shops import Merchant
from jobs.handle import handle
from jobs.perform import perform
from jobs.queue import Task
from jobs.runtime import Outside, World

log = structlog.get_logger("drain")

BATCH = 50
# One shop's storm gives way to the others after this long; it goes to the end of the queue and comes back.
TURN_SECONDS = 10.0


def drain(world: World, shop_id: int) -> None:
    """Work through the shop's deliveries and effects; ring again when there is more than one turn's worth."""
    world.bell.heard(Task.DRAIN, shop_id)
    inside = world.enter(shop_id)
    if inside is None:
        return
    merchant, outside = inside
    end = time.monotonic() + TURN_SECONDS
    while _one_batch(world, merchant, outside):
        if time.monotonic() > end:
            world.bell.ring(Task.DRAIN, shop_id)
            return
        inside = world.enter(shop_id)  # the policy, the kill switch or the installation may have changed meanwhile
        if inside is None:
            return
        merchant, outside = inside


def _one_batch(world: World, merchant: Merchant, outside: Outside) -> bool:
    """Return whether there was anything to do."""
    letters = _claim(world, merchant)
    for letter in letters:
        with _bug_kept_small("delivery.failed", merchant.id, letter.id):
            handle(world, merchant, outside, letter)
    due = _due(world, merchant)
    for effect_id in due:
        with _bug_kept_small("effect.failed", merchant.id, effect_id):
            perform(world, merchant, outside, effect_id)
    return bool(letters or due)


def _claim(world: World, merchant: Merchant) -> list[Letter]:
    with unit_of_work(world.sessions) as session:
        # Before the past is known, a tenth order would look like a first one: what comes waits.
        if shops.history_state(session, shop_id=merchant.id).done_at is None:
            return []
        return inbox.claim(session, shop_id=merchant.id, now=world.clock.now(), lease=world.lease, limit=BATCH)


def _due(world: World, merchant: Merchant) -> list[int]:
    now = world.clock.now()
    with unit_of_work(world.sessions) as session:
        ledger.doubt_the_silent(session, shop_id=merchant.id, now=now, quarantine=world.quarantine)
        return [] if merchant.paused else ledger.due(session, shop_id=merchant.id, now=now, limit=BATCH)


@contextmanager
def _bug_kept_small(event: str, shop_id: int, row_id: int) -> Iterator[None]:
    """Let one bad row fail alone. It keeps its lease, so it comes back later, and its tries are counted."""
    try:
        yield
    except JobTimeoutException:
        raise
    except Exception:
        log.exception(event, shop=shop_id, row=row_id)
