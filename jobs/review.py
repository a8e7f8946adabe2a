"""Once a day: the shop's measure is taken afresh, and whoever it or the passing of time has moved is decided again.

Some customers at a time, each in a transaction of its own, so that a press never waits for all of them. Whatever breaks
off goes on behind the last one, as of the moment at which it began.
"""

import time
from collections.abc import Sequence
from datetime import datetime

import structlog

from app.domain.decisions import Decision
from app.domain.policy import Mode
from app.domain.rules import holdout, special_customer
from app.store import chores, insights, orders, reviews, shops, tallies, trials, yardstick
from app.store.base import Session, unit_of_work
from app.store.shops import Merchant
from jobs import hard_times, stopping
from jobs.carry_out import carry_out_all
from jobs.queue import Task
from jobs.runtime import World, local

log = structlog.get_logger("review")

REVIEW = "review"  # the chore
PIECE = 250  # customers decided about in one transaction
PAUSE = 0.1  # seconds between two: SQLite keeps no line, and whoever waits there looks again as often as that
TURN_SECONDS = 120.0  # a job ends in time; the rest is another one's


def review(world: World, shop_id: int) -> None:
    """Review the shop's customers, once for the merchant's today."""
    world.bell.heard(Task.REVIEW, shop_id)
    end = time.monotonic() + TURN_SECONDS
    period = _begun(world, shop_id)
    while period is not None and _piece(world, shop_id, period):
        if stopping.wait(PAUSE) or time.monotonic() > end:
            world.bell.ring(Task.REVIEW, shop_id)
            return
    if period is not None:
        world.bell.ring(Task.DRAIN, shop_id)


def _begun(world: World, shop_id: int) -> str | None:
    """Begin today's review where nobody has; return which day's it is, None where there is nothing to do."""
    with unit_of_work(world.sessions) as session:
        merchant = _ready(session, shop_id)
        if merchant is None:
            return None
        now = world.clock.now()
        today = f"{local(merchant, now):%Y-%m-%d}"
        orders.lock(session, shop_id=shop_id)
        if _is_over(session, shop_id, today):
            return None
        if reviews.under_way(session, shop_id=shop_id, period=today) is None:
            tallies.clear_out(session, shop_id=shop_id, today=local(merchant, now).date())
            hard_times.end(session, merchant, now)
            _measure(session, merchant, now)
            reviews.begin(session, shop_id=shop_id, period=today, few=_few(session, merchant, now), now=now)
        return today


def _ready(session: Session, shop_id: int) -> Merchant | None:
    """Return the shop as it is now; None while it is not here, or half its past would make a wrong measure."""
    merchant = shops.by_id(session, shop_id)
    if merchant is None or not merchant.installed:
        return None
    return None if shops.history_state(session, shop_id=shop_id).done_at is None else merchant


def _is_over(session: Session, shop_id: int, period: str) -> bool:
    return (chores.last(session, shop_id=shop_id, name=REVIEW) or "") >= period


def _measure(session: Session, merchant: Merchant, now: datetime) -> None:
    policy = merchant.policy.special_customer
    wrong = orders.audit(session, shop_id=merchant.id, now=now)
    if wrong:
        log.error("audit.repaired", shop=merchant.id, figures=wrong)
    yardstick.measure(session, shop_id=merchant.id, policy=policy, now=now)
    insights.take(session, shop_id=merchant.id, policy=policy, now=now)


def _few(session: Session, merchant: Merchant, now: datetime) -> bool:
    """Return whether so few customers change that nobody need be asked: it is said once, for all pieces."""
    measure = yardstick.read(session, shop_id=merchant.id, currency=merchant.currency)
    moved = _moved(session, merchant, now, after=0, most=None)
    changes = sum(decision.changes_anything for decision in moved.values())
    return measure is None or special_customer.are_few(changes, measure.customers)


def _piece(world: World, shop_id: int, period: str) -> bool:
    """Decide about the next customers; return whether there may be more."""
    with unit_of_work(world.sessions) as session:
        merchant = _ready(session, shop_id)
        if merchant is None:
            return False
        orders.lock(session, shop_id=shop_id)
        at = reviews.under_way(session, shop_id=shop_id, period=period)
        if at is None or _is_over(session, shop_id, period):
            return False  # another worker is done with it, or a new day has begun
        moved = _moved(session, merchant, at.began_at, after=at.reached, most=PIECE)
        changed = _decide(session, merchant, [*moved.values()], at)
        if moved:
            reviews.reach(session, shop_id=shop_id, customer_id=max(moved), changed=changed)
        if len(moved) == PIECE:
            return True
        chores.take(session, shop_id=shop_id, name=REVIEW, period=period, now=world.clock.now())
        log.info("review.done", shop=shop_id, changed=at.changed + changed)
        return False


def _moved(session: Session, merchant: Merchant, now: datetime, *, after: int, most: int | None) -> dict[int, Decision]:
    """Return what is decided about those who moved, by their numbers."""
    policy = merchant.policy.special_customer
    measure = yardstick.read(session, shop_id=merchant.id, currency=merchant.currency)
    if measure is None:
        return {}
    moved = orders.moved_by(
        session, shop_id=merchant.id, yardstick=measure, policy=policy, now=now, after=after, most=most
    )
    return {
        standing.customer_id: holdout.weighed(
            special_customer.decide(standing, measure, policy, now), merchant.policy, standing, now
        )
        for standing in moved
    }


def _decide(session: Session, merchant: Merchant, decided: Sequence[Decision], at: reviews.UnderWay) -> int:
    """Carry out what changes anything, and enter whoever is held out for the first time; return how many changed."""
    changes = [(decision, None) for decision in decided if decision.changes_anything]
    most = Mode.AUTO if at.few else Mode.APPROVE
    carry_out_all(session, merchant, changes, now=at.began_at, most=most)
    known = trials.held_out(session, shop_id=merchant.id, trial=merchant.policy.trial_of(special_customer.RULE))
    new = [
        (decision, None)
        for decision in decided
        if decision.place is not None and decision.place.held_out and decision.place.customer_id not in known
    ]
    carry_out_all(session, merchant, new, now=at.began_at)
    return len(changes)
