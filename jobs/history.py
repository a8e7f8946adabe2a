"""The past, read once from the store's two exports. Whatever breaks off goes on behind the last batch that was kept."""

import time
from datetime import datetime, timedelta

import structlog

from app.domain.backtest.asked import Kind
from app.domain.errors import Closed, Rejected, Unavailable
from app.domain.history import Export, Gathering, Stage
from app.domain.retry import wait_after
from app.domain.suggestions import worth_a_look
from app.store import backtests, imports, insights, shops, veil, yardstick
from app.store.base import reading, unit_of_work
from app.store.imports import Overtaken, Reading
from app.store.shops import Merchant
from jobs import doors, stopping
from jobs.lever import though_paused
from jobs.queue import Task
from jobs.runtime import Outside, World

log = structlog.get_logger("history")

ALL_ORDERS = "read_all_orders"
SIXTY_DAYS = timedelta(days=60)  # all that the store shows to whom it has not promised more
SHORT_PAUSE = timedelta(seconds=3)  # the store did not answer
SHORTEST_LOOK, LONGEST_LOOK = timedelta(seconds=1), timedelta(minutes=1)
TURN_SECONDS = 120.0  # a long file is read in several turns, so that a job ends in time
PATIENCE = 3  # exports that came to nothing before one that is short of rows is taken as it is


def import_history(world: World, shop_id: int) -> None:
    """Take the import one step further: ask for the exports, or read what the store has gathered."""
    world.bell.heard(Task.IMPORT, shop_id)
    inside = world.enter(shop_id)
    if inside is None:
        return
    merchant, outside = inside
    with unit_of_work(world.sessions) as session:
        if not shops.claim_history(session, shop_id=shop_id, now=world.clock.now(), lease=world.lease):
            return
    try:
        pauses = [_step(world, merchant, outside, export) for export in _unread(world, merchant, outside)]
    except Closed as problem:
        doors.shut(world, merchant, problem)
        return
    except Unavailable as problem:
        log.info("history.unavailable", shop=shop_id, problem=str(problem))
        pauses = [max(SHORT_PAUSE, timedelta(seconds=problem.retry_after or 0))]
    except Overtaken:
        log.info("history.overtaken", shop=shop_id)
        return
    _go_on(world, merchant, [pause for pause in pauses if pause is not None])


def read_again(world: World, merchant: Merchant, outside: Outside) -> bool:
    """Begin anew when only sixty days were seen and all are shown by now; return whether it came to that."""
    with reading(world.sessions) as session:
        since = shops.history_state(session, shop_id=merchant.id).since
    if since is None or ALL_ORDERS not in outside.shop.scopes():
        return False
    with unit_of_work(world.sessions) as session:
        imports.again(session, shop_id=merchant.id)
    log.info("history.again", shop=merchant.id)
    return world.bell.ring(Task.IMPORT, merchant.id)


def _unread(world: World, merchant: Merchant, outside: Outside) -> list[Reading]:
    with reading(world.sessions) as session:
        known = imports.readings(session, shop_id=merchant.id)
    if not known:
        # The moment is taken before the exports are: whatever changes while they run is swept up afterwards.
        now = world.clock.now()
        since = None if ALL_ORDERS in outside.shop.scopes() else now - SIXTY_DAYS
        with unit_of_work(world.sessions) as session:
            imports.begin(session, shop_id=merchant.id, now=now, since=since)
            known = imports.readings(session, shop_id=merchant.id)
    return [export for export in known if not export.done]


def _step(world: World, merchant: Merchant, outside: Outside, export: Reading) -> timedelta | None:
    """Return how long to wait before the next step; None when the export is read to its end."""
    if export.handle is None:
        return _ask(world, merchant, outside, export)
    gathering = outside.shop.export(export.handle)
    if gathering.promised != export.promised:
        with unit_of_work(world.sessions) as session:
            imports.promised(session, shop_id=merchant.id, kind=export.kind, count=gathering.promised)
    if gathering.stage is Stage.GATHERING:
        waited = world.clock.now() - (export.asked_at or world.clock.now())
        return min(max(waited / 10, SHORTEST_LOOK), LONGEST_LOOK)
    try:
        if gathering.file is not None and not _read(world, merchant, outside, export, gathering.file):
            return timedelta()
    except Rejected as problem:
        return _ask_anew(world, merchant, export, str(problem))
    if gathering.stage is not Stage.WHOLE:
        return _ask_anew(world, merchant, export, gathering.stage, denied=gathering.stage is Stage.DENIED)
    return _ended(world, merchant, export, gathering)


def _ask(world: World, merchant: Merchant, outside: Outside, export: Reading) -> timedelta:
    # To the store a mutation, to the merchant a reading: who has stopped everything still wants to see the past.
    with though_paused():
        handle = outside.shop.start_export(export.kind, without_people=export.without_people)
    with unit_of_work(world.sessions) as session:
        imports.asked(session, shop_id=merchant.id, kind=export.kind, handle=handle, now=world.clock.now())
    return SHORTEST_LOOK


def _ask_anew(world: World, merchant: Merchant, export: Reading, problem: str, *, denied: bool = False) -> timedelta:
    log.warning("history.failed", shop=merchant.id, kind=export.kind, problem=problem, failures=export.failures + 1)
    with unit_of_work(world.sessions) as session:
        imports.came_to_nothing(
            session, shop_id=merchant.id, kind=export.kind, without_people=export.without_people or denied
        )
    return timedelta() if denied and not export.without_people else wait_after(export.failures + 1)


def _read(world: World, merchant: Merchant, outside: Outside, export: Reading, file: str) -> bool:
    """Read on in the file, and return whether its end was reached in this turn."""
    end, at, things, since = time.monotonic() + TURN_SECONDS, export.lines, export.things, world.clock.now()
    for batch in outside.shop.past(export.kind, file, after=at, currency=merchant.currency):
        with unit_of_work(world.sessions) as session:
            shown = veil.drawn(session, shop_id=merchant.id, seal=world.seal).over_past(batch)
            now = world.clock.now()
            imports.keep(session, shop_id=merchant.id, reading=export, after=at, batch=shown, since=since, now=now)
            shops.note_history(session, shop_id=merchant.id, try_at=now + world.lease)
            if export.kind is Export.ORDERS and worth_a_look(things, things + batch.things):
                policy = merchant.policy.special_customer
                insights.take(session, shop_id=merchant.id, policy=policy, now=now, partial=True)
        at, things = batch.lines, things + batch.things
        if time.monotonic() > end or stopping.asked():
            return False
    return True


def _ended(world: World, merchant: Merchant, export: Reading, gathering: Gathering) -> timedelta | None:
    with reading(world.sessions) as session:
        things = sum(e.things for e in imports.readings(session, shop_id=merchant.id) if e.kind is export.kind)
    if things < gathering.promised and export.failures < PATIENCE:
        return _ask_anew(world, merchant, export, f"{things} rows in place of {gathering.promised}")
    with unit_of_work(world.sessions) as session:
        imports.read(session, shop_id=merchant.id, kind=export.kind, now=world.clock.now())
    log.info("history.read", shop=merchant.id, kind=export.kind, things=things)
    return None


def _go_on(world: World, merchant: Merchant, pauses: list[timedelta]) -> None:
    now = world.clock.now()
    if pauses:
        with unit_of_work(world.sessions) as session:
            shops.note_history(session, shop_id=merchant.id, try_at=now + min(pauses))
        if min(pauses) == timedelta():
            world.bell.ring(Task.IMPORT, merchant.id)
        return
    _finish(world, merchant, now)


def _finish(world: World, merchant: Merchant, now: datetime) -> None:
    with unit_of_work(world.sessions) as session:
        imports.finish(session, shop_id=merchant.id)
        yardstick.measure(session, shop_id=merchant.id, policy=merchant.policy.special_customer, now=now)
        insights.take(session, shop_id=merchant.id, policy=merchant.policy.special_customer, now=now)
        shops.note_history(session, shop_id=merchant.id, done_at=now)
        backtests.ask(session, shop_id=merchant.id, kind=Kind.KEPT, policy=merchant.policy, now=now)
    log.info("history.done", shop=merchant.id)
    world.bell.ring(Task.REVIEW, merchant.id)
    world.bell.ring(Task.BACKTEST, merchant.id)
