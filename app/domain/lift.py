"""Two groups drawn by lot, compared: by how much those whom a rule acts for spend more, and how far chance may reach.

Spends are skewed: most buy nothing in a month, few buy much. Where one in ten is held out, that small group rarely has
its share of the few, and looks poorer and steadier than it is. So how widely spends scatter is taken from both groups
together: it was the lot alone that parted them. The interval is bent for the skew, and what each spent before is taken
into account, which takes much of the chance out. Whole numbers and fractions alone: every machine finds the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import isqrt
from typing import NamedTuple

FEWEST = 30  # in either group: below that no interval means anything
FINE = 1_000  # results are in thousandths of the unit that the spends are in
_LIKELY = Fraction(1_959_964, 10**6)  # 95 % of a bell lie within so many of its widths
_SURE = Fraction(2_575_829, 10**6)  # 99 %
_MOSTLY = Fraction(841_621, 10**6)  # 80 % lie below
_ROOT = 10**6  # roots are taken to so many parts


class Spend(NamedTuple):
    """What one customer spent since they were drawn, and before that."""

    since: int
    before: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What was found of two groups, for each of their people. All but the counts are in thousandths.

    The truth lies from `low` to `high` in 95 of 100 such trials. From `sure_low` to `sure_high` it lies in 99: that is
    what a claim is made by, for whoever looks every day would else be shown chance as a finding before long.
    """

    treated: int
    held: int
    mean_treated: int
    mean_held: int
    more: int  # what those spend more whom the rule acts for, once what all spent before is taken into account
    low: int
    high: int
    sure_low: int
    sure_high: int
    noticed: int  # the smallest difference that would be claimed in four of five such trials

    @property
    def people(self) -> int:
        return self.treated + self.held


def compare(treated: Sequence[Spend], held: Sequence[Spend]) -> Comparison | None:
    """Return what was found; None while there are too few people in either group."""
    if min(len(treated), len(held)) < FEWEST:
        return None
    habit = _habit(treated, held)
    one, other = ([FINE * each.since - habit * each.before for each in group] for group in (treated, held))
    more, width, lean = _apart(one, other)
    freedom = len(one) + len(other) - 2
    likely, sure = (_reaches(reach, lean, freedom) for reach in (_LIKELY, _SURE))
    return Comparison(
        treated=len(treated),
        held=len(held),
        mean_treated=_mean(treated),
        mean_held=_mean(held),
        more=round(more),
        low=round(more - width * likely[1]),
        high=round(more - width * likely[0]),
        sure_low=round(more - width * sure[1]),
        sure_high=round(more - width * sure[0]),
        noticed=round(width * (_SURE + _MOSTLY)),
    )


def needed(found: Comparison, worth: int) -> int:
    """Return of how many people a difference of that size would be noticed, the groups' shares being as they are."""
    return -(-found.people * found.noticed**2 // worth**2)


def _apart(one: Sequence[int], other: Sequence[int]) -> tuple[Fraction, Fraction, Fraction]:
    """Return by how much the groups' means differ, how wide that scatters, and how far it leans to one side."""
    m, n = len(one), len(other)
    more = Fraction(sum(one), m) - Fraction(sum(other), n)
    square, cube = (_together(one, other, power) for power in (2, 3))
    spread = square * (Fraction(1, m) + Fraction(1, n))
    width = _root(spread)
    lean = cube * (Fraction(1, m**2) - Fraction(1, n**2))
    return more, width, Fraction(lean, width**3) if width else Fraction(0)


def _together(one: Sequence[int], other: Sequence[int], power: int) -> Fraction:
    """Return how people scatter around the mean of their own group, to that power, both groups taken together."""
    return Fraction(sum(_scatter(group, power) for group in (one, other)), len(one) + len(other) - 2)


def _scatter(group: Sequence[int], power: int) -> Fraction:
    n, total = len(group), sum(group)
    return Fraction(sum((n * each - total) ** power for each in group), n**power)


def _habit(*groups: Sequence[Spend]) -> int:
    """Return by how many thousandths of what people spent before they differ in what they spend now.

    Taken within the groups, so that what the rule did is not in it.
    """
    together = alike = Fraction(0)
    for group in groups:
        n, since, before = len(group), sum(each.since for each in group), sum(each.before for each in group)
        together += Fraction(n * sum(each.since * each.before for each in group) - since * before, n)
        alike += Fraction(n * sum(each.before**2 for each in group) - before**2, n)
    return round(Fraction(FINE * together, alike)) if alike else 0


def _reaches(reach: Fraction, lean: Fraction, freedom: int) -> tuple[Fraction, Fraction]:
    """Return how far chance reaches to either side, in widths: farther where it leans, and nowhere less than a bell.

    Cornish and Fisher's expansion; that the other side is nearer than a bell's says the skew too, but not as surely.
    """
    unsure = (reach**3 + reach) * Fraction(1, 4 * freedom)
    tilt = lean * (reach**2 - 1) * Fraction(1, 6)
    return min(tilt, Fraction(0)) - reach - unsure, max(tilt, Fraction(0)) + reach + unsure


def _mean(group: Sequence[Spend]) -> int:
    return round(Fraction(FINE * sum(each.since for each in group), len(group)))


def _root(number: Fraction) -> Fraction:
    return Fraction(isqrt(number.numerator * _ROOT**2 // number.denominator), _ROOT)
