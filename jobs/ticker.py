"""Each moment: whatever is due, unhandled or left hanging is rung. Several tickers do no harm: a bell is not a deed."""

import signal
import time
from datetime import timedelta

import structlog

from app.store import (
    asks,
    backtests,
    campaigns,
    chores,
    grants,
    mails,
    marks,
    privacy,
    sendings,
    setups,
    shops,
    shortages,
    story_mails,
)
from app.store.base import reading
from integrations import registry
from jobs import audit, logs, pulse, stopping, trail
from jobs.moments import MOMENTS
from jobs.privacy import TIDY
from jobs.queue import Task
from jobs.results import RESULTS
from jobs.review import REVIEW
from jobs.runtime import OPENING_HOUR, World, world

log = structlog.get_logger("ticker")

TICK_SECONDS = 0.5
# Younger work has just been rung for by whoever made it.
GRACE = timedelta(milliseconds=400)
ROUND_SECONDS = 20.0
CHORES_A_ROUND = 50  # 10,000 shops are through with a day's chore in a little over an hour
SWEEPS_A_LOOK = 20
LOOKS_A_ROUND = 100  # each is five customers in a helpdesk
SEAL_SECONDS = BEAT_SECONDS = 5.0


def main() -> int:
    """Tick until told to stop."""
    logs.start("ticker")
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.leave() if stopping.asked() else stopping.begin())
    here, next_round = world(), 0.0
    next_seal = next_beat = 0.0
    while not stopping.wait(TICK_SECONDS):
        if time.monotonic() >= next_beat:
            next_beat = time.monotonic() + BEAT_SECONDS
            pulse.beat(here)
        ring_due(here)
        if time.monotonic() >= next_round:
            next_round = time.monotonic() + ROUND_SECONDS
            make_round(here)
        if time.monotonic() >= next_seal:
            next_seal = time.monotonic() + SEAL_SECONDS
            trail.seal(here)
    return 0


def ring_due(here: World) -> None:
    """Ring for every shop with something that waits for longer than it should."""
    with reading(here.sessions) as session:
        now = here.clock.now()
        waiting = shops.with_work(session, now=now, older_than=GRACE, at_once=registry.AT_ONCE)
        importing = shops.without_history(session, now=now)
        sweep_before = now - timedelta(seconds=here.settings.sweep_seconds)
        unswept = shops.due_for_sweep(session, before=sweep_before, now=now, limit=SWEEPS_A_LOOK)
        asked = privacy.shops_with_requests(session, now=now)
        doubted = asks.shops_due(session, now=now, limit=CHORES_A_ROUND)
    for shop_id in asked:
        here.bell.ring(Task.PRIVACY, shop_id)
    for shop_id in waiting:
        here.bell.ring(Task.DRAIN, shop_id)
    for shop_id in doubted:
        here.bell.ring(Task.ADDRESSES, shop_id)
    for shop_id in importing:
        here.bell.ring(Task.IMPORT, shop_id)
    for shop_id in unswept:
        here.bell.ring(Task.SWEEP, shop_id)


def make_round(here: World) -> None:
    """Ring for what shops need by day and their helpdesks at night, for mails and gifts; the task knows if it is time.

    A few at a time: a day begins for thousands of shops at the same moment, and webhooks must not wait behind all that.
    """
    here.bell.tick()
    audit.look_at_all_doubts(here)
    with reading(here.sessions) as session:
        now, few = here.clock.now(), CHORES_A_ROUND
        due = {
            Task.REVIEW: chores.daily(session, name=REVIEW, now=now, limit=few),
            Task.PRIVACY: chores.daily(session, name=TIDY, now=now, limit=few),
            Task.MOMENTS: chores.daily(session, name=MOMENTS, now=now, limit=few),
            Task.RESULTS: chores.daily(session, name=RESULTS, now=now, limit=few),
            Task.LOST_MARKS: marks.to_be_looked_through(
                session, kinds=registry.HELPDESKS, now=now, limit=LOOKS_A_ROUND
            ),
            Task.KEEP_ACCESS: [
                *grants.worth_renewing(session, now=now, secret=here.current_secret),
                *grants.to_be_asked_again(session, now=now),
            ],
            Task.HELPDESKS: setups.due(session, now=now, limit=few),
            Task.MAILS: mails.due(session, now=now, limit=few),
            Task.GIFTS: sendings.shops_due(session, now=now, limit=few),
            Task.CAMPAIGNS: campaigns.shops_due(session, now=now, limit=few),
            Task.SHORTAGES: shortages.shops_due(session, now=now, limit=few),
            Task.STORY: story_mails.shops_due(session, now=now, hour=OPENING_HOUR, limit=few),
            Task.BACKTEST: backtests.shops_due(session, now=now, limit=few),
        }
    for task, shop_ids in due.items():
        for shop_id in shop_ids:
            here.bell.ring(task, shop_id)
