"""Which orders are late is found out when they should have arrived, and looked at each day until they have."""

import time
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from datetime import time as clock
from itertools import chain
from zoneinfo import ZoneInfo

from app.domain.moments import TIMES_A_DAY, Due, Shipment
from app.domain.rules import moments as rule
from app.store import late_orders
from app.store.base import Session, reading, unit_of_work
from app.store.shops import Merchant
from jobs import stopping
from jobs.runtime import Outside, World

FOLLOWED = 100  # late orders; of more than these a merchant knows without us
SECONDS = 20.0  # as long as parcels are asked about in one night
IN_SIGHT = timedelta(days=60)  # beyond this the store shows orders to few apps


def learn(world: World, merchant: Merchant, outside: Outside, days: Sequence[date]) -> None:
    """Ask what became of the parcels that were ordered on these days, and of those that are late."""
    with reading(world.sessions) as session:
        known = late_orders.waiting(session, shop_id=merchant.id, limit=FOLLOWED)
    told, ends_at = list[Shipment](), time.monotonic() + SECONDS
    for each in chain(_followed(outside, known), _ordered_on(merchant, outside, days)):
        told.append(each)
        if stopping.asked() or time.monotonic() > ends_at:
            break
    late = [each for each in told if each.tracked and _took(each, world.clock.now()) > _time(merchant)]
    with unit_of_work(world.sessions) as session:
        late_orders.note(session, shop_id=merchant.id, late=late)
        kept = IN_SIGHT + timedelta(days=merchant.policy.recovery.within_days)
        late_orders.drop(session, shop_id=merchant.id, before=world.clock.now() - kept)


def due(session: Session, merchant: Merchant, now: datetime) -> Iterator[Due]:
    """Yield the troubles that are over, one for each customer."""
    policy, met = merchant.policy.recovery, set[int]()
    within, most = now - timedelta(days=policy.within_days), policy.per_day * TIMES_A_DAY
    since = max(within, policy.began_at or within)
    arrived = late_orders.arrived(session, shop_id=merchant.id, since=since, limit=most)
    made_good = late_orders.made_good(session, shop_id=merchant.id, since=since, limit=most)
    for each in (*arrived, *made_good):
        if each.customer_id not in met:
            met.add(each.customer_id)
            yield rule.recovery(each.order_id, each.name, each.customer_id, arrived=each in arrived)


def _ordered_on(merchant: Merchant, outside: Outside, days: Sequence[date]) -> Iterator[Shipment]:
    if not days:
        return iter(())
    zone = ZoneInfo(merchant.timezone)
    since = datetime.combine(days[0], clock.min, zone)
    until = datetime.combine(days[-1] + timedelta(days=1), clock.min, zone)
    return iter(outside.shop.shipments(since=since, until=until))


def _followed(outside: Outside, known: Sequence[Shipment]) -> Iterator[Shipment]:
    for each in known:
        found = outside.shop.shipments(since=each.ordered_at, until=each.ordered_at)
        yield from (shown for shown in found if shown.order_id == each.order_id)


def _time(merchant: Merchant) -> timedelta:
    return timedelta(days=merchant.policy.recovery.late_days)


def _took(each: Shipment, now: datetime) -> timedelta:
    return (each.arrived_at or now) - each.ordered_at
