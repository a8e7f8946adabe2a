"""What a walk came to, in the figures and the examples that a merchant reads."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.domain.backtest.asked import Asked
from app.domain.backtest.books import OVER_BUDGET, TAKEN_BACK, Deed
from app.domain.backtest.kindnesses import Counted, Example, Kindnesses, Words, counted
from app.domain.backtest.walk import Said, Walk
from app.domain.decisions import Decision
from app.domain.effects import State
from app.domain.money import Money
from app.domain.rules import nth_order_gift

GIVEN, WAITING = "gift", "waiting"
# Orders that were never in line for a gift: no word about what held one back.
NOT_IN_LINE = frozenset({"other_ordinal", "guest", "not_counted", "before_us"})
EXAMPLES, OF_THE_GIVEN = 20, 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """What one month's gift pool would have paid."""

    month: str
    minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """How many of one gift would have gone out, and how many lie on the shelf today; None where nobody counts."""

    title: str
    count: int
    stock: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """All that is kept of a walk; amounts are minor units of `currency`."""

    since: datetime
    until: datetime
    currency: str
    orders: int
    unknown: int
    revenue_minor: int
    gifts: int
    cost_minor: int
    taken_back: int
    waiting: int
    skipped: tuple[Counted, ...]
    not_in_line: tuple[Counted, ...]
    months: tuple[Month, ...]
    pieces: tuple[Piece, ...]
    tagged: int
    untagged: int
    special: int  # who bears the mark at the end
    shown_first: int
    threshold_minor: int
    active_days: int
    stopped: tuple[tuple[str, datetime], ...]  # rules that would have stopped themselves, and when
    examples: tuple[Example, ...]
    stand_in: bool = False  # no gift is chosen: one that is made up stands for it
    moments: tuple[Kindnesses, ...] = ()  # none in what was walked before moments were

    @property
    def skips(self) -> int:
        """How many orders were in line for a gift and went without."""
        return sum(each.count for each in self.skipped)

    def of_moment(self, rule: str) -> Kindnesses | None:
        """Return what the moments of that rule came to; None where they were not walked."""
        return next((each for each in self.moments if each.rule == rule), None)

    def money(self, minor: int) -> Money:
        """Return an amount in the shop's currency."""
        return Money(minor=minor, currency=self.currency)

    @property
    def share(self) -> int:
        """What the gifts cost of what the orders brought, in hundredths of a percent, rounded."""
        revenue = self.revenue_minor
        return 0 if revenue <= 0 else (2 * self.cost_minor * 10_000 + revenue) // (2 * revenue)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fate:
    """What one order came to."""

    said: Said
    code: str
    given: bool

    @property
    def example(self) -> Example:
        row, decision = self.said.row, self.said.decision
        if row is None:
            raise TypeError("a night is no order's")
        return Example(
            order_id=row.order_id,
            name=row.name,
            at=self.said.at,
            code=self.code,
            because=decision.because,
            given=self.given,
        )


def told(walk: Walk, said: Iterable[Said], *, stand_in: bool = False) -> Outcome:
    """Walk to the end, and return what it came to."""
    kind_words = Words(since=walk.asked.since)
    fates = [_fate(word, walk.books.on(order_id)) for order_id, word in _words(said, kind_words).items()]
    codes = Counter(fate.code for fate in fates)
    given = [deed for deed in walk.books.deeds.values() if deed.stands and deed.state is State.DONE and deed.is_gift]
    asked, ends = walk.asked, (GIVEN, WAITING, TAKEN_BACK)
    return Outcome(
        since=asked.since,
        until=asked.until,
        currency=asked.currency,
        orders=walk.placed + walk.unknown,
        unknown=walk.unknown,
        revenue_minor=walk.revenue_minor,
        gifts=len(given),
        cost_minor=sum(deed.cost_minor for deed in given),
        taken_back=codes[TAKEN_BACK],
        waiting=codes[WAITING],
        skipped=counted({code: count for code, count in codes.items() if code not in NOT_IN_LINE and code not in ends}),
        not_in_line=counted({code: count for code, count in codes.items() if code in NOT_IN_LINE}),
        months=tuple(Month(month=month, minor=minor) for month, minor in sorted(walk.books.purse.out.items())),
        pieces=_pieces(asked, given),
        tagged=walk.tagged,
        untagged=walk.untagged,
        special=sum(person.special for person in walk.crowd.people.values()),
        shown_first=walk.shown_first,
        threshold_minor=walk.crowd.threshold,
        active_days=walk.crowd.active_days,
        stopped=tuple(sorted(walk.brakes.stopped.items())),
        examples=tuple(fate.example for fate in _examples(fates)),
        stand_in=stand_in,
        moments=kind_words.told(walk.books.deeds),
    )


def _words(said: Iterable[Said], kind_words: Words) -> dict[int, Said]:
    """Return what was said of each order of the time: what put it in line for a gift, else what was said first.

    What was said of moments is told to `kind_words`.
    """
    words: dict[int, Said] = {}
    for each in said:
        kind_words.hear(each)
        if each.row is None or each.decision.rule != nth_order_gift.RULE:
            continue
        known = words.get(each.row.order_id)
        if known is None and not each.first:
            continue  # it was made before the time
        if known is None or (known.decision.code in NOT_IN_LINE and _in_line(each.decision)):
            words[each.row.order_id] = each
    return words


def _in_line(decision: Decision) -> bool:
    # What comes to an order a day later is about the hour, and not about the order.
    return decision.code not in NOT_IN_LINE and decision.code != "old"


def _fate(said: Said, deeds: Sequence[Deed]) -> _Fate:
    if any(deed.stands and deed.state is State.DONE for deed in deeds):
        return _Fate(said=said, code=GIVEN, given=True)
    if any(deed.state is State.AWAITING for deed in deeds):
        return _Fate(said=said, code=WAITING, given=False)
    if not deeds:
        return _Fate(said=said, code=said.decision.code, given=False)
    return _Fate(said=said, code=deeds[-1].code or OVER_BUDGET, given=False)


def _pieces(asked: Asked, given: Iterable[Deed]) -> tuple[Piece, ...]:
    counts = Counter(getattr(deed.effect, "variant_id", None) for deed in given)
    return tuple(
        Piece(title=option.title, count=counts[option.variant_id], stock=option.stock)
        for option in asked.options
        if counts[option.variant_id]
    )


def _examples(fates: Sequence[_Fate]) -> list[_Fate]:
    """Return a few of everything, the newest first: of the gifts the most, and of each reason at least one."""
    newest = sorted(fates, key=lambda fate: (fate.said.at, fate.example.order_id), reverse=True)
    kinds: dict[str, list[_Fate]] = {}
    for fate in newest:
        kinds.setdefault(fate.code, []).append(fate)
    chosen = kinds.get(GIVEN, [])[:OF_THE_GIVEN]
    others = [some for code, some in sorted(kinds.items(), key=lambda kind: (kind[0] in NOT_IN_LINE, kind[0]))]
    for turn in range(EXAMPLES):
        for some in others:
            if turn < len(some) and some[turn] not in chosen and len(chosen) < EXAMPLES:
                chosen.append(some[turn])
    return sorted(chosen, key=lambda fate: (not fate.given, fate.code in NOT_IN_LINE, fate.code))
