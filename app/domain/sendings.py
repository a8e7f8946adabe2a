"""What becomes of a gift once its vendor has it, in one vocabulary for all of them.

Until then the ledger says how far it is (`effects.State`). Vendors tell their news late, twice and in any order: a
status only ever moves up in rank, but for the few ways in which the world truly turns back.
"""

from datetime import datetime, timedelta
from enum import StrEnum


class Status(StrEnum):
    """How far a gift is that a vendor has taken on, lowest rank first."""

    PLACED = "placed"
    SCHEDULED = "scheduled"  # they will begin on a day
    LINK_SENT = "link_sent"  # whoever gets it must say yes first
    ACCEPTED = "accepted"  # they said yes, or the e-gift was opened
    IN_PRODUCTION = "in_production"
    SHIPPED = "shipped"
    DELIVERED = "delivered"
    RETURNED = "returned"  # it came back to whoever sent it
    FAILED = "failed"
    CANCELLED = "cancelled"
    REFUNDED = "refunded"


ENDED = frozenset({Status.DELIVERED, Status.RETURNED, Status.FAILED, Status.CANCELLED, Status.REFUNDED})
_RANK = {status: rank for rank, status in enumerate(Status)}
_TURNS = {
    # They had agreed to stop it, and sent it all the same.
    Status.CANCELLED: frozenset({Status.SHIPPED, Status.DELIVERED, Status.RETURNED, Status.REFUNDED}),
    # What is with a carrier can come back, even after it was called delivered.
    Status.DELIVERED: frozenset({Status.RETURNED, Status.REFUNDED}),
    Status.RETURNED: frozenset({Status.REFUNDED}),
    Status.FAILED: frozenset({Status.REFUNDED}),
    Status.REFUNDED: frozenset[Status](),
}
_LOOKS = (timedelta(minutes=2), timedelta(minutes=15), timedelta(hours=1), timedelta(hours=6))
_DAILY = timedelta(days=1)
_LOOKED_FOR = timedelta(days=60)
_AS_CANCELLED = timedelta(days=14)  # it may be sent all the same, and not everybody calls us then


def moves(before: Status, now: Status) -> bool:
    """Return whether news of `now` changes anything for a gift that was last known to be `before`."""
    if before in _TURNS:
        return now in _TURNS[before]
    return _RANK[now] > _RANK[before]


def next_look(status: Status, *, placed_at: datetime, now: datetime) -> datetime | None:
    """Return when to ask the vendor again: soon at first, then daily; None for what has ended, or is too old."""
    age = now - placed_at
    if status is Status.CANCELLED and age < _AS_CANCELLED:
        return now + _DAILY
    if status in ENDED or age >= _LOOKED_FOR:
        return None
    return now + next((pause for pause in _LOOKS if age < pause), _DAILY)
