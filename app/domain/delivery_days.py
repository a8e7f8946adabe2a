"""On which day something is to arrive, and when it must leave for that. Days are those of the merchant's calendar."""

from collections.abc import Collection
from datetime import date, datetime, timedelta

from app.domain.policy import Sends

MOST_DAYS_AHEAD = 180
MOST_DAYS_LATER = 7  # beyond the wanted day it is another occasion
_SATURDAY = 5


def wanted(day: date | None, days: int, today: date) -> date | None:
    """Return the day that is asked for, by its date or else by so many days from today; None beyond reach."""
    ahead = days if day is None else (day - today).days
    return today + timedelta(days=ahead) if 1 <= ahead <= MOST_DAYS_AHEAD else None


def choose(asked: date, *, today: date, open_days: Collection[date] = (), not_on: Collection[date] = ()) -> date | None:
    """Return the day that was asked for, or the first soon after it on which it may arrive; None where there is none.

    `open_days` are those on which the vendor says that it can: beyond the last of them it has not said anything yet.
    """
    known = max(open_days, default=date.min)
    days = (asked + timedelta(days=later) for later in range(MOST_DAYS_LATER + 1))
    fit = (day for day in days if day >= today and day not in not_on and (day > known or day in open_days))
    return next(fit, None)


def shut(sends: Sends, asked: date) -> frozenset[date]:
    """Return the days on which nothing may arrive, from the one that was asked for to the last that would do."""
    days = (asked + timedelta(days=later) for later in range(MOST_DAYS_LATER + 1))
    return frozenset(day for day in days if _is_shut(sends, day))


def place_by(day: date, *, opening: datetime, lead_days: int = 0) -> datetime:
    """Return when it must leave to arrive on that day: some days before, when the shop opens; `opening` is today's."""
    return opening + (day - opening.date()) - timedelta(days=lead_days)  # by the clock on the wall


def _is_shut(sends: Sends, day: date) -> bool:
    weekend = day.weekday() >= _SATURDAY and not sends.weekends
    return weekend or day.isoformat() in sends.blackouts or f"{day:%m-%d}" in sends.blackouts
