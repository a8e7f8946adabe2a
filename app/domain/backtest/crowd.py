"""Everybody's sums at a moment of the past, and the shop's measure as it was last taken by then."""

from bisect import bisect_left, insort
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from app.domain import measure
from app.domain.backtest.asked import Asked, Wishes
from app.domain.facts import Order, Standing, Yardstick
from app.domain.money import Money

Place = tuple[datetime, int]  # of an order among its customer's: when it was processed, and its number
_NO_WISHES = Wishes()
_A_YEAR = 365  # of days, for as long as nobody has taken a measure


@dataclass(slots=True, kw_only=True)
class Person:
    """One customer: what they spent with the orders that count, and their mark."""

    customer_id: int
    wishes: Wishes
    net_minor: int = 0
    places: list[Place] = field(default_factory=list)
    special: bool = False
    marked: bool = False
    changes: int = 0
    changed_at: datetime | None = None


@dataclass(slots=True, kw_only=True)
class Crowd:
    """All customers of a shop."""

    asked: Asked
    wishes: Mapping[int, Wishes]
    people: dict[int, Person] = field(default_factory=dict)
    net_minor: int = 0
    customers: int = 0
    pauses: Counter[int] = field(default_factory=Counter)
    threshold: int = 0
    active_days: int = measure.FEWEST_DAYS
    _began: defaultdict[int, set[int]] = field(default_factory=lambda: defaultdict(set))  # by day: who ever did then

    def person(self, customer_id: int) -> Person:
        """Return one customer, who may be new."""
        known = self.people.get(customer_id)
        if known is None:
            wishes = self.wishes.get(customer_id, _NO_WISHES)
            known = self.people[customer_id] = Person(customer_id=customer_id, wishes=wishes)
        return known

    def move(self, customer_id: int, place: Place, was: int | None, now: int | None) -> None:
        """Let an order be worth something else than it was: None where it did not count, or does not."""
        person = self.person(customer_id)
        if was is None and now is not None:
            self._come(person, place)
        elif was is not None and now is None:
            self._go(person, place)
        change = (now or 0) - (was or 0)
        person.net_minor += change
        self.net_minor += change

    def ordinal(self, customer_id: int, place: Place) -> int | None:
        """Return the how-manyth of its customer's orders that count this is; None when it does not."""
        places = self.person(customer_id).places
        at = bisect_left(places, place)
        return at + 1 if at < len(places) and places[at] == place else None

    def measure(self) -> None:
        """Take the shop's measure, as it is taken each night."""
        policy = self.asked.policy.special_customer
        self.threshold = measure.threshold(policy, self.customers, self.net_minor, self._ranked)
        self.active_days = policy.active_days or measure.active_days(
            (days, count) for days, count in self.pauses.items() if count
        )

    def yardstick(self) -> Yardstick | None:
        """Return the measure as last taken; None while nobody has spent anything."""
        if not self.threshold:
            return None
        return Yardstick(
            threshold=self._money(self.threshold),
            active_days=self.active_days,
            customers=self.customers,
            average=self._money(measure.mean(self.customers, self.net_minor)),
            since=self.asked.known_since,
        )

    def standing(self, person: Person, now: datetime) -> Standing:
        """Return what the books would have said of one customer."""
        wishes, places = person.wishes, person.places
        hard = wishes.sensitive_since is not None and wishes.sensitive_since <= now
        return Standing(
            customer_id=person.customer_id,
            net=self._money(person.net_minor),
            orders=len(places),
            first_order_at=places[0][0] if places else None,
            last_order_at=places[-1][0] if places else None,
            special=person.special,
            marked=person.marked,
            changes=person.changes,
            changed_at=person.changed_at,
            let_alone=_let_alone(wishes, now),
            sensitive_until=wishes.sensitive_until if hard else None,
            sensitive_since=wishes.sensitive_since if hard else None,
            tastes=wishes.tastes,
        )

    def before(self, order: Order) -> datetime | None:
        """Return when the order's customer had last bought something before it; None for a first order."""
        known = None if order.customer_id is None else self.people.get(order.customer_id)
        if known is None or len(known.places) <= order.counted:
            return None
        at = bisect_left(known.places, (order.processed_at,))
        return known.places[at - 1][0] if at else None

    def active_since(self, now: datetime) -> datetime:
        """Return since when somebody must have ordered who still does."""
        return now - timedelta(days=self.active_days if self.threshold else _A_YEAR)

    def began(self, since: datetime, until: datetime) -> Iterator[Person]:
        """Yield who ordered first between the two moments, as the books stand."""
        for day in range(since.astimezone(UTC).toordinal(), until.astimezone(UTC).toordinal() + 1):
            for person in map(self.people.__getitem__, self._began.get(day, ())):
                if person.places and since <= person.places[0][0] < until and person.places[0][0].toordinal() == day:
                    yield person

    @property
    def oldest(self) -> int | None:
        """The year of the first order of all, or one before it."""
        return date.fromordinal(min(self._began)).year if self._began else None

    def moved(self, now: datetime) -> list[Person]:
        """Return those whose mark may have to change on this night, as the books are asked for them."""
        floor = self.threshold * self.asked.policy.special_customer.leave_below_percent // 100
        active_since = now - timedelta(days=self.active_days)
        found = [each for each in self.people.values() if self._may_move(each, floor, active_since, now)]
        return sorted(found, key=lambda each: each.customer_id)

    def _may_move(self, person: Person, floor: int, active_since: datetime, now: datetime) -> bool:
        if not person.special and not person.marked and person.net_minor < self.threshold:
            return False  # nearly everybody
        active = bool(person.places) and person.places[-1][0] >= active_since
        if not person.special:
            return person.customer_id > 0 and (person.marked or active)
        least = floor if person.marked else max(floor, self.threshold)
        return not active or person.net_minor < least or _let_alone(person.wishes, now)

    def _come(self, person: Person, place: Place) -> None:
        self.customers += not person.places
        insort(person.places, place)
        self._begin(person)
        self._pause(person, place, 1)

    def _go(self, person: Person, place: Place) -> None:
        self._pause(person, place, -1)
        person.places.remove(place)
        self._begin(person)
        self.customers -= not person.places

    def _begin(self, person: Person) -> None:
        if person.places:
            self._began[person.places[0][0].toordinal()].add(person.customer_id)

    def _pause(self, person: Person, place: Place, more: int) -> None:
        """Count the pauses before and after an order, in place of the one that they were together; or uncount them."""
        places, at = person.places, bisect_left(person.places, place)
        before = places[at - 1][0] if at else None
        after = places[at + 1][0] if at + 1 < len(places) else None
        if before is not None:
            self.pauses[_days(before, place[0])] += more
        if after is not None:
            self.pauses[_days(place[0], after)] += more
        if before is not None and after is not None:
            self.pauses[_days(before, after)] -= more

    def _ranked(self, rank: int) -> int:
        spent = sorted(person.net_minor for person in self.people.values() if person.places)
        return spent[rank - 1] if rank <= len(spent) else 0

    def _money(self, minor: int) -> Money:
        return Money(minor=minor, currency=self.asked.currency)


def _days(before: datetime, after: datetime) -> int:
    return measure.twice_in_days(int(after.timestamp()) - int(before.timestamp()))


def _let_alone(wishes: Wishes, now: datetime) -> bool:
    return wishes.let_alone_since is not None and wishes.let_alone_since <= now
