"""A store tells of a change some seconds before all of its readings show it: until then no reading is believed."""

from datetime import datetime, timedelta

from app.domain.errors import Unavailable
from app.domain.facts import Order
from jobs.runtime import Outside

SHOWN_WITHIN = timedelta(seconds=30)
ASK_AGAIN_SECONDS = 5.0


def not_yet() -> Unavailable:
    """Return what to raise while a reading contradicts what the store has just told."""
    return Unavailable("the store does not show yet what it has told", retry_after=ASK_AGAIN_SECONDS)


def order(outside: Outside, order_id: int, *, told_at: datetime, now: datetime) -> Order | None:
    """Return the order as the store shows it; None when it is not there (any more).

    Raises Unavailable while that may be because the store, which told of it at that moment, does not show it yet.
    """
    found = outside.shop.order(order_id)
    if found is None and now - told_at < SHOWN_WITHIN:
        raise not_yet()
    return found
