"""`torture holdout`: simulated shops with a lift that is known: the interval must hold it, and none be claimed of none.

Each shop draws its customers by the very lot that is used at work, lets them spend as people do (most nothing, few
much, each by their habit), and reckons by the very rules of the results page. The truth is known, so that it can be
counted how often the interval holds it, and how often a lift is claimed where there is none, though the page is looked
at again with each hundred customers. The control takes chance for a finding, and must be caught.
"""

import argparse
import random
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import exp

from app.domain import paid
from app.domain.lift import FINE, Comparison, Spend, compare
from app.domain.paid import Bought, Member
from app.domain.policy import Trial
from app.domain.rules import holdout
from tests.builders import standing

BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
OVER = BEGAN + timedelta(days=100)
LIFT = 0.08
COVERED, CLAIMED = 90, 5  # at least, and at most, of a hundred
EVERY = 100  # customers, after which somebody looks again


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """How people spend in one kind of shop, and which share of them is held out."""

    name: str
    percent: int
    buying: float  # the share that buys anything within 90 days
    width: float  # how far apart small and large orders lie

    @property
    def mean_minor(self) -> float:
        """What a customer spends within 90 days on average."""
        return 100 * self.buying * exp(3.6 + 0.8**2 / 2 + self.width**2 / 2)


WORLDS = (
    World(name="a usual shop, one in ten held out", percent=10, buying=0.35, width=1.0),
    World(name="few who buy much, one in ten held out", percent=10, buying=0.2, width=1.4),
    World(name="a usual shop, one in five held out", percent=20, buying=0.35, width=1.0),
    World(name="a usual shop, half held out", percent=50, buying=0.35, width=1.0),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shop:
    """One simulated shop, and what its people bought, in the order in which they came."""

    trial: Trial
    members: list[Member]
    orders: list[Bought]

    def found(self) -> Comparison | None:
        """Return what the results page finds of them all."""
        return paid.found(self.trial, self.members, self.orders, (), OVER).claimed.spends

    def looks(self) -> list[Comparison]:
        """Return what is found with each hundred customers more."""
        since, before = Counter[int](), Counter[int]()
        for each in self.orders:
            (since if each.at > BEGAN else before)[each.customer_id] += each.net_minor
        found = []
        for people in range(EVERY, len(self.members) + 1, EVERY):
            groups: tuple[list[Spend], list[Spend]] = ([], [])
            for each in self.members[:people]:
                groups[each.held_out].append(Spend(since[each.customer_id], before[each.customer_id]))
            found.append(compare(*groups))
        return [each for each in found if each is not None]


def opened(world: World, seed: int, *, customers: int, lift: float) -> Shop:
    """Return a shop of that kind whose treated spend so much more."""
    chance = random.Random(f"{world.name}:{seed}")  # not a secret
    trial = Trial(rule="nth_order_gift", percent=world.percent, edition=1, salt=f"{chance.getrandbits(128):032x}")
    members, orders = [], []
    for number in range(customers):
        out, habit = holdout.held_out(trial, standing(customer_id=number)), chance.gauss(0, 0.8)
        members.append(Member(number, out, BEGAN))
        before = round(100 * chance.lognormvariate(4 + habit, 0.5))
        orders.append(Bought(number, BEGAN - timedelta(days=9), before))
        since, buys = 100 * chance.lognormvariate(3.6 + habit, world.width), chance.random() < world.buying
        if buys:
            orders.append(Bought(number, BEGAN + timedelta(days=9), round(since if out else since * (1 + lift))))
    return Shop(trial=trial, members=members, orders=orders)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """Of how many shops the interval held the truth, and of how many without a lift one was claimed."""

    covered: int
    covered_without: int
    claimed: int
    hasty: int  # what the control claimed, for which any difference is one

    def broken(self, shops: int) -> list[str]:
        """Return which promise does not hold."""
        return [
            *(["the interval held a lift of 8 % too seldom"] if 100 * self.covered < COVERED * shops else []),
            *(["the interval held no lift too seldom"] if 100 * self.covered_without < COVERED * shops else []),
            *(["a lift was claimed where there was none"] if 100 * self.claimed > CLAIMED * shops else []),
        ]


def counted(world: World, *, shops: int, customers: int) -> Counted:
    """Open so many shops of that kind with a lift, and as many without."""
    covered = covered_without = claimed = hasty = 0
    for seed in range(shops):
        with_it = opened(world, seed, customers=customers, lift=LIFT).found()
        covered += with_it is not None and with_it.low <= FINE * LIFT * world.mean_minor <= with_it.high
        without = opened(world, seed + shops, customers=customers, lift=0.0)
        looks, last = without.looks(), without.found()
        covered_without += last is not None and last.low <= 0 <= last.high
        claimed += any(each.sure_low > 0 for each in looks)
        hasty += any(each.mean_treated > each.mean_held for each in looks)
    return Counted(covered=covered, covered_without=covered_without, claimed=claimed, hasty=hasty)


def main(arguments: list[str]) -> int:
    """Count in each kind of shop; return 1 when a promise does not hold, or the control was not caught."""
    options = _parse(arguments)
    broken = []
    shops, people = options.shops, options.customers
    print(f"{shops} shops of each kind with a lift of {LIFT:.0%}, and as many without; {people} customers in each")
    print(f"{'':<40}{'held the lift':>15}{'held none':>12}{'claimed one':>13}{'control':>9}")
    for world in WORLDS:
        found = counted(world, shops=options.shops, customers=options.customers)
        broken += [f"{world.name}: {each}" for each in found.broken(options.shops)]
        figures = (found.covered, found.covered_without, found.claimed, found.hasty)
        print(f"{world.name:<40}{figures[0]:>15}{figures[1]:>12}{figures[2]:>13}{figures[3]:>9}")
        if 100 * found.hasty <= CLAIMED * options.shops:
            broken.append(f"{world.name}: the control, which takes chance for a finding, was not caught")
    print(*broken, sep="\n") if broken else print("every promise holds, and the control was caught each time")
    return 1 if broken else 0


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python3 -m app torture holdout", description=__doc__)
    parser.add_argument("--shops", type=int, default=100)
    parser.add_argument("--customers", type=int, default=1_000)
    return parser.parse_args(arguments)
