"""What the moments of a walk came to: how many were remembered, for how much, and why the others were not."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from app.domain.backtest.asked import MOMENTS
from app.domain.backtest.books import OVER_BUDGET, Deed
from app.domain.backtest.walk import Said
from app.domain.effects import State

GIVEN, WAITING = "moment", "waiting"
_OLD = "old"
_OF_EACH_REASON, _EXAMPLES = 2, 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """How often something came."""

    code: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One order, or the moment of a customer that it is about, and why something would have been given, or why not."""

    order_id: int | None
    name: str
    at: datetime
    code: str
    because: str
    given: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Kindnesses:
    """All moments of one rule; the cost is in minor units."""

    rule: str
    given: int
    cost_minor: int
    waiting: int
    skipped: tuple[Counted, ...]
    examples: tuple[Example, ...]

    @property
    def skips(self) -> int:
        """How many moments came and went without anything."""
        return sum(each.count for each in self.skipped)


@dataclass(slots=True, kw_only=True)
class Words:
    """What was said of each moment: what gave something, else what was said first."""

    since: datetime
    _said: dict[tuple[str, str], Said] = field(default_factory=dict)

    def hear(self, said: Said) -> None:
        """Remember what was said, if it is about a moment of these days."""
        decision = said.decision
        if decision.rule not in MOMENTS:
            return
        known = self._said.get((decision.rule, decision.subject))
        if known is None and decision.code == _OLD and said.row is not None and said.row.processed_at < self.since:
            return  # it came before these days
        if known is None or (decision.plans and not known.decision.plans):
            self._said[decision.rule, decision.subject] = said

    def told(self, deeds: Mapping[str, Deed]) -> tuple[Kindnesses, ...]:
        """Return what the moments came to, rule by rule."""
        return tuple(
            _told(rule, [(said, _deed(said, deeds)) for (about, _), said in self._said.items() if about == rule])
            for rule in MOMENTS
        )


def counted(codes: Mapping[str, int]) -> tuple[Counted, ...]:
    """Return how often each code came, the most frequent first."""
    most = sorted(codes.items(), key=lambda pair: (-pair[1], pair[0]))
    return tuple(Counted(code=code, count=count) for code, count in most)


def _deed(said: Said, deeds: Mapping[str, Deed]) -> Deed | None:
    return next((deeds[plan.effect.key] for plan in said.decision.plans if plan.effect.key in deeds), None)


def _told(rule: str, fates: Sequence[tuple[Said, Deed | None]]) -> Kindnesses:
    codes = Counter(_code(said, deed) for said, deed in fates)
    costs = [deed.cost_minor for said, deed in fates if deed is not None and _code(said, deed) == GIVEN]
    return Kindnesses(
        rule=rule,
        given=codes[GIVEN],
        cost_minor=sum(costs),
        waiting=codes[WAITING],
        skipped=counted({code: count for code, count in codes.items() if code not in (GIVEN, WAITING)}),
        examples=tuple(_examples(fates)),
    )


def _code(said: Said, deed: Deed | None) -> str:
    if deed is None:
        return said.decision.code
    if deed.stands:
        return WAITING if deed.state is State.AWAITING else GIVEN
    return deed.code or OVER_BUDGET


def _examples(fates: Iterable[tuple[Said, Deed | None]]) -> list[Example]:
    """Return the newest two of everything, what was given first."""
    kinds: dict[str, list[Example]] = {}
    for said, deed in sorted(fates, key=lambda fate: (fate[0].at, fate[0].decision.subject), reverse=True):
        each = _example(said, _code(said, deed))
        kinds.setdefault(each.code, []).append(each)
    chosen = sorted(kinds.items(), key=lambda kind: (kind[0] != GIVEN, kind[0]))
    return [each for _, some in chosen for each in some[:_OF_EACH_REASON]][:_EXAMPLES]


def _example(said: Said, code: str) -> Example:
    row, order = said.row, said.about
    return Example(
        order_id=row.order_id if row is not None else None if order is None else order.id,
        name=row.name if row is not None else "" if order is None else order.name,
        at=said.at,
        code=code,
        because=said.decision.because,
        given=code == GIVEN,
    )
