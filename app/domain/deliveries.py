"""Where something for a customer would go, and never to the door of somebody to whom they once sent a present."""

import hmac
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from app.domain.addresses import Address

NO_DOOR = "none"  # what stands for a door where something goes to none, as by e-mail
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
        return _spelled(at.street, at.postcode, at.city, at.country)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """An order that went to a door; when it arrived, and whether it came back, as far as the carrier told the store."""

    to: Door
    ordered_at: datetime
    delivered_at: datetime | None = None
    came_back: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """Something of ours that reached a customer, or came back; `door` is a digest, "" where nobody noted which."""

    door: str
    at: datetime
    came_back: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Buyer:
    """What the store knows of a customer's doors; their parcels are the newest first."""

    name: str = ""
    home: Door | None = None
    parcels: tuple[Parcel, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """Where something would go, and what speaks for and against it; `name` is the customer's, whoever lives there.

    `theirs` unless all that we know are doors of others; `moved` where a later address of theirs is another one.
    `came_back` is the store's last parcel there, `sent_back` the last of our own; `edited` where it is in another town
    than it was when something was planned. `told`: the customer named it themselves, when they were asked.
    """

    address: Address = field(repr=False)
    validity: Validity = Validity.UNKNOWN
    theirs: bool = True
    moved: bool = False
    ordered_at: datetime | None = None
    delivered_at: datetime | None = None
    came_back: bool = False
    sent_back: bool = False
    edited: bool = False
    told: bool = False
    name: str = field(default="", repr=False)


def digest(at: Address, key: bytes) -> str:
    """Return what stands for a door in one shop, however it is spelled; another shop's key gives something else."""
    return _digest(("door", *Door(address=at).place), key)


def town(at: Address, key: bytes) -> str:
    """Return what stands for a town in one shop, as `digest` does for a door."""
    return _digest(("town", *_spelled(at.city, at.country)), key)


def seen_by_us(where: Delivery, brought: Collection[Brought], *, door: str) -> Delivery:
    """Return the same door, with what became of all that we had brought to the customer; `door` is its digest.

    What came back from nobody knows where speaks against every door, until something arrives there.
    """
    here = [each for each in brought if each.door == door or (each.came_back and not each.door)]
    if not here:
        return where
    arrived = [each.at for each in here if not each.came_back]
    if where.delivered_at is not None:
        arrived.append(where.delivered_at)
    back = [each.at for each in here if each.came_back]
    delivered_at = max(arrived, default=None)
    sent_back = bool(back) and (delivered_at is None or delivered_at < max(back))
    return replace(where, delivered_at=delivered_at, sent_back=sent_back)


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
        name=buyer.name,
        came_back=bool(there) and max(there, key=lambda each: each.ordered_at).came_back,
    )


def _spelled(*parts: str) -> tuple[str, ...]:
    return tuple(" ".join(part.casefold().split()) for part in parts)


def _digest(parts: Sequence[str], key: bytes) -> str:
    return hmac.digest(key, "\n".join(parts).encode(), "sha256").hex()


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
