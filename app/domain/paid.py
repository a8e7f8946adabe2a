"""Did it pay: what is found of those in a rule's trial, and what that is worth at the merchant's own margin.

Everybody is followed from the moment in which the rule would first have acted for them, whatever became of the deed:
what a rule brings is what it brings to all for whom it acts. A claim is made of one stretch alone, for whoever looks at
four will find something in one of them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from fractions import Fraction
from typing import NamedTuple

from app.domain.lift import FEWEST, FINE, Comparison, Spend, compare, needed
from app.domain.policy import Results, Trial

STRETCHES = (30, 60, 90, 180)  # days
CLAIMED = 90
LOOK_BACK = timedelta(days=365)  # what was spent before, and tells what to expect
_WORTH_KNOWING = 10  # percent of what people bring anyway; a difference below that would change nothing


class Member(NamedTuple):
    """Somebody in a trial."""

    customer_id: int
    held_out: bool
    entered_at: datetime


class Bought(NamedTuple):
    """An order that counts of somebody in a trial."""

    customer_id: int
    at: datetime
    net_minor: int


class Given(NamedTuple):
    """What a rule's deed for somebody in its trial truly cost."""

    customer_id: int
    at: datetime
    cost_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """What is found of those who have been followed for so many days: how many of them, and the two groups compared."""

    days: int
    treated: int
    held: int
    cost_minor: int  # of what the treated were given in that time
    spends: Comparison | None = None
    back: Comparison | None = None  # whether they ordered again: thousandths of a customer
    basket: Comparison | None = None  # what an order of theirs comes to
    basket_treated: int = 0  # on average, in minor units
    basket_held: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What was found of a trial so far: `followed` are in it, for however long."""

    edition: int
    followed: int
    stretches: tuple[Stretch, ...]

    @property
    def claimed(self) -> Stretch:
        """The stretch of which a claim is made."""
        return next(each for each in self.stretches if each.days == CLAIMED)


class Verdict(StrEnum):
    """What can be said of a rule."""

    TOO_FEW = "too_few"  # not enough data
    PAYS = "pays"
    LOSES = "loses"  # it costs more than it brings
    EVEN = "even"  # whatever it brings is too little to matter


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A stretch at the merchant's margin, in minor units. `each` figures are for one customer, the others for all."""

    verdict: Verdict
    each_treated: int = 0
    each_held: int = 0
    each_more: int = 0
    each_low: int = 0
    each_high: int = 0
    each_noticed: int = 0  # the smallest difference that would show
    brought: int = 0  # once the cost is taken off
    brought_low: int = 0
    brought_high: int = 0
    missing: int = 0  # more customers that it takes
    paid_back_days: int | None = None


@dataclass(slots=True)
class _Life:
    """What one member bought and was given, stretch by stretch."""

    member: Member
    before: int
    nets: list[int]
    orders: list[int]
    costs: list[int]


def found(
    trial: Trial, members: Sequence[Member], bought: Iterable[Bought], given: Iterable[Given], now: datetime
) -> Found:
    """Return what is found of a trial: for each stretch of those whom it has passed for, while the trial ran."""
    until = min(now, trial.ended_at or now)
    none = (0,) * len(STRETCHES)
    lives = {each.customer_id: _Life(each, 0, [*none], [*none], [*none]) for each in members}
    for order in bought:
        life = lives.get(order.customer_id)
        if life is None:
            continue
        age = order.at - life.member.entered_at
        if -LOOK_BACK <= age <= timedelta():
            life.before += order.net_minor
        for place in _places(age):
            life.nets[place] += order.net_minor
            life.orders[place] += 1
    for deed in given:
        life = lives.get(deed.customer_id)
        if life is None or deed.at < life.member.entered_at:
            continue
        # What they entered with was written down at that very moment.
        for place in _places(max(deed.at - life.member.entered_at, timedelta.resolution)):
            life.costs[place] += deed.cost_minor
    stretches = tuple(
        _stretch(
            place, days, [each for each in lives.values() if until - each.member.entered_at >= timedelta(days=days)]
        )
        for place, days in enumerate(STRETCHES)
    )
    return Found(edition=trial.edition, followed=len(members), stretches=tuple(stretches))


def judged(stretch: Stretch, results: Results, trial: Trial) -> Judged:
    """Return what can be said of a stretch."""
    spends, margin = stretch.spends, Fraction(results.margin_percent, 100 * FINE)
    if spends is None:
        short = FEWEST - min(stretch.held, stretch.treated)
        share = min(trial.percent, 100 - trial.percent)
        return Judged(verdict=Verdict.TOO_FEW, missing=-(-100 * short // share) if share else 0)
    low, high = (_brought(each, margin, stretch) for each in (spends.sure_low, spends.sure_high))
    worth = max(
        spends.mean_held * _WORTH_KNOWING // 100, round(Fraction(stretch.cost_minor, stretch.treated * margin)), 1
    )
    missing = max(needed(spends, worth) - spends.people, 0)
    brought = _brought(spends.more, margin, stretch)
    verdict = _verdict(low, high, missing)
    return Judged(
        verdict=verdict,
        each_treated=round(spends.mean_treated * margin),
        each_held=round(spends.mean_held * margin),
        each_more=round(spends.more * margin),
        each_low=round(spends.low * margin),
        each_high=round(spends.high * margin),
        each_noticed=round(spends.noticed * margin),
        brought=brought,
        brought_low=_brought(spends.low, margin, stretch),
        brought_high=_brought(spends.high, margin, stretch),
        missing=missing,
        paid_back_days=_paid_back(stretch, brought) if verdict is Verdict.PAYS else None,
    )


def kept_cost(stretch: Stretch) -> int | None:
    """Return what it cost to have one customer come back who would else have stayed away; None where that is unsure."""
    back = stretch.back
    if back is None or back.sure_low <= 0:
        return None
    return round(Fraction(stretch.cost_minor * FINE, back.more * stretch.treated))


def _verdict(low: int, high: int, missing: int) -> Verdict:
    if low > 0:
        return Verdict.PAYS
    if high < 0:
        return Verdict.LOSES
    return Verdict.TOO_FEW if missing else Verdict.EVEN


def _brought(each: int, margin: Fraction, stretch: Stretch) -> int:
    return round(each * margin * stretch.treated) - stretch.cost_minor


def _paid_back(stretch: Stretch, brought: int) -> int:
    whole = brought + stretch.cost_minor
    return -(-stretch.days * stretch.cost_minor // whole)


def _places(age: timedelta) -> list[int]:
    """Return in which stretches something falls that happened so long after somebody entered."""
    return [place for place, days in enumerate(STRETCHES) if timedelta() < age <= timedelta(days=days)]


def _stretch(place: int, days: int, lives: Sequence[_Life]) -> Stretch:
    treated, held = ([each for each in lives if each.member.held_out is out] for out in (False, True))
    nets = [[Spend(each.nets[place], each.before) for each in group] for group in (treated, held)]
    back = [[Spend(int(each.orders[place] > 0)) for each in group] for group in (treated, held)]
    return Stretch(
        days=days,
        treated=len(treated),
        held=len(held),
        cost_minor=sum(each.costs[place] for each in treated),
        spends=compare(*nets),
        back=compare(*back),
        basket=_baskets(place, treated, held),
        basket_treated=_basket(place, treated),
        basket_held=_basket(place, held),
    )


def _basket(place: int, group: Sequence[_Life]) -> int:
    orders = sum(each.orders[place] for each in group)
    return round(Fraction(sum(each.nets[place] for each in group), orders)) if orders else 0


def _baskets(place: int, treated: Sequence[_Life], held: Sequence[_Life]) -> Comparison | None:
    """Compare what an order comes to. Orders of one person are no draws of their own, so that people are compared.

    Each by how much more their orders came to than as many usual ones, for each order that people make on average.
    """
    everybody = [*treated, *held]
    orders, net = sum(each.orders[place] for each in everybody), sum(each.nets[place] for each in everybody)
    if not orders:
        return None
    usual, people = Fraction(net, orders), len(everybody)

    def beyond(each: _Life) -> Spend:
        return Spend(round((each.nets[place] - usual * each.orders[place]) * Fraction(people, orders)))

    return compare([beyond(each) for each in treated], [beyond(each) for each in held])
