"""Who comes back with an order, and what could be given them for it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from app.domain.facts import Away, Order, Standing
from app.domain.moments import COMEBACK
from app.domain.policy import Mode
from app.store import moments
from app.store.base import Session
from app.store.shops import Merchant
from jobs import gift_choice
from jobs.runtime import midnight


def away(
    session: Session, merchant: Merchant, changed: Sequence[Order], standings: Mapping[int, Standing], now: datetime
) -> dict[int, Away]:
    """Return, for orders of which no two have one customer, since when theirs had not bought anything before.

    More is asked only about those who come back after long: most do not.
    """
    shop_id, least = merchant.id, timedelta(days=merchant.policy.comeback.away_days)
    again = [order.id for order in changed if _had_others(order, standings)]
    before = moments.ordered_before(session, shop_id=shop_id, order_ids=again) if again else {}
    known = {number: Away(since=since) for number, since in before.items()}
    back = [
        (order, standing)
        for order in changed
        if order.id in before and order.processed_at - before[order.id] >= least
        if order.customer_id is not None and (standing := standings.get(order.customer_id)) is not None
    ]
    if not back:
        return known
    given = moments.given(
        session,
        shop_id=shop_id,
        rule=COMEBACK,
        occasions={standing.customer_id: f"{COMEBACK}:{order.id}" for order, standing in back},
        day_start=midnight(merchant, now),
    )
    for place, (order, standing) in enumerate(back):
        theirs = given[standing.customer_id]
        seen = theirs.watched and merchant.policy.comeback.mode is Mode.OBSERVE
        known[order.id] = Away(
            since=before[order.id],
            # Those before it are decided in the same breath: each may be one of today's.
            given=replace(theirs, today=theirs.today + place, once=theirs.once or seen),
            fits=gift_choice.fits(session, merchant, standing, now),
            shop=merchant.name,
        )
    return known


def _had_others(order: Order, standings: Mapping[int, Standing]) -> bool:
    standing = None if order.customer_id is None else standings.get(order.customer_id)
    return standing is not None and standing.orders > order.counted
