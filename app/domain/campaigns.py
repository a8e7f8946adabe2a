"""The campaign of the year: whom it thanks, for how many the budget is enough, and in which order they come.

Whoever may be given something is placed by what they spent, and by how long they have been there: by how many of the
others are below them. All of it is whole numbers, so the same people, in whatever order they are read, make the very
same list. What is drawn is drawn from a seed that was there before anybody saw a list.
"""

import hashlib
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from heapq import heappush, heappushpop, nsmallest
from itertools import groupby
from typing import Protocol

RULE = "campaign"
MOST = 1_000  # people on one list, whatever anybody types
LEAST, USUAL_MOST = 200, 600  # between which a list is kept unless somebody says otherwise
HELD_OUT_PERCENT = 10
DAYS_AHEAD = 3  # so long before it leaves a gift for somebody's door is planned: time to ask where that is
FEW_FAILURES, FAILED_PERCENT = 5, 5  # beyond both a campaign stops itself


class Method(StrEnum):
    """How a list is made."""

    RANKED = "ranked"
    DRAWN = "drawn"


class Stage(StrEnum):
    """How far a campaign is."""

    DRAFT = "draft"
    APPROVED = "approved"  # the list is frozen, and nothing has been planned yet
    RUNNING = "running"
    DONE = "done"
    CALLED_OFF = "called_off"


class Refusal(StrEnum):
    """Why a campaign cannot be approved as it is."""

    NO_GIFT = "no_gift"
    NOT_OFFERED = "not_offered"
    NO_STOCK = "no_stock"
    NOBODY = "nobody"
    OVER_BUDGET = "over_budget"
    WORDS = "words"
    UNSIGNED = "unsigned"
    TOO_SOON = "too_soon"
    TOO_LATE = "too_late"  # the last wave leaves too late for the day on which all should be there
    OLD_COUNT = "old_count"  # customers were counted too long ago
    OVERTAKEN = "overtaken"  # it was changed or approved since somebody looked
    DIFFERENT = "different"  # the list, the gift or its price is another than somebody was shown


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a merchant decides about a campaign. Amounts are minor units of the shop's currency.

    Packing, shipping and fee are what a gift costs beside its price, and no vendor bills. `weight` is the share of
    spend, in percent; the rest is tenure's.
    """

    method: Method = Method.RANKED
    weight: int = 70
    gift_id: int | None = None
    budget_minor: int = 0
    packing_minor: int = 0
    shipping_minor: int = 0
    fee_minor: int = 0
    least: int = LEAST
    most: int = USUAL_MOST
    hold_out: bool = False
    per_day: int = 25
    starts_on: date | None = None
    arrive_on: date | None = None  # None: as soon as can be
    message: str = ""
    signed_by: str = ""

    @property
    def extras_minor(self) -> int:
        """What one gift costs beside its price."""
        return self.packing_minor + self.shipping_minor + self.fee_minor


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """Somebody who may be given something, as the books have them."""

    customer_id: int
    net_minor: int
    first_order_at: datetime
    last_order_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Entrant:
    """A candidate among all of them: how many spent less, how many came later, and their lot in a draw."""

    customer_id: int
    net_minor: int
    tenure_days: int
    last_order_at: datetime
    poorer: int
    newer: int
    lot: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One place on a list, the first is 1; who is held out is given nothing, so that the others can be compared."""

    number: int
    entrant: Entrant
    held_out: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """For how many a budget is enough, and how many it is: within the bounds, and no more than there are."""

    each_minor: int
    affordable: int
    people: int
    held_out: int

    @property
    def given(self) -> int:
        """How many are given something."""
        return self.people - self.held_out

    @property
    def total_minor(self) -> int:
        """What all of it costs."""
        return self.given * self.each_minor


def measured(candidates: Iterable[Candidate], *, seed: str, now: datetime) -> list[Entrant]:
    """Place everybody among all of them."""
    people = [(each, (now - each.first_order_at).days) for each in candidates]
    spends = sorted(each.net_minor for each, _ in people)
    tenures = sorted(days for _, days in people)
    return [
        Entrant(
            customer_id=each.customer_id,
            net_minor=each.net_minor,
            tenure_days=days,
            last_order_at=each.last_order_at,
            poorer=bisect_left(spends, each.net_minor),
            newer=bisect_left(tenures, days),
            lot=lot(seed, each.customer_id),
        )
        for each, days in people
    ]


def contenders(entrants: Sequence[Entrant], most: int = MOST) -> list[Entrant]:
    """Return all who can be on a list of so many at all, whatever the weight and however it is made.

    Whoever has `most` others before them in spend and in tenure alike is before none of those by any weight. So a few
    thousand stand for all customers of a shop, and a list of theirs is the list of everybody.
    """
    kept = {each.customer_id: each for each in nsmallest(most, entrants, key=_by_lot)}
    longest: list[int] = []  # the `most` longest tenures of those who spent more
    for _, group in groupby(sorted(entrants, key=lambda each: -each.poorer), key=lambda each: each.poorer):
        equals = list(group)
        kept |= {each.customer_id: each for each in equals if len(longest) < most or longest[0] <= each.newer}
        for each in equals:
            if len(longest) < most:
                heappush(longest, each.newer)
            else:
                heappushpop(longest, each.newer)
    return sorted(kept.values(), key=lambda each: each.customer_id)


class Ranked(Protocol):
    """Whoever is placed among others: so many spent less, so many came later."""

    @property
    def poorer(self) -> int: ...

    @property
    def newer(self) -> int: ...


def points(entrant: Ranked, weight: int) -> int:
    """Return what somebody is ranked by: of one below in spend, the weight; of one below in tenure, the rest of 100."""
    return weight * entrant.poorer + (100 - weight) * entrant.newer


def score_hundredths(entrant: Ranked, weight: int, among: int) -> int:
    """Return the same as a score from 0 to 100, in hundredths, among so many."""
    return points(entrant, weight) * 100 // max(among - 1, 1)


def size(terms: Terms, *, unit_minor: int, candidates: int) -> Size:
    """Return for how many the budget is enough, and how many it is then."""
    each = unit_minor + terms.extras_minor
    affordable = terms.budget_minor // each if each > 0 else 0
    people = min(max(affordable, terms.least), terms.most, MOST, candidates)
    held_out = people * HELD_OUT_PERCENT // 100 if terms.hold_out else 0
    return Size(each_minor=each, affordable=affordable, people=people, held_out=held_out)


def listed(entrants: Iterable[Entrant], terms: Terms, *, people: int, held_out: int, seed: str) -> list[Place]:
    """Return the list: the best first, or as the lots fell. Of equals the one who ordered last, then the lower id."""
    chosen = _ordered(entrants, terms)[:people]
    spared = nsmallest(held_out, chosen, key=lambda each: (lot(f"{seed}:held out", each.customer_id), each.customer_id))
    nothing = {each.customer_id for each in spared}
    return [
        Place(number=number, entrant=each, held_out=each.customer_id in nothing)
        for number, each in enumerate(chosen, start=1)
    ]


def fingerprint(places: Iterable[Place]) -> str:
    """Return what tells one list from any other."""
    lines = (f"{each.number};{each.entrant.customer_id};{int(each.held_out)}\n" for each in places)
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def lot(seed: str, customer_id: int) -> int:
    """Return somebody's lot: the same for one seed, and like a throw of dice between seeds."""
    return int.from_bytes(hashlib.sha256(f"{seed}:{customer_id}".encode()).digest()[:8]) >> 1


def goes_wrong(*, ended: int, failed: int) -> bool:
    """Return whether so much came to nothing that a person should look before more is sent."""
    return failed >= FEW_FAILURES and failed * 100 > ended * FAILED_PERCENT


def _ordered(entrants: Iterable[Entrant], terms: Terms) -> list[Entrant]:
    if terms.method is Method.DRAWN:
        return sorted(entrants, key=_by_lot)
    ordered = sorted(entrants, key=lambda each: each.customer_id)
    ordered.sort(key=lambda each: each.last_order_at, reverse=True)
    ordered.sort(key=lambda each: points(each, terms.weight), reverse=True)
    return ordered


def _by_lot(entrant: Entrant) -> tuple[int, int]:
    return entrant.lot, entrant.customer_id
