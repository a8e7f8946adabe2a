"""Moments on a customer's way: whose day it is, and what is known once it has come."""

import re
from calendar import isleap
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from app.domain.catalogue import Entry
from app.domain.facts import Given, Order, Standing

ANNIVERSARY, BIRTHDAY, COMEBACK, RECOVERY = "anniversary", "birthday", "comeback", "recovery"
RULES = (ANNIVERSARY, BIRTHDAY, COMEBACK, RECOVERY)
TIMES_A_DAY = 3  # so many times a day's cap are looked at: some of them get nothing, and others are next
_FEBRUARY, _LEAP_DAY, _ANY_LEAP_YEAR = 2, 29, 2028
_SAID = re.compile(r"(?a:(?:\d{4}-|--)?(\d{2})-(\d{2}))(?:T.*)?", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Birthday:
    """The day of a year on which it is, and when it was written down in the store."""

    month: int
    day: int
    said_at: datetime

    def in_year(self, year: int) -> date:
        """Return the day on which it is kept that year: that of 29 February a day early where there is none."""
        return in_year(self.month, self.day, year)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shipment:
    """An order's parcels on their way: when the last arrived; `tracked`: a carrier tells of them."""

    order_id: int
    ordered_at: datetime
    tracked: bool = False
    arrived_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """One moment of one customer. `occasion` names it once and for all, `why` is a sentence for the merchant.

    `day` is the one that it marks, if it marks one; `spoiled` is why nothing can come of it, as (code, sentence).
    """

    rule: str
    subject: str
    customer_id: int
    occasion: str
    why: str
    day: date | None = None
    order_id: int | None = None  # the one it is about, to whose address something goes; None: their latest
    spoiled: tuple[str, str] | None = None
    when_solved: bool = False  # only once a helpdesk says that nobody waits there any more


@dataclass(frozen=True, slots=True, kw_only=True)
class MomentFacts:
    """All that the rules on a moment look at. What only the store and the helpdesk know is asked last."""

    due: Due
    standing: Standing
    given: Given
    today: date
    shop: str
    currency: str
    active: bool = True
    fits: tuple[Entry, ...] = ()  # of the catalogue, the cheapest first
    order: Order | None = None  # to whose address something goes
    broken: str = ""  # which promise to the customer is not kept yet, as a sentence


def unseen(last: date | None, until: date, *, oldest: date) -> tuple[date, ...]:
    """Return the days after the last that was looked at, up to `until`: none twice, however that moves.

    None is older than `oldest`; where nobody has ever looked it is `until` alone.
    """
    since = until if last is None else max(last + timedelta(days=1), oldest)
    return tuple(since + timedelta(days=number) for number in range((until - since).days + 1))


def in_year(month: int, day: int, year: int) -> date:
    """Return that day of the year; the one before it for a 29 February that the year does not have."""
    missing = (month, day) == (_FEBRUARY, _LEAP_DAY) and not isleap(year)
    return date(year, month, day - missing)


def next_on(month: int, day: int, *, since: date) -> date:
    """Return when the day of a year comes next: `since` itself, or after it."""
    this_year = in_year(month, day, since.year)
    return this_year if this_year >= since else in_year(month, day, since.year + 1)


def day_of_year(said: str) -> tuple[int, int] | None:
    """Return month and day of what somebody wrote as a birthday: 1990-05-17 or 05-17; None where it is none.

    The year is not even looked at: nobody's age is anybody's business here.
    """
    found = _SAID.fullmatch(said.strip())
    if found is None:
        return None
    month, day = int(found[1]), int(found[2])
    try:
        date(_ANY_LEAP_YEAR, month, day)
    except ValueError:
        return None
    return month, day


def same_days(day: date, *, years: int) -> tuple[date, ...]:
    """Return the days of earlier years that are kept on this one, the latest first; 29 February on the day before."""
    found = []
    for year in range(day.year - 1, day.year - 1 - years, -1):
        if (day.month, day.day) == (_FEBRUARY, _LEAP_DAY) and not isleap(year):
            continue  # kept the day before, in that year; a first order on it is none of this day's
        found.append(date(year, day.month, day.day))
        if not isleap(day.year) and isleap(year) and day + timedelta(days=1) == date(day.year, 3, 1):
            found.append(date(year, _FEBRUARY, _LEAP_DAY))
    return tuple(found)
