"""Once a day: whose day it is, what all is well with again, and what small thing goes to them for it.

    due, by our books ─▶ their order and their troubles, asked for outside ─▶ decided (committed, with the day's chore)

Whoever dies before the end leaves nothing behind, and the day is looked through again.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

import structlog

from app.domain.errors import Closed, Unavailable
from app.domain.facts import Given
from app.domain.moments import ANNIVERSARY, BIRTHDAY, RECOVERY, TIMES_A_DAY, Due, MomentFacts, same_days, unseen
from app.domain.policy import Mode
from app.domain.rules import moments as rule
from app.store import chores, moments, orders, shops, yardstick
from app.store.base import Session, reading, unit_of_work
from app.store.shops import Merchant
from jobs import birthdays, doors, gift_choice, promises, recoveries
from jobs.carry_out import carry_out
from jobs.promises import Seen
from jobs.queue import Task
from jobs.runtime import Outside, World, local, midnight, opening

log = structlog.get_logger("moments")

MOMENTS = "moments"  # the chore
CAUGHT_UP = timedelta(days=7)  # whose day it was while nobody looked is told why nothing came; longer ago nobody asks
PAUSE_SECONDS = 300.0  # after the store or a helpdesk gave no answer
_DAY = timedelta(days=1)


def look(world: World, shop_id: int) -> None:
    """Look through the merchant's today, once."""
    world.bell.heard(Task.MOMENTS, shop_id)
    inside = world.enter(shop_id)
    if inside is None:
        return
    (merchant, outside), now = inside, world.clock.now()
    today = local(merchant, now).date()
    with reading(world.sessions) as session:
        last = chores.last(session, shop_id=shop_id, name=MOMENTS)
        if (last or "") >= today.isoformat() or shops.history_state(session, shop_id=shop_id).done_at is None:
            return  # half a past knows nobody's first order
        since, days = _active_since(session, merchant, now), _unseen(session, merchant, last, today)
    try:
        birthdays.learn(world, merchant, outside, days[BIRTHDAY], since)
        recoveries.learn(world, merchant, outside, days[RECOVERY])
        with reading(world.sessions) as session:
            dues = [
                *_anniversaries(session, merchant, days[ANNIVERSARY], since),
                *birthdays.due(session, merchant, days[BIRTHDAY], since),
                *recoveries.due(session, merchant, now),
            ]
            known = _facts(session, merchant, dues, now)
        seen = {facts.due: _seen(world, merchant, outside, facts, now) for facts in known}
    except Closed as problem:
        doors.shut(world, merchant, problem)
        return
    except Unavailable as problem:
        world.bell.hush(Task.MOMENTS, shop_id, seconds=max(problem.retry_after or 0.0, PAUSE_SECONDS))
        return
    _decide(world, merchant, seen, days, now)


def _unseen(session: Session, merchant: Merchant, last: str | None, today: date) -> dict[str, Sequence[date]]:
    """Return which days are to be looked at by each rule: those marked, or those of orders that should have come.

    How far ahead or back that is may have been changed since the night before: the days are counted, not the nights.
    """
    policy, caught_up = merchant.policy, today - CAUGHT_UP
    reach = {
        ANNIVERSARY: (today + _DAY * policy.anniversary.lead_days, caught_up),
        BIRTHDAY: (today + _DAY * policy.birthday.lead_days, caught_up),
        RECOVERY: (today - _DAY * (policy.recovery.late_days + 1), today - recoveries.IN_SIGHT),
    }
    found: dict[str, Sequence[date]] = {}
    for name, (until, oldest) in reach.items():
        seen = chores.last(session, shop_id=merchant.id, name=_days_of(name))
        night = None if last is None else date.fromisoformat(last) + (until - today)  # before days were counted
        found[name] = unseen(night if seen is None else date.fromisoformat(seen), until, oldest=oldest)
    return found


def _days_of(name: str) -> str:
    return f"{MOMENTS}:{name}"


def _anniversaries(session: Session, merchant: Merchant, days: Sequence[date], since: datetime) -> Iterator[Due]:
    policy = merchant.policy.anniversary
    oldest = moments.oldest_order(session, shop_id=merchant.id)
    if oldest is None:
        return
    for day in days:
        years = day.year + 1 - oldest.year
        first = moments.first_ordered(
            session,
            shop_id=merchant.id,
            within=[(_begin(merchant, each), _begin(merchant, each + _DAY)) for each in same_days(day, years=years)],
            active_since=since,
            limit=policy.per_day * TIMES_A_DAY,
        )
        for customer_id, at in first.items():
            yield rule.anniversary(customer_id, local(merchant, at).date(), day)


def _facts(session: Session, merchant: Merchant, dues: Sequence[Due], now: datetime) -> list[MomentFacts]:
    """Return what our own books say of each moment."""
    customers = {due.customer_id for due in dues}
    standings = orders.standings(session, shop_id=merchant.id, customers=customers, currency=merchant.currency)
    given, active_since = _given(session, merchant, dues, now), _active_since(session, merchant, now)
    return [
        MomentFacts(
            due=due,
            standing=standing,
            given=given[due],
            today=local(merchant, now).date(),
            shop=merchant.name,
            currency=merchant.currency,
            active=standing.last_order_at is not None and standing.last_order_at >= active_since,
            fits=gift_choice.fits(session, merchant, standing, now),
        )
        for due in dues
        if (standing := standings.get(due.customer_id)) is not None and not _is_said(merchant, due, given[due])
    ]


def _is_said(merchant: Merchant, due: Due, given: Given) -> bool:
    """Return whether it was decided about on an earlier day, and need not be said again."""
    return given.once or (given.watched and merchant.policy.mode_of(due.rule) is Mode.OBSERVE)


def _given(session: Session, merchant: Merchant, dues: Sequence[Due], now: datetime) -> Mapping[Due, Given]:
    """Return what was given before each: no two of one rule and customer are asked about at once."""
    found: dict[Due, Given] = {}
    for name, some in groupby(dues, key=lambda due: due.rule):
        theirs = {due.customer_id: due for due in some}
        occasions = {customer_id: due.occasion for customer_id, due in theirs.items()}
        today = midnight(merchant, now)
        given = moments.given(session, shop_id=merchant.id, rule=name, occasions=occasions, day_start=today)
        found |= {due: given[customer_id] for customer_id, due in theirs.items()}
    return found


def _seen(world: World, merchant: Merchant, outside: Outside, facts: MomentFacts, now: datetime) -> Seen | None:
    """Return what the outside says of a moment that our books let pass; None of one that nobody need be asked about."""
    if rule.why_not(facts, merchant.policy, now) is not None:
        return None
    return promises.look(world, merchant, outside, facts.due, now)


def _decide(
    world: World,
    merchant: Merchant,
    seen: Mapping[Due, Seen | None],
    days: Mapping[str, Sequence[date]],
    now: datetime,
) -> None:
    """Decide about all of them, and have the day's chore done with it; nothing where somebody else has.

    The night of a large shop is long: what its merchant has decided meanwhile holds.
    """
    today, done, treated = local(merchant, now).date().isoformat(), Counter[str](), set[int]()
    with unit_of_work(world.sessions) as session:
        orders.lock(session, shop_id=merchant.id)
        merchant = shops.by_id(session, merchant.id) or merchant
        if not chores.take(session, shop_id=merchant.id, name=MOMENTS, period=today, now=now):
            return
        for name, looked_at in days.items():
            if looked_at:
                period = looked_at[-1].isoformat()
                chores.take(session, shop_id=merchant.id, name=_days_of(name), period=period, now=now)
        for facts in _facts(session, merchant, [*seen], now):
            told = seen[facts.due]
            # What was given to those before them counts as well.
            given = replace(facts.given, today=facts.given.today + done[facts.due.rule])
            if facts.due.customer_id in treated:
                given = replace(given, last_treat_at=now)
            whole = replace(facts, given=given)
            if told is not None:
                whole = replace(whole, order=told.order, broken=told.broken)
            decision = rule.decide(whole, merchant.policy, now, leaves_at=opening(merchant, now))
            done[decision.rule] += len(decision.plans)
            treated |= {facts.due.customer_id} if decision.plans else set()
            carry_out(session, merchant, decision, now=now)
    log.info("moments.done", shop=merchant.id, looked_at=len(seen), given=done.total())
    if done:
        world.bell.ring(Task.DRAIN, merchant.id)


def _active_since(session: Session, merchant: Merchant, now: datetime) -> datetime:
    measure = yardstick.read(session, shop_id=merchant.id, currency=merchant.currency)
    return now - timedelta(days=365 if measure is None else measure.active_days)


def _begin(merchant: Merchant, day: date) -> datetime:
    return datetime.combine(day, time.min, ZoneInfo(merchant.timezone))
