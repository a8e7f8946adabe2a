"""What the webhooks did not tell: orders changed since the last look, every few minutes, and at night once more."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice
from typing import NamedTuple

import structlog

from app.domain.errors import Busy, Closed, Unavailable
from app.domain.facts import Change
from app.store import inbox, orders, pulse, shops
from app.store.base import Session, reading, unit_of_work
from app.store.shops import Merchant
from jobs import audit, doors, history, vendors
from jobs.queue import Task
from jobs.runtime import Outside, World, midnight

log = structlog.get_logger("sweep")

# The store's own clock and index may lag; what is seen twice meets the same delivery key.
OVERLAP = timedelta(minutes=10)
NIGHTLY_OVERLAP = timedelta(hours=2)  # with the day itself: 26 hours
NIGHTLY = "swept_nightly_to"
ROWS_A_COMMIT = 100
SHORTEST_PAUSE_SECONDS = 10.0  # after the store gave no answer, or had no time
LONGEST_ALONE_SECONDS = 60  # after which somebody else may sweep as well: who began may have died


class Due(NamedTuple):
    """A sweep that is due: the column that remembers how far the last one came, and how far to look back."""

    column: str
    since: datetime
    overlap: timedelta


def sweep(world: World, shop_id: int) -> None:
    """Put every order that changed since the last sweep into the inbox, as if its webhook had come.

    Not while another worker is at it: all of them would ask the same, and soon the store would answer nobody.
    """
    world.bell.heard(Task.SWEEP, shop_id)
    if not world.bell.take(Task.SWEEP, shop_id, seconds=LONGEST_ALONE_SECONDS):
        return
    try:
        _sweep_alone(world, shop_id)
    finally:
        world.bell.give_back(Task.SWEEP, shop_id)


def _sweep_alone(world: World, shop_id: int) -> None:
    inside = world.enter(shop_id)
    if inside is None:
        return
    merchant, outside = inside
    now = world.clock.now()
    held_since = merchant.held_since
    try:
        if history.read_again(world, merchant, outside):
            return
        found = sum(_asked(world, merchant, outside, due) for due in _due(world, merchant, now))
    except Closed as problem:
        doors.shut(world, merchant, problem)
        return
    except Unavailable as problem:
        log.info("sweep.unavailable", shop=shop_id, problem=str(problem))
        world.bell.hush(Task.SWEEP, shop_id, seconds=max(problem.retry_after or 0.0, SHORTEST_PAUSE_SECONDS))
        return
    doors.found_open(world, merchant)
    if held_since is not None:
        _let_go(world, merchant, held_since)
    if found or held_since is not None:
        world.bell.ring(Task.DRAIN, shop_id)


def sweep_now(world: World, merchant: Merchant, outside: Outside) -> int | None:
    """Ask the store what changed, whenever it was asked last; return how much was news, None without an answer."""
    with reading(world.sessions) as session:
        since = shops.history_state(session, shop_id=merchant.id).swept_to
    if since is None:
        return 0
    try:
        found = _sweep(world, merchant, outside, Due("swept_to", since, OVERLAP))
    except Closed as problem:
        doors.shut(world, merchant, problem)
        return None
    except Unavailable:
        return None
    if merchant.held_since is not None:
        _let_go(world, merchant, merchant.held_since)
    return found


def _asked(world: World, merchant: Merchant, outside: Outside, due: Due) -> int:
    """Sweep; at night, first compare what was done since the last night with what is out there, and ask the vendors."""
    if due.column == NIGHTLY:
        try:
            audit.compare(world, merchant, outside, due.since - due.overlap)
        except Busy:
            raise
        except Unavailable as problem:
            # Where it is the store, it says so once more below. Where it is the helpdesk, orders do not wait for it.
            log.warning("audit.unavailable", shop=merchant.id, problem=str(problem))
        audit.look_at_held(world, merchant.id)
        vendors.check_all(world, merchant)
    return _sweep(world, merchant, outside, due)


def _due(world: World, merchant: Merchant, now: datetime) -> Iterator[Due]:
    with reading(world.sessions) as session:
        state = shops.history_state(session, shop_id=merchant.id)
    if state.swept_to is None:
        return
    if merchant.held_since is not None or now - state.swept_to >= timedelta(seconds=world.settings.sweep_seconds):
        yield Due("swept_to", state.swept_to, OVERLAP)
    nightly = state.swept_nightly_to or state.done_at
    if nightly is not None and nightly < midnight(merchant, now):
        yield Due(NIGHTLY, nightly, NIGHTLY_OVERLAP)


def _let_go(world: World, merchant: Merchant, held_since: datetime) -> None:
    """Let deeds go out again: what changed while our database did not know of it is in the inbox now."""
    with unit_of_work(world.sessions) as session:
        gone = pulse.let_go(session, shop_id=merchant.id, held_since=held_since)
    log.warning("shop.reconciled", shop=merchant.id, let_go=gone)


def _sweep(world: World, merchant: Merchant, outside: Outside, due: Due) -> int:
    """Return how many changes were news. Where it breaks off, the next sweep goes on."""
    now, found = world.clock.now(), 0
    changes = outside.shop.updated_since(due.since - due.overlap)
    while some := list(islice(changes, ROWS_A_COMMIT)):
        with unit_of_work(world.sessions) as session:
            found += sum(_put_in(session, merchant, change, now=now) for change in some)
            # They come oldest first: whatever changed before the last of them is known by now.
            reached = min(max(due.since, some[-1].updated_at), now)
            shops.note_history(session, shop_id=merchant.id, **{due.column: reached})
    with unit_of_work(world.sessions) as session:
        shops.note_history(session, shop_id=merchant.id, **{due.column: now})
    log.info("sweep.done", shop=merchant.id, sweep=due.column, found=found)
    return found


def _put_in(session: Session, merchant: Merchant, change: Change, *, now: datetime) -> bool:
    if orders.is_known(session, shop_id=merchant.id, change=change):
        return False
    return inbox.receive(
        session,
        shop_id=merchant.id,
        source="shopify",
        sender=merchant.domain,
        topic="orders/updated",
        delivery_key=f"sweep:{change.order_id}:{change.updated_at.isoformat()}:{change.net.minor}",
        body=json.dumps({"id": change.order_id}).encode(),
        now=now,
    )
