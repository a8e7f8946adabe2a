"""What the store knows of customers' birthdays is asked for, a few at a time, and read again before one is kept."""

import time
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from itertools import islice

from app.domain.moments import TIMES_A_DAY, Due
from app.domain.rules import moments as rule
from app.store import birthdays
from app.store.base import Session, reading, unit_of_work
from app.store.shops import Merchant
from jobs import stopping
from jobs.runtime import Outside, World

AT_ONCE = 100  # customers in one call
A_NIGHT = 3_000  # so that a store's 90,000 active customers are asked about once a month
SECONDS = 20.0
KNOWN_FOR = timedelta(days=30)  # as long as a birthday must be known before it brings anything


def learn(world: World, merchant: Merchant, outside: Outside, days: Sequence[date], since: datetime) -> None:
    """Ask for birthdays that nobody asked for in a while, and once more for those of these days."""
    field, shop_id = merchant.policy.birthday.metafield, merchant.id
    with unit_of_work(world.sessions) as session:
        birthdays.keep_only(session, shop_id=shop_id, metafield=field)
    if not field:
        return
    before, ends_at = world.clock.now() - KNOWN_FOR, time.monotonic() + SECONDS
    with reading(world.sessions) as session:
        asked = birthdays.to_be_asked(session, shop_id=shop_id, active_since=since, before=before, limit=A_NIGHT)
    waiting = iter(asked)
    while (some := list(islice(waiting, AT_ONCE))) and not stopping.asked() and time.monotonic() < ends_at:
        _ask(world, merchant, outside, some)
    with reading(world.sessions) as session:
        theirs = [
            birthdays.on_day(session, shop_id=shop_id, day=day, active_since=since, limit=AT_ONCE) for day in days
        ]
    _ask(world, merchant, outside, [number for found in theirs for number in found][:AT_ONCE])


def due(session: Session, merchant: Merchant, days: Sequence[date], since: datetime) -> Iterator[Due]:
    """Yield the birthdays of these days."""
    most = merchant.policy.birthday.per_day * TIMES_A_DAY
    for day in days:
        found = birthdays.on_day(session, shop_id=merchant.id, day=day, active_since=since, limit=most)
        for customer_id, known in found.items():
            yield rule.birthday(customer_id, known, day)


def _ask(world: World, merchant: Merchant, outside: Outside, some: Sequence[int]) -> None:
    if not some:
        return
    field = merchant.policy.birthday.metafield
    told = outside.shop.birthdays(some, metafield=field)
    with unit_of_work(world.sessions) as session:
        now = world.clock.now()
        birthdays.learn(session, shop_id=merchant.id, customer_ids=some, days=told, metafield=field, now=now)
