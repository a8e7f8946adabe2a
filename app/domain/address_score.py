"""How sure we may be that something sent to an address finds its customer: from 100 down, each deduction with its why.

Only what is in doubt is asked for: to ask everybody would spoil the surprise for all.
"""

import re
from dataclasses import dataclass
from datetime import datetime

from app.domain.addresses import Address
from app.domain.deliveries import Delivery, Validity

FLOOR = 60  # an address must be better than this
_SURE = 100
# Couriers do not bring parcels there, and what lies in a box for weeks is no surprise.
_BOXES = re.compile(
    r"\b(p\.?\s*o\.?\s*box|post\s*office\s*box|postfach|packstation|postbus|bo[iî]te\s+postale|bp\s*\d+"
    r"|apartado|casella\s+postale|caixa\s+postal)\b|\bb\.\s?p\.",
    re.IGNORECASE,
)
_NEEDED = ("name", "street", "city", "country")
_FRESH_DAYS, _MONTH_DAYS, _YEAR_DAYS = 90, 30, 365
NOWHERE = "No address of the customer is known."
STRANGERS = "It went to somebody of another name, and no address of the customer's own is known."
WRONG = "The store takes the address for wrong."
SENT_BACK = "Something that was sent there came back from this address."
EDITED = "The address is in another town than it was when this was planned."


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """How sure an address is, and what speaks against it, as sentences."""

    points: int
    why: tuple[str, ...] = ()

    @property
    def doubtful(self) -> bool:
        """Whether the customer should be asked before something leaves."""
        return self.points <= FLOOR

    @property
    def doubts(self) -> str:
        """Return what speaks against it where that is enough to ask; "" for an address that will do."""
        return " ".join(self.why) if self.doubtful else ""


def score(where: Delivery | None, *, now: datetime, by_post: bool = False) -> Score:
    """Return how sure it is; `by_post` is for what is put through a slot, as a card is, and may lie in a box."""
    if where is None:
        return Score(points=0, why=(NOWHERE,))
    against = _of_address(where, by_post=by_post)
    if not where.told:  # whoever lives there knows better
        against += [*_of_owner(where), *_of_past(where, now)]
    points = _SURE - sum(minus for minus, _ in against)
    return Score(points=max(points, 0), why=tuple(why for _, why in against))


def amiss(where: Delivery) -> str | None:
    """Return what somebody should put right in the store before a parcel goes there by itself; None for most."""
    return STRANGERS if not where.theirs else WRONG if where.validity is Validity.BAD else None


def is_whole(address: Address) -> bool:
    """Return whether nothing is missing without which nobody finds the door."""
    return all(getattr(address, part).strip() for part in _NEEDED)


def is_box(address: Address) -> bool:
    """Return whether it is a box, to which nobody brings flowers or a parcel."""
    return _BOXES.search(f"{address.street} {address.street2}") is not None


def _of_address(where: Delivery, *, by_post: bool) -> list[tuple[int, str]]:
    against = []
    if not is_whole(where.address):
        against.append((100, "The address is not complete."))
    if not by_post and is_box(where.address):
        against.append((100, "The address is a box, and nobody brings flowers or parcels there."))
    if where.validity is Validity.BAD:
        against.append((60, WRONG))
    if where.validity is Validity.ODD:
        against.append((25, "The store says that something about the address may be wrong."))
    return against


def _of_owner(where: Delivery) -> list[tuple[int, str]]:
    if not where.theirs:
        return [(60, STRANGERS)]
    edited = [(40, EDITED)] if where.edited else []
    return [*edited, (30, "The customer gave another address as well.")] if where.moved else edited


def _of_past(where: Delivery, now: datetime) -> list[tuple[int, str]]:
    against = []
    if where.came_back:
        against.append((40, "The last parcel that went there was not delivered."))
    if where.sent_back:
        against.append((40, SENT_BACK))
    if where.delivered_at is None and not where.came_back and not where.sent_back:
        against.append((25, "Nothing is known to have arrived there yet."))
    used_at = where.delivered_at or where.ordered_at
    days = 0 if used_at is None else (now - used_at).days
    months = max(days - _FRESH_DAYS, 0) // _MONTH_DAYS
    if days > _YEAR_DAYS:  # so old an address is never used without a word
        against.append((40 + months, "Nothing has gone there for more than a year."))
    elif months:
        against.append((months, f"Nothing has gone there for {days // _MONTH_DAYS} months."))
    return against
