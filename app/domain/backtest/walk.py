"""The walk itself: turn by turn and night by night, each decided about with what was known by then."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any, NamedTuple

from app.domain import gift_pool, shortages, tastes, turns
from app.domain.backtest.asked import GIVES, Asked, Row, Treat, Wishes
from app.domain.backtest.books import Books, Brakes, Deed
from app.domain.backtest.crowd import Crowd, Person
from app.domain.backtest.moments import Moments
from app.domain.backtest.takings import Takings
from app.domain.decisions import Decision
from app.domain.effects import AddGiftLine, SendGift, TagCustomer
from app.domain.facts import GiftOption, Line, Order, OrderFacts
from app.domain.money import Money, zero
from app.domain.rules import (
    gift_order,
    hard_time,
    holdout,
    let_alone,
    moments,
    nth_order_gift,
    on_order,
    send_gates,
    special_customer,
    still_wanted,
)
from app.domain.rules.granted import off_for
from app.domain.turns import Turn

_TEST, _CANCELLED = "It is a test order.", "The order was cancelled."
_A_YEAR = timedelta(days=365)
# An order that nobody told us the past of, if it counts.
_AT_BEST = turns.traits(counted=True, settled=True, shipped=True, domestic=True)


class Said(NamedTuple):
    """What a rule said, and when; `row` is the order that it was about or came with, None on a night."""

    at: datetime
    decision: Decision
    row: Row | None
    first: bool = False  # the order had just been made
    about: Order | None = None  # the one by whose address something goes, where a day of the calendar brings it


class _Event(NamedTuple):
    """An order's turn, in the order in which things came."""

    at: datetime
    order_id: int
    number: int  # of this order's turns
    turn: Turn | None  # None: nobody has told us how it came to be, and it only feeds the sums
    row: Row
    made_at: datetime


@dataclass(slots=True, kw_only=True)
class Walk:
    """One walk through the past, and all that it leaves behind: what was given, who was marked, what is not known."""

    asked: Asked
    wishes: Mapping[int, Wishes] = field(default_factory=dict)
    treats: Iterable[Treat] = ()
    crowd: Crowd = field(init=False)
    books: Books = field(init=False)
    brakes: Brakes = field(init=False)
    moments: Moments = field(init=False)
    takings: Takings = field(default_factory=Takings)
    unknown: int = 0  # orders of the time of which nobody has told us how they came to be
    placed: int = 0
    revenue_minor: int = 0
    tagged: int = 0
    untagged: int = 0
    shown_first: int = 0  # marks of nights on which a person would have been asked
    gone: int = 0  # turns that are behind us
    _events: list[_Event] = field(default_factory=list)
    _worth: dict[int, int | None] = field(default_factory=dict)  # by order: what it brought; None: it does not count
    _now: dict[int, Order] = field(default_factory=dict)  # orders with a gift, as they are
    _seen: dict[int, tuple[str, int]] = field(default_factory=dict)  # younger orders: their names, and what they are
    _young: datetime = field(init=False)  # whoever ordered last before then does not order any more
    _tags: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.crowd = Crowd(asked=self.asked, wishes=self.wishes)
        self.books, self.brakes = Books(asked=self.asked), Brakes(asked=self.asked)
        self.moments = Moments(asked=self.asked, crowd=self.crowd, books=self.books)
        active_days = self.asked.policy.special_customer.active_days or 0
        self._young = self.asked.since - max(_A_YEAR, timedelta(days=active_days))
        self.books.remember(self.treats)

    def begin(self, rows: Iterable[Row]) -> None:
        """Let what was so before the walk be so, and remember what came in its time."""
        self._events = sorted(self._begun(rows))

    @property
    def length(self) -> int:
        """How many turns there are on the way."""
        return len(self._events)

    def through(self) -> Iterator[Said]:
        """Yield all that the rules would have said, from the first night on."""
        nights = self._nights()
        night = next(nights)
        for event in self._events:
            self.gone += 1
            while night <= event.at:
                yield from self._night(night)
                night = next(nights)
            self._perform(event.at, before=True)
            yield from self._turned(event)
            self._perform(event.at)
        while night <= self.asked.until:
            yield from self._night(night)
            night = next(nights)
        self._perform(self.asked.until)

    def _begun(self, rows: Iterable[Row]) -> Iterator[_Event]:
        since, until = self.asked.since, self.asked.until
        for row in rows:
            if row.turns is None:
                if row.processed_at < since:
                    self._record(row, _AT_BEST if row.counted else 0, row.net_minor)
                elif row.processed_at <= until:
                    yield _Event(row.processed_at, row.order_id, 0, None, row, row.processed_at)
                continue
            told = turns.read(row.turns)
            before = None
            for number, turn in enumerate(told.turns):
                if turn.at < since:
                    before = turn
                elif turn.at <= until:
                    yield _Event(turn.at, row.order_id, number, turn, row, told.made_at)
            if before is not None:
                self._record(row, before.traits, before.net_minor)

    def _nights(self) -> Iterator[datetime]:
        """Yield when the shop is measured: as the walk begins, and at each of the merchant's midnights after that."""
        yield self.asked.since
        night = self.asked.since.astimezone(self.asked.zone).replace(hour=0, minute=0, second=0, microsecond=0)
        while True:
            night += timedelta(days=1)  # by the wall: a day may have 23 hours
            yield night.astimezone(self.asked.since.tzinfo)

    def _night(self, night: datetime) -> Iterator[Said]:
        self._perform(night)
        self.crowd.measure()
        self.books.purse.limit = gift_pool.limit(self.asked.policy, self.takings.by(night))
        yield from self._marks(night)
        yield from self._days(night)

    def _marks(self, night: datetime) -> Iterator[Said]:
        yardstick = self.crowd.yardstick()
        if yardstick is None:
            return
        policy, decided = self.asked.policy.special_customer, list[tuple[Person, Decision]]()
        for person in self.crowd.moved(night):
            standing = self.crowd.standing(person, night)
            decision = special_customer.decide(standing, yardstick, policy, night)
            decision = holdout.weighed(decision, self.asked.policy, standing, night)
            if decision.changes_anything:
                decided.append((person, decision))
        few = special_customer.are_few(len(decided), yardstick.customers)
        self.shown_first += 0 if few else len(decided)
        for person, decision in decided:
            self._mark(person, decision, night, brakes=few)
            yield Said(night, decision, None)

    def _days(self, night: datetime) -> Iterator[Said]:
        """Yield what is given to those whose day it is: what goes to one counts for the next."""
        dues = self.moments.anniversaries(night)
        known = [facts for due in dues if (facts := self.moments.facts(due, night)) is not None]
        given, opening = 0, self.moments.opening(night)
        for each in known:
            facts = self.moments.seen(each, self._latest(each.due.customer_id), night)
            facts = replace(facts, given=replace(facts.given, today=facts.given.today + given))
            decision = moments.decide(facts, self.asked.policy, night, leaves_at=opening)
            given += len(decision.plans)
            if decision.plans and facts.order is not None:
                self._now.setdefault(facts.order.id, facts.order)
                self._plan(decision, night)
            yield Said(night, decision, None, about=facts.order)

    def _latest(self, customer_id: int) -> Order | None:
        """Return the customer's newest order that counts, as it is by now."""
        places = self.crowd.person(customer_id).places
        if not places or places[-1][1] not in self._seen:
            return None
        at, order_id = places[-1]
        name, which = self._seen[order_id]
        return Order(
            id=order_id,
            name=name,
            customer_id=customer_id,
            customer_since=None,
            processed_at=at,
            updated_at=at,
            net=zero(self.asked.currency),
            **_traits(which),
        )

    def _turned(self, event: _Event) -> Iterator[Said]:
        row, turn = event.row, event.turn
        if turn is None:
            self.unknown += 1
            self.revenue_minor += row.net_minor
            self._record(row, _AT_BEST if row.counted else 0, row.net_minor)
            return
        self._record(row, turn.traits, turn.net_minor)
        first = event.number == 0 and event.made_at >= self.asked.since
        if first:
            self.placed += 1
            self.revenue_minor += row.net_minor
        if row.customer_id is not None and row.customer_id < 0:
            return  # of a forgotten person nothing is decided
        order = _order(row, event.made_at, turn, self.asked.currency)
        for decision in on_order(self._facts(order, event.at), self.asked.policy, event.at):
            self._carry_out(decision, order, event.at)
            yield Said(event.at, decision, row, first)

    def _facts(self, order: Order, now: datetime) -> OrderFacts:
        crowd, buyer = self.crowd, order.customer_id
        ordinal = None if buyer is None else crowd.ordinal(buyer, (order.processed_at, order.id))
        standing = None if buyer is None else crowd.standing(crowd.person(buyer), now)
        return OrderFacts(
            order=order,
            standing=standing,
            yardstick=crowd.yardstick(),
            options=self._options(now),
            history=self.books.history(order.id, buyer, ordinal, now),
            granted=self.asked.granted,
            away=None if standing is None else self.moments.away(order, standing, now),
        )

    def _options(self, now: datetime) -> tuple[GiftOption, ...]:
        """Return what is on the shelf and promised to nobody, as `jobs.gather` asks for it."""
        gone = self.books.promised(now)
        if not any(gone[option.variant_id] for option in self.asked.options if option.stock is not None):
            return self.asked.options  # nearly always
        return tuple(shortages.spared(option, gone) for option in self.asked.options)

    def _carry_out(self, decision: Decision, order: Order, now: datetime) -> None:
        if decision.rule == special_customer.RULE and order.customer_id is not None:
            self._mark(self.crowd.person(order.customer_id), decision, now)
            return
        if decision.rule not in GIVES:
            return
        if decision.plans or order.id in self._now:
            self._now[order.id] = order
        if decision.changes_anything:
            self._plan(decision, now)
        elif decision.rule == nth_order_gift.RULE:
            self.books.note(decision, order.customer_id, order.id, now)

    def _plan(self, decision: Decision, now: datetime) -> None:
        day = self.books.day(now)
        weighed = self.brakes.let(decision, day, now)
        if not self.books.write_down(weighed, now):
            self.brakes.uncount(weighed, day)

    def _mark(self, person: Person, decision: Decision, now: datetime, *, brakes: bool = True) -> None:
        if not decision.changes_anything:
            return
        if decision.special is not None:
            person.special, person.changes, person.changed_at = decision.special, person.changes + 1, now
        day = self.books.day(now)
        weighed = self.brakes.let(decision, day, now) if brakes else decision
        fresh = [plan for plan in weighed.plans if plan.effect.key not in self._tags]
        self._tags.update(plan.effect.key for plan in fresh)
        if brakes and not fresh:
            self.brakes.uncount(weighed, day)
        for plan in fresh:
            if isinstance(plan.effect, TagCustomer) and plan.ask_first is None:
                self._tag(person, plan.effect, now)

    def _tag(self, person: Person, tag: TagCustomer, now: datetime) -> None:
        no = off_for(tag, self.asked.granted)
        no = no or still_wanted.standing_mark(self.crowd.standing(person, now), present=tag.present)
        if no is None and person.marked is not tag.present:
            person.marked = tag.present
            self.tagged += tag.present
            self.untagged += not tag.present

    def _perform(self, moment: datetime, *, before: bool = False) -> None:
        for deed in self.books.due_by(moment, before=before):
            now = max(deed.due_at, deed.created_at)
            no = self._unwanted(deed, now)
            if no is None:
                self._do(deed, now)
                continue
            self.books.drop(deed, no[0], now)
            cost = Money(minor=deed.cost_minor, currency=self.asked.currency)
            instead = gift_order.instead(deed.effect, no[0], self.asked.policy.nth_order_gift, cost=cost, now=now)
            if instead is not None:
                self.books.plan(instead, deed.rule, now)

    def _do(self, deed: Deed, now: datetime) -> None:
        order = None if deed.effect.order_id is None else self._now.get(deed.effect.order_id)
        question = send_gates.careful(order) if isinstance(deed.effect, SendGift) else None
        if question is None:
            self.books.give(deed, now)
        else:
            self.books.park(deed, question.code)

    def _unwanted(self, deed: Deed, now: datetime) -> tuple[str, str] | None:
        """Return why a gift would not have been given after all, as `jobs.deeds` looks at it before its call."""
        gift, policy = deed.effect, self.asked.policy
        standing = self.crowd.standing(self.crowd.person(gift.customer_id), now)
        order = None if gift.order_id is None else self._now.get(gift.order_id)
        if isinstance(gift, SendGift):
            return still_wanted.sent_gift(gift, order, standing, now)
        no = off_for(gift, self.asked.granted) or let_alone.refused(standing) or hard_time.refused(standing, now)
        if no is not None:
            return no
        option = next((each for each in self.asked.options if each.variant_id == gift.variant_id), None)
        disliked = None if option is None else tastes.unwelcome(standing.tastes.never, option.title, *option.tags)
        if disliked is not None:
            return disliked
        if isinstance(gift, AddGiftLine):
            return still_wanted.gift(order, option, policy, now)
        return still_wanted.gift_order(order, option, policy)

    def _record(self, row: Row, traits: int, net_minor: int) -> None:
        """Bring the sums from what the order was worth to what it is worth now."""
        was, now = self._worth.get(row.order_id), net_minor if turns.has(traits, "counted") else None
        self._worth[row.order_id] = now
        self.takings.move(row.processed_at, (now or 0) - (was or 0))
        if row.customer_id is None:
            return
        if row.processed_at >= self._young:
            self._seen[row.order_id] = (row.name, traits)
        self.crowd.move(row.customer_id, (row.processed_at, row.order_id), was, now)


def _order(row: Row, made_at: datetime, turn: Turn, currency: str) -> Order:
    which = _traits(turn.traits)
    aboard = [] if not row.variants else [int(variant) for variant in row.variants.split(",")]
    nothing = zero(currency)
    return Order(
        id=row.order_id,
        name=row.name,
        customer_id=row.customer_id,
        customer_since=None,
        processed_at=row.processed_at,
        updated_at=turn.at,
        created_at=made_at,
        net=Money(minor=turn.net_minor, currency=currency),
        uncounted_because=_TEST if which["test"] else _CANCELLED if which["cancelled"] else "",
        lines=tuple(Line(variant_id=variant, quantity=1, total=nothing) for variant in aboard),
        **which,
    )


@cache  # there are few kinds of orders
def _traits(number: int) -> dict[str, Any]:
    return {name: turns.has(number, name) for name in turns.TRAITS}
