"""How a shop is measured: who stands out in it, and after how long a silence somebody counts as lapsed."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from app.domain.policy import Measure, SpecialCustomer

FEWEST_DAYS, MOST_DAYS = 60, 365  # nobody lapses within two months, nobody is active after a year
DAY = 24 * 60 * 60  # seconds


class Fifths(NamedTuple):
    """In which fifth of all customers somebody is, 5 being the best: recency, frequency, monetary value."""

    lately: int
    often: int
    much: int


def threshold(policy: SpecialCustomer, customers: int, net_minor: int, ranked: Callable[[int], int]) -> int:
    """Return what a customer must have spent, in minor units; `ranked` is what the n-th from below has spent."""
    if policy.measure is Measure.FIXED:
        return policy.fixed_minor
    if policy.measure is Measure.MEAN:
        return mean(customers, net_minor)
    percent = 50 if policy.measure is Measure.MEDIAN else policy.percentile
    return ranked(rank(customers, percent))


def rank(customers: int, percent: int) -> int:
    """Return the nearest rank: of the smallest value that at least this share of the customers does not exceed."""
    return max(1, -(-customers * min(percent, 100) // 100))


def mean(customers: int, net_minor: int) -> int:
    """Return the mean, rounded half up to the minor unit."""
    return 0 if customers == 0 else (2 * net_minor + customers) // (2 * customers)


def fifth(below: int, customers: int) -> int:
    """Return the fifth, 1 to 5, of one among so many customers, than whom so many are less."""
    return 1 + 5 * below // customers


def twice_in_days(seconds: int) -> int:
    """Return twice a pause, in days."""
    return (2 * seconds + DAY // 2) // DAY


def active_days(pauses: Iterable[tuple[int, int]]) -> int:
    """Return how long a customer counts as active: twice the usual pause, in days within sensible bounds.

    `pauses` are all of them as `twice_in_days` counts them, each number of days with how often it comes.
    """
    counted = sorted(pauses)
    left = (sum(count for _, count in counted) - 1) // 2
    for twice, count in counted:
        left -= count
        if left < 0:
            return min(max(twice, FEWEST_DAYS), MOST_DAYS)
    return FEWEST_DAYS
