"""A rule that nobody watches stops itself when it does far more in a day than it usually does.

What agents press is not braked: they have their pool, their limits, and a lead above them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from statistics import median_low

from app.domain.decisions import Decision
from app.domain.effects import AddGiftLine, Plan, PostNote, SendGift, SendGiftOrder, TagCustomer, Undoing
from app.domain.moments import RULES as MOMENTS
from app.domain.policy import Brake

UNWATCHED = ("nth_order_gift", "special_customer", *MOMENTS)
_SEEN = AddGiftLine | SendGiftOrder | SendGift | TagCustomer
USUAL_DAYS = 28  # that far back a rule's usual day is looked for
STOPPED = "The rule did far more today than it usually does, and has stopped itself: a person looks first."


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What a rule did, or is about to do, in deeds that a customer sees and in money, minor units."""

    deeds: int = 0
    minor: int = 0

    def __add__(self, other: "Load") -> "Load":
        return Load(deeds=self.deeds + other.deeds, minor=self.minor + other.minor)


def load(decision: Decision) -> Load:
    """Return what the decision puts on its rule's day; nothing for rules that people press, and for the way back."""
    if decision.rule not in UNWATCHED:
        return Load()
    seen = [plan for plan in decision.plans if isinstance(plan.effect, _SEEN)]
    return Load(deeds=len(seen), minor=sum(plan.cost.minor for plan in seen if plan.cost is not None))


def usual(days: Iterable[Load]) -> Load:
    """Return the rule's usual day: the middle one of those on which it did anything."""
    at_work = [day for day in days if day.deeds]
    if not at_work:
        return Load()
    return Load(deeds=_middle([day.deeds for day in at_work]), minor=_middle([day.minor for day in at_work]))


def most(usual_day: Load, brake: Brake) -> Load:
    """Return how much the rule may do in one day before it stops itself."""
    return Load(
        deeds=max(usual_day.deeds * brake.times, brake.least_deeds),
        minor=max(usual_day.minor * brake.times, brake.least_minor),
    )


def waits(plan: Plan) -> Plan:
    """Return the plan as it waits for a person once its rule has stopped itself."""
    if isinstance(plan.effect, PostNote | Undoing):
        return plan
    return replace(plan, ask_first=STOPPED)


def _middle(figures: Sequence[int]) -> int:
    return median_low(figures)
