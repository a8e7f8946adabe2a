"""The past, as a store exports it: what is asked for, how far it is, and what its rows say."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple


class Export(StrEnum):
    """The two files that a shop's past comes in."""

    CUSTOMERS = "customers"
    ORDERS = "orders"


class Stage(StrEnum):
    """How far the store is with an export."""

    GATHERING = "gathering"
    WHOLE = "whole"
    PART = "part"  # it broke off: what there is may be read, the rest is asked for anew
    DENIED = "denied"  # something in it is not ours to see
    LOST = "lost"


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathering:
    """An export at this moment: `file` is where its rows lie, None when it has none."""

    stage: Stage
    promised: int = 0  # orders or customers, as many as the store has counted so far
    file: str | None = None


class PastOrder(NamedTuple):
    """An order for the ledger: `net_minor` is 0 where it does not count."""

    id: int
    customer_id: int | None
    name: str
    processed_at: datetime
    updated_at: datetime
    net_minor: int
    counted: bool
    mail_digest: str | None
    variants: str | None = None  # as `turns.aboard` writes them
    turns: str | None = None  # as `turns.written` does


class PastCustomer(NamedTuple):
    """A customer, and what the store itself says of them."""

    id: int
    mail_digest: str | None
    store_net_minor: int | None  # None: in another currency than our books
    store_orders: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Some rows of a file that reach to its line `lines`, where reading can begin again; some may make no sense."""

    lines: int
    orders: Sequence[PastOrder] = ()
    customers: Sequence[PastCustomer] = ()
    refused: int = 0

    @property
    def things(self) -> int:
        return len(self.orders) + len(self.customers) + self.refused


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How quickly the past is read, and how long the rest takes if it goes on like that."""

    per_minute: int
    left: timedelta


def pace(*, things: int, promised: int, since: datetime | None, until: datetime | None) -> Pace | None:
    """Return how quickly so many things were read between two moments; None while nothing can be said."""
    if since is None or until is None or until <= since or not things:
        return None
    each = max((until - since) // things, timedelta.resolution)
    return Pace(per_minute=timedelta(minutes=1) // each, left=max(promised - things, 0) * each)
