"""What is suggested to a merchant who has decided nothing yet, and why: who is special, which order gets a gift.

All of it is counted from their own past; where that is too little to tell, it is said so.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from fractions import Fraction

from app.domain.facts import GiftOption
from app.domain.money import Money

# A gift with the second order would reward almost everybody, one with the tenth almost nobody.
FEWEST, MOST = 3, 8
ENOUGH = 100  # customers of whom it is known how they went on: fewer tell nothing
OTHERWISE = 5
LONGEST_STORY = 10  # orders of one customer that the drop-off is shown for
BARS = 20  # of the histogram; the last holds whoever spent more
FIRST_LOOK = 1_000  # orders
DEAREST_GIFT = 12_00  # minor units, as every default amount is
HEAVY_GRAMS = 500  # from here on a gift may lift a parcel into the carrier's next band
SHARE_OF_AN_ORDER = 10  # a gift may cost one part in ten of what an order brings


class Unfit(StrEnum):
    """Why a variant cannot be picked as a gift."""

    NOT_ON_SALE = "not_on_sale"
    NO_PARCEL = "no_parcel"  # a download, a service, a gift card
    NO_COST = "no_cost"  # the store keeps none, so no sum would be true
    NOT_COUNTED = "not_counted"  # nobody would notice when it is gone
    TOO_FEW = "too_few"


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """One measure of the threshold: what it comes to in minor units, who is above it, and who of them is active."""

    minor: int
    above: int
    active: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """How those went on who had placed `ordinal` orders: `stopped` counts whoever has been silent for too long.

    Whoever has just ordered and may order again is in neither figure.
    """

    ordinal: int
    stayed: int
    stopped: int

    @property
    def known(self) -> int:
        return self.stayed + self.stopped

    @property
    def share(self) -> Fraction:
        return Fraction(self.stopped, max(self.known, 1))

    @property
    def percent(self) -> int:
        """The share that stopped, rounded half up."""
        return int(100 * self.share + Fraction(1, 2))


@dataclass(frozen=True, slots=True, kw_only=True)
class Insight:
    """A shop's past in a few figures. `partial` while it is being read: then guests are still without their person.

    `as_of` is the moment by which customers count as active: while the past is read, that of its newest order so far.
    `bars` are numbers of customers by what they spent, `width_minor` apiece; `active_bars` of those who are active.
    """

    taken_at: datetime
    as_of: datetime
    partial: bool
    customers: int
    orders: int
    net_minor: int
    active_days: int
    mean: Level
    median: Level
    p80: Level
    width_minor: int
    bars: tuple[int, ...]
    steps: tuple[Step, ...]
    active_bars: tuple[int, ...] = ()  # none in what was counted before they were

    def edges(self) -> list[Level]:
        """Return what each edge between two bars would mean as a measure: to the head, for no bar is cut."""
        return [
            Level(minor=place * self.width_minor, above=sum(self.bars[place:]), active=sum(self.active_bars[place:]))
            for place in range(1, len(self.active_bars))
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """The order to give with, and after which step the largest share stops; None where too little is known."""

    ordinal: int
    step: Step | None


def suggested(steps: tuple[Step, ...]) -> Suggestion:
    """Return the order before which the largest share stops, the earlier one where two lose as many."""
    fit = [each for each in steps if FEWEST <= each.ordinal + 1 <= MOST and each.known >= ENOUGH and each.stopped]
    if not fit:
        return Suggestion(ordinal=OTHERWISE, step=None)
    worst = max(fit, key=lambda each: (each.share, -each.ordinal))
    return Suggestion(ordinal=worst.ordinal + 1, step=worst)


def steps(people: Mapping[int, tuple[int, int]]) -> tuple[Step, ...]:
    """Return how customers went on, from how many have so many orders, and how many of those are silent for too long.

    Ends where nobody has gone further.
    """
    longest = max(people, default=0)
    return tuple(
        Step(
            ordinal=ordinal,
            stayed=sum(count for orders, (count, _) in people.items() if orders > ordinal),
            stopped=people.get(ordinal, (0, 0))[1],
        )
        for ordinal in range(1, min(longest, LONGEST_STORY) + 1)
    )


def width(top_minor: int) -> int:
    """Return how much one bar spans, 1, 2 or 5 of some power of ten, so that `top_minor` is within the last but one."""
    power = 1
    while True:
        for first in (1, 2, 5):
            if top_minor < first * power * (BARS - 1):
                return first * power
        power *= 10


def worth_a_look(before: int, now: int) -> bool:
    """Return whether to count anew while the past is read: at a thousand orders, and whenever they have doubled.

    So all looks together cost no more than two at the end.
    """
    return now >= FIRST_LOOK and (now // FIRST_LOOK).bit_length() > (before // FIRST_LOOK).bit_length()


def most_cost(insight: Insight, currency: str) -> Money | None:
    """Return what a gift should cost at most: a tenth of what an order brings, and 12.00; None before any order."""
    if not insight.orders:
        return None
    tenth = insight.net_minor // insight.orders // SHARE_OF_AN_ORDER
    return Money(minor=min(DEAREST_GIFT, tenth), currency=currency)


def unfit(option: GiftOption, *, floor: int) -> Unfit | None:
    """Return why a variant cannot be given; None where it can."""
    if not option.on_sale:
        return Unfit.NOT_ON_SALE
    if not option.ships:
        return Unfit.NO_PARCEL
    if not option.costed:
        return Unfit.NO_COST
    if option.stock is None:
        return Unfit.NOT_COUNTED
    return Unfit.TOO_FEW if option.stock <= floor else None
