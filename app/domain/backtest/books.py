"""What rules would have given by a moment of the past, out of which month's purse, and when they would have stopped."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from heapq import heappop, heappush

from app.domain.backtest.asked import Asked, Treat
from app.domain.decisions import Decision
from app.domain.effects import AddGiftLine, Gift, Plan, SendGift, SendGiftOrder, State, Undoing
from app.domain.facts import GiftHistory, Given
from app.domain.rules import brake
from app.domain.rules.brake import Load
from app.domain.rules.gift_order import TOO_LATE
from app.domain.shortages import off_the_shelf

TAKEN_BACK, WITHDRAWN, OVER_BUDGET = "taken_back", "withdrawn", "over_budget"
_WAITING = (State.AWAITING, State.PLANNED)
_GIVEN = (*_WAITING, State.DONE)


@dataclass(slots=True, kw_only=True)
class Deed:
    """A gift, and what has become of it. `month` is the one that pays for it; empty while none does."""

    effect: Gift | SendGift
    rule: str
    state: State
    cost_minor: int
    created_at: datetime
    due_at: datetime
    code: str = ""
    ended_at: datetime | None = None
    month: str = ""

    @property
    def key(self) -> str:
        return self.effect.key

    @property
    def is_gift(self) -> bool:
        """Whether it goes with an order, or in place of what would have; nothing for a moment does."""
        return not isinstance(self.effect, SendGift)

    @property
    def stands(self) -> bool:
        """Whether it is given, or about to be, and nobody took it back."""
        return self.state in _GIVEN and self.code != TAKEN_BACK

    def end(self, state: State, code: str, now: datetime) -> None:
        """Let nothing more come of it."""
        self.state, self.code, self.ended_at = state, code, now


@dataclass(slots=True, kw_only=True)
class Purse:
    """The gifts' pool, month by month, in minor units."""

    limit: int
    out: Counter[str] = field(default_factory=Counter)

    def takes(self, deed: Deed, month: str, now: datetime) -> None:
        """Set the deed's money aside, or end the deed where the month does not hold it."""
        if not deed.cost_minor:
            return
        if self.out[month] + deed.cost_minor > self.limit:
            deed.end(State.OVER_BUDGET, OVER_BUDGET, now)
            return
        self.out[month] += deed.cost_minor
        deed.month = month

    def gives_back(self, deed: Deed) -> None:
        """Put the deed's money back into the month that held it."""
        if deed.month:
            self.out[deed.month] -= deed.cost_minor
        deed.month = ""


@dataclass(slots=True, kw_only=True)
class Brakes:
    """What each rule did on which day, and which of them have stopped themselves, and when."""

    asked: Asked
    days: defaultdict[str, dict[date, Load]] = field(default_factory=lambda: defaultdict(dict))
    usual: dict[tuple[str, date], Load] = field(default_factory=dict)
    stopped: dict[str, datetime] = field(default_factory=dict)

    def let(self, decision: Decision, day: date, now: datetime) -> Decision:
        """Count what the decision brings about; return it, or as it waits for a person once its rule has stopped."""
        load, rule = brake.load(decision), decision.rule
        if not load.deeds:
            return decision
        if (rule, day) not in self.usual:
            since = day - timedelta(days=brake.USUAL_DAYS)
            self.usual[rule, day] = brake.usual(done for at, done in self.days[rule].items() if since <= at < day)
        most, done = brake.most(self.usual[rule, day], self.asked.policy.brake), self.days[rule].get(day, Load()) + load
        if rule not in self.stopped and done.deeds <= most.deeds and done.minor <= most.minor:
            self.days[rule][day] = done
            return decision
        self.stopped.setdefault(rule, now)
        return replace(decision, plans=tuple(map(brake.waits, decision.plans)))

    def uncount(self, decision: Decision, day: date) -> None:
        """Take back what was counted of a decision of which nothing was new."""
        load, done = brake.load(decision), self.days[decision.rule].get(day, Load())
        if load.deeds and not any(plan.ask_first == brake.STOPPED for plan in decision.plans):
            self.days[decision.rule][day] = Load(deeds=done.deeds - load.deeds, minor=done.minor - load.minor)


@dataclass(slots=True, kw_only=True)
class Books:
    """All gifts of one walk, those from before it too."""

    asked: Asked
    purse: Purse = field(init=False)
    deeds: dict[str, Deed] = field(default_factory=dict)
    _due: list[tuple[datetime, int, Deed]] = field(default_factory=list)  # to be looked at again, the first on top
    _on: defaultdict[int, list[Deed]] = field(default_factory=lambda: defaultdict(list))
    _of: defaultdict[int, list[Deed]] = field(default_factory=lambda: defaultdict(list))
    _on_day: defaultdict[date, list[Deed]] = field(default_factory=lambda: defaultdict(list))
    _treats: defaultdict[int, list[Treat]] = field(default_factory=lambda: defaultdict(list))
    _missed: defaultdict[int, dict[int, datetime]] = field(default_factory=lambda: defaultdict(dict))
    _sent: defaultdict[int, list[Deed]] = field(default_factory=lambda: defaultdict(list))  # for moments, by customer
    _sent_on: defaultdict[tuple[str, date], list[Deed]] = field(default_factory=lambda: defaultdict(list))
    _promised: Counter[int] = field(default_factory=Counter)  # by variant: how many wait to leave
    _left: Counter[int] = field(default_factory=Counter)  # by variant: how many left at `_left_at`
    _left_at: datetime | None = None

    def __post_init__(self) -> None:
        self.purse = Purse(limit=self.asked.policy.gifts_monthly_minor)

    def remember(self, treats: Iterable[Treat]) -> None:
        """Note what customers were truly given: by others at any time, by the rule itself before the walk begins."""
        for treat in treats:
            self._treats[treat.customer_id].append(treat)

    def day(self, moment: datetime) -> date:
        """Return which of the merchant's days it is."""
        return moment.astimezone(self.asked.zone).date()

    def on(self, order_id: int) -> list[Deed]:
        """Return the gifts that an order was to have, in their order."""
        return self._on.get(order_id, [])

    def history(self, order_id: int, customer_id: int | None, ordinal: int | None, now: datetime) -> GiftHistory:
        """Return what the order, its customer, and this day were given by then."""
        here = self.on(order_id)
        mine = self._of.get(customer_id, []) if customer_id is not None else []
        sent = self._sent.get(customer_id, []) if customer_id is not None else []
        known = self._treats.get(customer_id, []) if customer_id is not None else []
        today = [deed for deed in self._on_day.get(self.day(now), ()) if deed.effect.order_id != order_id]
        gifts_today = sum(deed.stands for deed in today)
        if not mine and not sent and not known and customer_id not in self._missed:  # nearly everybody
            return GiftHistory(ordinal=ordinal, gifts_today=gifts_today, since=self.asked.since)
        elsewhere = [deed for deed in mine if deed.effect.order_id != order_id]
        standing = [deed for deed in elsewhere if deed.stands]
        treats = [treat for treat in known if treat.created_at <= now]
        before = [treat for treat in treats if treat.variant_id is not None and treat.order_id != order_id]
        shelved = {treat.variant_id for treat in before if treat.variant_id is not None}
        given = {deed.effect.variant_id for deed in standing if not isinstance(deed.effect, SendGift)}
        by_rule = [treat.due_at for treat in before if treat.of_the_rule]
        by_others = [treat.due_at for treat in treats if treat.keeps_pause]
        return GiftHistory(
            ordinal=ordinal,
            given_variants=frozenset(given | shelved),
            last_gift_at=max((*(deed.due_at for deed in standing), *by_rule), default=None),
            last_treat_at=max((*by_others, *(deed.due_at for deed in sent if deed.stands)), default=None),
            gifts_today=gifts_today,
            owed=self._is_owed(order_id, customer_id, elsewhere),
            given_here=any(deed.state in _GIVEN for deed in here),
            unwished=any(deed.state is State.WITHDRAWN and deed.code == WITHDRAWN for deed in here),
            waiting_here=tuple(deed.key for deed in here if deed.state in _WAITING),
            left_here=tuple(
                deed.effect
                for deed in here
                if deed.state is State.DONE and deed.code != TAKEN_BACK and not isinstance(deed.effect, SendGift)
            ),
            since=self.asked.since,
        )

    def promised(self, now: datetime) -> Counter[int]:
        """Return how many of each variant are off the shelf by then, which the store cannot have counted off yet."""
        return self._promised + self._left if self._left_at == now else self._promised

    def given(self, rule: str, occasion: str, customer_id: int, now: datetime) -> Given:
        """Return what a customer, and this day by the rule of a moment, were given before, as `moments.given` does."""
        today = sum(deed.stands for deed in self._sent_on.get((rule, self.day(now)), ()))
        gifts, sent = self._of.get(customer_id, ()), self._sent.get(customer_id, ())
        treats = [treat for treat in self._treats.get(customer_id, ()) if treat.created_at <= now]
        if not gifts and not sent and not treats:
            return Given(today=today)
        here = [deed for deed in sent if _occasion(deed) == occasion]
        others = [deed.due_at for deed in (*gifts, *sent) if deed.stands and _occasion(deed) != occasion]
        others += [each.due_at for each in treats if (each.of_the_rule or each.keeps_pause)]
        return Given(
            once=bool(here) or any(each.occasion == occasion for each in treats),
            waiting=tuple(deed.key for deed in here if deed.state in _WAITING),
            last_treat_at=max(others, default=None),
            today=today,
        )

    def had(self, customer_id: int, now: datetime) -> frozenset[int]:
        """Return the numbers of what a customer was given of the catalogue by then, or is about to be."""
        known = {each.gift_id for each in self._treats.get(customer_id, ()) if each.created_at <= now}
        sent = {getattr(deed.effect, "gift_id", None) for deed in self._sent.get(customer_id, ()) if deed.stands}
        return frozenset(number for number in known | sent if number is not None)

    def note(self, decision: Decision, customer_id: int | None, order_id: int, now: datetime) -> None:
        """Note a decision from which nothing follows but that a gift may be owed: its parcel was seen to have left."""
        if decision.code == TOO_LATE and customer_id is not None:
            self._missed[customer_id].setdefault(order_id, now)

    def write_down(self, decision: Decision, now: datetime) -> int:
        """Plan what was decided and take back what it withdraws; return how many of its deeds are new."""
        new = [self._plan(plan, decision.rule, now) for plan in decision.plans]
        for key in decision.withdraw:
            self._withdraw(key, now)
        for plan in decision.plans:
            if isinstance(plan.effect, Undoing):
                self._undo(plan.effect.undoes)
        return sum(new)

    def due_by(self, moment: datetime, *, before: bool = False) -> Iterator[Deed]:
        """Yield what is due until a moment, or `before` it, in the order of its hours."""
        while self._due and (self._due[0][0] < moment or (self._due[0][0] == moment and not before)):
            deed = heappop(self._due)[2]
            if deed.state is State.PLANNED:
                yield deed

    def plan(self, plan: Plan, rule: str, now: datetime) -> None:
        """Plan what is given in place of something else."""
        self._plan(plan, rule, now)

    def park(self, deed: Deed, code: str) -> None:
        """Let a deed wait for a person who looks at its order first; its money goes back until then."""
        deed.state, deed.code = State.AWAITING, code
        self.purse.gives_back(deed)

    def give(self, deed: Deed, now: datetime) -> None:
        """Let a deed be done."""
        if self._left_at != now:
            self._left_at, self._left = now, Counter()
        variant = off_the_shelf(deed.effect)
        if variant is not None:
            self._promised[variant] -= 1
            self._left[variant] += 1
        deed.end(State.DONE, "", now)

    def drop(self, deed: Deed, code: str, now: datetime) -> None:
        """End a deed that turned out to be no longer wanted."""
        variant = off_the_shelf(deed.effect)
        if variant is not None:
            self._promised[variant] -= 1
        deed.end(State.WITHDRAWN, code, now)
        self.purse.gives_back(deed)

    def _plan(self, plan: Plan, rule: str, now: datetime) -> bool:
        effect = plan.effect
        if not isinstance(effect, AddGiftLine | SendGiftOrder | SendGift) or effect.key in self.deeds:
            return False
        cost = 0 if plan.cost is None else plan.cost.minor
        state = State.AWAITING if plan.ask_first else State.PLANNED
        deed = Deed(effect=effect, rule=rule, state=state, cost_minor=cost, created_at=now, due_at=plan.due_at)
        if state is State.PLANNED:
            self.purse.takes(deed, f"{now.astimezone(self.asked.zone):%Y-%m}", now)
        variant = off_the_shelf(effect)
        if variant is not None:
            self._promised[variant] += deed.state in _WAITING
        self.deeds[deed.key] = deed
        self._shelve(deed, self.day(now))
        if deed.state is State.PLANNED:
            heappush(self._due, (deed.due_at, len(self.deeds), deed))
        return True

    def _shelve(self, deed: Deed, day: date) -> None:
        effect = deed.effect
        if isinstance(effect, SendGift):
            self._sent[effect.customer_id].append(deed)
            self._sent_on[deed.rule, day].append(deed)
            return
        self._of[effect.customer_id].append(deed)
        self._on_day[day].append(deed)
        if effect.order_id is not None:
            self._on[effect.order_id].append(deed)

    def _withdraw(self, key: str, now: datetime) -> None:
        deed = self.deeds.get(key)
        if deed is not None and deed.state in _WAITING:
            self.drop(deed, WITHDRAWN, now)

    def _undo(self, key: str) -> None:
        deed = self.deeds.get(key)
        if deed is not None and deed.stands:
            deed.code = TAKEN_BACK
            self.purse.gives_back(deed)

    def _is_owed(self, order_id: int, customer_id: int | None, elsewhere: list[Deed]) -> bool:
        """Return whether a gift came too late for another parcel, and none was given since."""
        missed = self._missed.get(customer_id, {}) if customer_id is not None else {}
        never = [at for order, at in missed.items() if order != order_id and not self._on.get(order)]
        late = [deed.ended_at for deed in elsewhere if deed.state is State.WITHDRAWN and deed.code == TOO_LATE]
        last = max((at for at in (*never, *late) if at is not None), default=None)
        return last is not None and not any(deed.stands and deed.created_at >= last for deed in elsewhere)


def _occasion(deed: Deed) -> str:
    return deed.effect.occasion if isinstance(deed.effect, SendGift) else ""
