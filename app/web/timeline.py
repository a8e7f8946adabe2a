"""What happened around an order or a customer, in one line of time: nothing of it twice."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from app.store.reasons import Heard, Verdict
from app.store.stories import LedgerRow, OrderLine


class Kind(StrEnum):
    """What one entry tells of."""

    ORDER = "order"
    HEARD = "heard"  # somebody called us
    DECISION = "decision"  # from which nothing followed
    DEED = "deed"
    SENDING = "sending"  # what a vendor said of a deed's gift


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing that happened; which of the four it is, its kind says."""

    at: datetime
    kind: Kind
    order: OrderLine | None = None
    heard: Heard | None = None
    verdict: Verdict | None = None
    row: LedgerRow | None = None


def merged(
    *,
    orders: Iterable[OrderLine] = (),
    heard: Iterable[Heard] = (),
    told: Iterable[Verdict] = (),
    rows: Iterable[LedgerRow] = (),
) -> list[Entry]:
    """Return all of it, the newest first. A decision that led to deeds is told with them, and by itself no more."""
    rows = list(rows)
    followed = {row.decision_id for row in rows}
    # What is of one moment stands as it came about: an order, a call about it, what was decided, what was done.
    entries = [
        *(entry for row in rows for entry in _of_deed(row)),
        *(Entry(at=each.decided_at, kind=Kind.DECISION, verdict=each) for each in told if each.id not in followed),
        *(Entry(at=each.at, kind=Kind.HEARD, heard=each) for each in heard),
        *(Entry(at=each.processed_at, kind=Kind.ORDER, order=each) for each in orders),
    ]
    return sorted(entries, key=lambda entry: entry.at, reverse=True)


def _of_deed(row: LedgerRow) -> Iterator[Entry]:
    yield Entry(at=row.at, kind=Kind.DEED, row=row)
    if row.sent is not None and row.sent.status_at != row.sent.placed_at:
        yield Entry(at=row.sent.status_at, kind=Kind.SENDING, row=row)
