"""The past, read once by the store's bulk export; and what changed since, swept up: a lost webhook loses nothing."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice

import structlog

from app.domain.errors import Closed, Rejected, Unavailable
from app.domain.facts import Order
from app.store import inbox, orders, shops, yardstick
from app.store.base import reading, unit_of_work
from app.store.shops import Merchant
from jobs import doors
from jobs.queue import Task
from jobs.runtime import Outside, World

log = structlog.get_logger("history")

ROWS_A_COMMIT = 1000
# The store's own clock and index may lag; what is seen twice meets the same delivery key.
OVERLAP = timedelta(minutes=10)
LOOK_AGAIN = timedelta(seconds=1)
SHORT_PAUSE = timedelta(seconds=3)  # the store did not answer
LONG_PAUSE = timedelta(seconds=30)  # the export came to nothing, so another one is asked for


def import_history(world: World, shop_id: int) -> None:
    """Take the import one step further: ask for the export, or read it when the store has gathered it."""
    world.bell.heard(Task.IMPORT, shop_id)
    inside = world.enter(shop_id)
    if inside is None:
        return
    merchant, outside = inside
    with unit_of_work(world.sessions) as session:
        state = shops.claim_history(session, shop_id=shop_id, now=world.clock.now(), lease=world.lease)
    if state is None:
        return
    try:
        if state.handle is None:
            _start(world, merchant, outside)
        else:
            _read(world, merchant, outside, state.handle)
    except Closed as problem:
        doors.shut(world, merchant, problem)
    except Unavailable as problem:
        log.info("history.unavailable", shop=shop_id, problem=str(problem))
        _note(world, merchant, try_at=world.clock.now() + SHORT_PAUSE)
    except Rejected as problem:
        log.warning("history.failed", shop=shop_id, problem=str(problem))
        _note(world, merchant, handle=None, try_at=world.clock.now() + LONG_PAUSE)


def sweep(world: World, shop_id: int) -> None:
    """Put every order that changed since the last sweep into the inbox, as if its webhook had come."""
    world.bell.heard(Task.SWEEP, shop_id)
    inside = world.enter(shop_id)
    if inside is None:
        return
    merchant, outside = inside
    with reading(world.sessions) as session:
        swept_to = shops.history_state(session, shop_id=shop_id).swept_to
    now = world.clock.now()
    if swept_to is None or now - swept_to < timedelta(seconds=world.settings.sweep_seconds):
        return
    try:
        found = sum(_put_in(world, merchant, *change) for change in outside.shop.updated_since(swept_to - OVERLAP))
    except Closed as problem:
        doors.shut(world, merchant, problem)
        return
    except Unavailable as problem:
        log.info("sweep.unavailable", shop=shop_id, problem=str(problem))
        return
    _note(world, merchant, swept_to=now)
    log.info("sweep.done", shop=shop_id, found=found)
    if found:
        world.bell.ring(Task.DRAIN, shop_id)


def _start(world: World, merchant: Merchant, outside: Outside) -> None:
    # The moment is taken before the export is: whatever changes while it runs is swept up afterwards.
    before = world.clock.now()
    handle = outside.shop.start_history()
    _note(world, merchant, handle=handle, swept_to=before, try_at=before + LOOK_AGAIN)


def _read(world: World, merchant: Merchant, outside: Outside, handle: str) -> None:
    past = outside.shop.history(handle)
    if past is None:
        _note(world, merchant, try_at=world.clock.now() + LOOK_AGAIN)
        return
    count = 0
    for batch in _batches(past):
        with unit_of_work(world.sessions) as session:
            orders.write(session, shop_id=merchant.id, orders=batch)
            shops.note_history(session, shop_id=merchant.id, try_at=world.clock.now() + world.lease)
        count += len(batch)
    now = world.clock.now()
    with unit_of_work(world.sessions) as session:
        orders.recount(session, shop_id=merchant.id)
        yardstick.measure(session, shop_id=merchant.id, policy=merchant.policy.special_customer, now=now)
        shops.note_history(session, shop_id=merchant.id, done_at=now)
    log.info("history.done", shop=merchant.id, orders=count)
    world.bell.ring(Task.REVIEW, merchant.id)


def _batches(past: Iterator[Order]) -> Iterator[list[Order]]:
    while batch := list(islice(past, ROWS_A_COMMIT)):
        yield batch


def _put_in(world: World, merchant: Merchant, order_id: int, updated_at: datetime) -> bool:
    with unit_of_work(world.sessions) as session:
        if orders.is_known(session, shop_id=merchant.id, order_id=order_id, updated_at=updated_at):
            return False
        return inbox.receive(
            session,
            shop_id=merchant.id,
            source="shopify",
            sender=merchant.domain,
            topic="orders/updated",
            delivery_key=f"sweep:{order_id}:{updated_at.isoformat()}",
            body=json.dumps({"id": order_id}).encode(),
            now=world.clock.now(),
        )


def _note(world: World, merchant: Merchant, **changes: datetime | str | None) -> None:
    with unit_of_work(world.sessions) as session:
        shops.note_history(session, shop_id=merchant.id, **changes)
