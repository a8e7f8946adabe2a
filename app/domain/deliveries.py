"""Where something for a customer would go, and never to the door of somebody to whom they once sent a present."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from app.domain.addresses import Address

_ENOUGH = 2  # parcels to one door and to no other make it the customer's own, whatever name stands there


class Validity(StrEnum):
    """What the store itself thinks of an address."""

    GOOD = "good"
    ODD = "odd"  # something about it may be wrong
    BAD = "bad"  # it is very likely wrong
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """An address that the store knows, and what it thinks of it."""

    address: Address
    validity: Validity = Validity.UNKNOWN

    @property
    def place(self) -> tuple[str, ...]:
        """Return what is the same for two spellings of one door."""
        at = self.address
        return tuple(" ".join(part.casefold().split()) for part in (at.street, at.postcode, at.city, at.country))


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """An order that went to a door; when it arrived, and whether it came back, as far as the carrier told the store."""

    to: Door
    ordered_at: datetime
    delivered_at: datetime | None = None
    came_back: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Buyer:
    """What the store knows of a customer's doors; their parcels are the newest first."""

    name: str = ""
    home: Door | None = None
    parcels: tuple[Parcel, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """Where something would go, and what speaks for and against it.

    `theirs` unless all that we know are doors of others; `moved` where a later address of theirs is another one.
    """

    address: Address = field(repr=False)
    validity: Validity = Validity.UNKNOWN
    theirs: bool = True
    moved: bool = False
    ordered_at: datetime | None = None
    delivered_at: datetime | None = None
    came_back: bool = False


def delivery(asked: Parcel | None, buyer: Buyer) -> Delivery | None:
    """Return where something goes: where that order went, else where the customer lives, else where they had parcels.

    Each only if it is their own door; a stranger's is the last resort, and is called one. None where no door is known.
    """
    doors = list(_doors(asked, buyer))
    if not doors:
        return None
    own = [door for door in doors if _is_theirs(door, buyer)]
    door = (own or doors)[0]
    there = [each for each in _parcels(asked, buyer) if each.to.place == door.place]
    return Delivery(
        address=door.address,
        validity=door.validity,
        theirs=bool(own),
        moved=_moved(door, there, buyer),
        ordered_at=max((each.ordered_at for each in there), default=None),
        delivered_at=max((each.delivered_at for each in there if each.delivered_at is not None), default=None),
        came_back=bool(there) and max(there, key=lambda each: each.ordered_at).came_back,
    )


def _doors(asked: Parcel | None, buyer: Buyer) -> Iterator[Door]:
    if asked is not None:
        yield asked.to
    if buyer.home is not None:
        yield buyer.home
    yield from (parcel.to for parcel in buyer.parcels)


def _parcels(asked: Parcel | None, buyer: Buyer) -> Sequence[Parcel]:
    known = [each for each in buyer.parcels if asked is None or each != asked]
    return known if asked is None else [asked, *known]


def _is_theirs(door: Door, buyer: Buyer) -> bool:
    if _one_family(door.address.name, buyer.name):
        return True
    places = [parcel.to.place for parcel in buyer.parcels]
    return len(places) >= _ENOUGH and set(places) == {door.place}


def _one_family(one: str, other: str) -> bool:
    """Return whether two names end alike; where either is not known nothing speaks against it."""
    ours, theirs = one.casefold().split(), other.casefold().split()
    return not ours or not theirs or ours[-1] == theirs[-1] or set(ours) == set(theirs)


def _moved(door: Door, there: Sequence[Parcel], buyer: Buyer) -> bool:
    """Return whether the customer gave another address of their own since: for a parcel, or as where they live."""
    last = max((each.ordered_at for each in there), default=None)
    since = [each.to for each in buyer.parcels if last is None or each.ordered_at > last]
    others = since if buyer.home is None else [buyer.home, *since]
    return any(each.place != door.place and _is_theirs(each, buyer) for each in others)
