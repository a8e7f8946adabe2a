"""What a worker does at a shop's door: it finds it shut and says so to all others, or finds it open again."""

from datetime import datetime, timedelta

import structlog

from app.domain.errors import Closed
from app.store import doors
from app.store.base import Session, unit_of_work
from app.store.shops import Merchant
from jobs.runtime import World

log = structlog.get_logger("doors")

_DAY = 24 * 3600.0
_AT_FIRST = timedelta(minutes=10)  # one no may be a passing one, or was given before a person opened the door again


def shut_until(session: Session, merchant: Merchant, closed: Closed, now: datetime) -> datetime:
    """Leave the whole shop alone, not for long after its first no, and then for as long as its closed door asks.

    Return until when.
    """
    if merchant.closed_until is not None and merchant.is_shut(now):
        return merchant.closed_until  # nobody knocked again
    pause = timedelta(seconds=closed.retry_after or _DAY)
    until = now + (min(pause, _AT_FIRST) if merchant.closed_until is None else pause)
    doors.shut(session, shop_id=merchant.id, until=until, because=str(closed))
    log.warning("shop.shut", shop=merchant.id, because=str(closed), until=until.isoformat())
    return until


def shut(world: World, merchant: Merchant, closed: Closed) -> None:
    """Leave the whole shop alone as `shut_until` does."""
    with unit_of_work(world.sessions) as session:
        shut_until(session, merchant, closed, world.clock.now())


def found_open(world: World, merchant: Merchant) -> None:
    """Take note that a shop which had been shut let us in again."""
    if merchant.closed_until is None:
        return
    with unit_of_work(world.sessions) as session:
        doors.open_again(session, shop_id=merchant.id, now=world.clock.now())
    log.info("shop.open_again", shop=merchant.id)
