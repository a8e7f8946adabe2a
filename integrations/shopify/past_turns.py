"""What a past order was before it is what it is: paid, sent, given back, cancelled, each with its moment.

The store tells how an order ended, and when parcels left and money went back; the turns follow from that. When its
money came in, and when a bank disputed it, an export does not say: it is taken for paid from the beginning.
"""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from app.domain.turns import Turn, traits, written, written_plain


class Amount(msgspec.Struct, rename="camel", gc=False):
    amount: str
    currency_code: str


class Bag(msgspec.Struct, rename="camel", gc=False):
    shop_money: Amount


class Refund(msgspec.Struct, rename="camel", gc=False):
    total_refunded_set: Bag
    created_at: datetime | None = None


class Parcel(msgspec.Struct, rename="camel", gc=False):
    created_at: datetime


COUNTED, SETTLED, TEST, EDITABLE, RISKY, SUBSCRIPTION, DOMESTIC = (
    traits(**{name: True}) for name in ("counted", "settled", "test", "editable", "risky", "subscription", "domestic")
)
_SHIPPED, _CANCELLED = traits(shipped=True), traits(cancelled=True)
_LEFT, _BACK, _OVER = range(3)  # in this order where moments are the same


def undisturbed(made_at: datetime, first: int, net_minor: int, parcels: Sequence[Parcel]) -> str:
    """Return the text of an order that nobody cancelled or gave money back for, as nearly all are."""
    return written_plain(made_at, max(net_minor, 0), first, _first_left(parcels), first | _SHIPPED)


def told(
    made_at: datetime,
    first: int,
    *,
    net_minor: int,
    parcels: Sequence[Parcel],
    refunds: Sequence[tuple[datetime, int]],
    cancelled_at: datetime | None,
) -> str:
    """Return the text of an order's turns: `first` are its traits as it was placed, `net_minor` what is left of it."""
    changes = [(at, _BACK, minor) for at, minor in refunds]
    if (left := _first_left(parcels)) is not None:
        changes.append((left, _LEFT, 0))
    if cancelled_at is not None:
        changes.append((cancelled_at, _OVER, 0))
    net, now = net_minor + sum([minor for _, minor in refunds]), first
    turns = [Turn(made_at, max(net, 0), now)]
    for at, what, minor in sorted(changes):
        net -= minor
        if what == _LEFT:
            now |= _SHIPPED
        elif what == _OVER:
            now = (now | _CANCELLED) & ~(COUNTED | EDITABLE)
        turns.append(Turn(max(at, made_at), max(net, 0), now))
    return written(made_at, turns)


def _first_left(parcels: Sequence[Parcel]) -> datetime | None:
    if len(parcels) == 1:
        return parcels[0].created_at
    return min([parcel.created_at for parcel in parcels]) if parcels else None
