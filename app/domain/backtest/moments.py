"""Whose moment had come by then, and what was known of it, as `jobs.moments` and `jobs.comebacks` ask their tables."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from app.domain import catalogue
from app.domain.backtest.asked import Asked
from app.domain.backtest.books import Books
from app.domain.backtest.crowd import Crowd
from app.domain.catalogue import Entry, Occasion
from app.domain.facts import Away, Order, Standing
from app.domain.moments import COMEBACK, TIMES_A_DAY, Due, MomentFacts, same_days
from app.domain.rules import hard_time, moments

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Moments:
    """The moments of one walk, by the crowd and the books as they are by then."""

    asked: Asked
    crowd: Crowd
    books: Books

    def away(self, order: Order, standing: Standing, now: datetime) -> Away | None:
        """Return since when an order's customer had not bought anything; more only of whoever comes back after long."""
        since = self.crowd.before(order)
        if since is None:
            return None
        if order.processed_at - since < timedelta(days=self.asked.policy.comeback.away_days):
            return Away(since=since)
        given = self.books.given(COMEBACK, f"{COMEBACK}:{order.id}", standing.customer_id, now)
        return Away(since=since, given=given, fits=self._fits(standing, now), shop=self.asked.shop)

    def anniversaries(self, night: datetime) -> list[Due]:
        """Return whose first order has its day, so many days ahead as it takes: of whoever still orders."""
        day = self.books.day(night) + _DAY * self.asked.policy.anniversary.lead_days
        active_since, most = self.crowd.active_since(night), self.asked.policy.anniversary.per_day * TIMES_A_DAY
        found = [
            (-person.net_minor, person.customer_id, person.places[0][0])
            for first in self._same_days(day)
            for person in self.crowd.began(self._begin(first), self._begin(first + _DAY))
            if person.customer_id > 0 and person.places[-1][0] >= active_since
        ]
        return [moments.anniversary(number, self.books.day(at), day) for _, number, at in sorted(found)[:most]]

    def facts(self, due: Due, now: datetime) -> MomentFacts | None:
        """Return what the books say of a moment; None where it was decided about before, and need not be said again."""
        given = self.books.given(due.rule, due.occasion, due.customer_id, now)
        if given.once:
            return None
        standing = self.crowd.standing(self.crowd.person(due.customer_id), now)
        last = standing.last_order_at
        return MomentFacts(
            due=due,
            standing=standing,
            given=given,
            today=self.books.day(now),
            shop=self.asked.shop,
            currency=self.asked.currency,
            active=last is not None and last >= self.crowd.active_since(now),
            fits=self._fits(standing, now),
        )

    def seen(self, facts: MomentFacts, latest: Order | None, now: datetime) -> MomentFacts:
        """Return the facts with what the store would have shown: the customer's latest order, and whether it had left.

        That no ticket of theirs was open, and no parcel late on its way, is taken at its best.
        """
        late_days = self.asked.policy.recovery.late_days
        broken = "" if latest is None else moments.not_left(latest, late_days, now)
        return replace(facts, order=latest, broken=broken)

    def opening(self, now: datetime) -> datetime:
        """Return the hour at which the shop opens on that day."""
        return datetime.combine(self.books.day(now), time(self.asked.opening_hour), self.asked.zone)

    def _fits(self, standing: Standing, now: datetime) -> tuple[Entry, ...]:
        if not self.asked.entries:
            return ()
        about = Occasion(
            currency=self.asked.currency,
            vendors=self.asked.vendors,
            tasted=standing.tastes,
            given=self.books.had(standing.customer_id, now),
            forbidden=self.asked.forbidden,
            sympathy=hard_time.refused(standing, now) is not None,
        )
        return catalogue.fitting(self.asked.entries, about)

    def _same_days(self, day: date) -> Iterator[date]:
        oldest = self.crowd.oldest
        yield from () if oldest is None else same_days(day, years=day.year + 1 - oldest)

    def _begin(self, day: date) -> datetime:
        return datetime.combine(day, time.min, self.asked.zone)
