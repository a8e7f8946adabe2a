"""What a shop gives: which of its gifts fit somebody, the cheapest first, and why the others do not.

A gift that comes in sizes stands here once a size: it fits whoever's likes name that size.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from app.domain import tastes
from app.domain.gifts import OWN_STORE, Flag, GiftKind
from app.domain.money import Money
from app.domain.tastes import NOTHING_NOTED, Tastes

ONCE = frozenset({GiftKind.PARCEL})  # what nobody is given twice; flowers wither, and cards say something new
CATS = "cat"
_SAYS = {
    Flag.FOOD: "food",
    Flag.ALCOHOL: "alcohol",
    Flag.ALLERGENS: "allergens",
    Flag.BATTERY: "batteries",
    Flag.CATS: "what is harmful to cats",
    Flag.LIQUID: "liquids",
}
# By which words, beside its own, somebody may not want it.
_NAMES = {
    Flag.FOOD: "food snacks sweets",
    Flag.ALCOHOL: "alcohol wine beer spirits",
    Flag.ALLERGENS: "allergens nuts peanuts gluten milk soy",
    Flag.BATTERY: "battery batteries",
    Flag.CATS: "lily lilies",
    Flag.LIQUID: "liquid",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One gift of a shop's catalogue. `cost` is all in, as last known; `countries` and `stock` None: any, uncounted."""

    id: int
    vendor: str
    sku: str
    kind: GiftKind
    title: str
    cost: Money | None = None
    photo: str = ""
    flags: frozenset[Flag] = frozenset()
    countries: frozenset[str] | None = None
    size: str = ""
    stock: int | None = None
    sympathy: bool = False  # fit for a hard time
    active: bool = False

    @property
    def called(self) -> str:
        """What it is called, with its size."""
        return f"{self.title}, size {self.size}" if self.size else self.title


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """For whom a gift is looked for, and what may be given. `country` is "" where nobody knows where it goes."""

    currency: str
    vendors: frozenset[str]  # that are there to bring it
    country: str = ""
    tasted: Tastes = NOTHING_NOTED
    given: frozenset[int] = frozenset()  # numbers of what they were given before
    forbidden: frozenset[Flag] = frozenset()  # that the merchant sends to nobody
    sympathy: bool = False
    at_most: Money | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """A gift that somebody wants to be sent, what it costs at this moment with everything, and for whom it is."""

    entry: Entry
    cost: Money
    occasion: Occasion
    open_days: tuple[date, ...] = ()  # on which it can arrive, as far as its vendor says
    by_email: bool = False  # and so there on the day on which it leaves
    by_link: bool = False  # which somebody must send them, for no e-mail address is known


def not_ready(entry: Entry) -> str | None:
    """Return why a gift cannot be offered to anybody, as a sentence for the merchant; None when it can."""
    if entry.cost is None:
        return "Nobody has said what it costs."
    known = entry.photo or entry.vendor == OWN_STORE  # a team knows by its name what its own shop sells
    return None if known else "There is no photo, so nobody sees what they send."


def why_not(entry: Entry, occasion: Occasion) -> str | None:
    """Return why a gift does not fit, as a sentence; None when it does."""
    return _never_there(entry, occasion) or _not_there(entry, occasion) or _not_theirs(entry, occasion)


def fitting(entries: Iterable[Entry], occasion: Occasion) -> tuple[Entry, ...]:
    """Return what fits, the cheapest first: a kindness is in the thought."""
    fits = (entry for entry in entries if why_not(entry, occasion) is None)
    return tuple(sorted(fits, key=lambda entry: (_minor(entry), entry.id)))


def otherwise(entries: Iterable[Entry], occasion: Occasion, tried: frozenset[int]) -> Entry | None:
    """Return what is given where those that were tried cannot be: the next that fits."""
    return next((entry for entry in fitting(entries, occasion) if entry.id not in tried), None)


def _never_there(entry: Entry, occasion: Occasion) -> str | None:
    if not entry.active or not_ready(entry) is not None:
        return "It is not offered at the moment."
    if entry.vendor not in occasion.vendors:
        return "Nobody is connected who brings it."
    if entry.cost is not None and entry.cost.currency != occasion.currency:
        return f"It is paid in {entry.cost.currency}, and the books here are kept in {occasion.currency}."
    banned = sorted(_SAYS[flag] for flag in entry.flags & occasion.forbidden)
    return f"Your settings send nobody {banned[0]}." if banned else None


def _not_there(entry: Entry, occasion: Occasion) -> str | None:
    if entry.stock is not None and entry.stock <= 0:
        return "It is sold out."
    if entry.countries is not None and occasion.country and occasion.country not in entry.countries:
        return f"It is not sent to {occasion.country}."
    if occasion.at_most is not None and occasion.at_most.minor < _minor(entry):
        return f"It costs more than {occasion.at_most}."
    return None


def _not_theirs(entry: Entry, occasion: Occasion) -> str | None:
    never = occasion.tasted.never
    if entry.kind is GiftKind.FLOWERS:
        unwelcome = tastes.no_flowers(never, entry.title)
    else:
        unwelcome = tastes.unwelcome(never, entry.title, *(_NAMES[flag] for flag in entry.flags))
    if unwelcome is not None:
        return unwelcome[1]
    if Flag.CATS in entry.flags and any(map(_has_a_cat, (*occasion.tasted.likes, *never))):
        return "They have a cat, and it is harmful to cats."
    if occasion.sympathy and not entry.sympathy:
        return "It is not meant for a hard time."
    if entry.id in occasion.given and entry.kind in ONCE:
        return "They were given it before."
    if entry.size and not any(_names(entry.size, liked) for liked in occasion.tasted.likes):
        return f"Nobody noted that their size is {entry.size}."
    return None


def _has_a_cat(noted: str) -> bool:
    return tastes.met((CATS,), noted) is not None


def _names(size: str, liked: str) -> bool:
    """Return whether “hoodies, size L” names L: as a word of its own, and not the end of “Moka's”."""
    return re.search(rf"(?<![\w'’]){re.escape(size)}(?!\w)", liked, re.IGNORECASE) is not None


def _minor(entry: Entry) -> int:
    return 0 if entry.cost is None else entry.cost.minor
