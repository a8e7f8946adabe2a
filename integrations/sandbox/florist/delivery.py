"""Where and when the florist's drivers go."""

import re
from datetime import date, datetime, timedelta, timezone

from integrations.sandbox.florist.refusals import Refused

HORIZON = 60  # days ahead that can be booked
_CUT_OFF = 14  # o'clock; later orders leave tomorrow
_EASTERN = timezone(timedelta(hours=-5))  # all of the town's recipients live by one clock
_SUNDAY = 6
_CLOSED = ((1, 1), (7, 4), (12, 25))  # month and day
_POSTCODES = {"US": re.compile(r"\d{5}(-\d{4})?"), "CA": re.compile(r"[A-Z]\d[A-Z] ?\d[A-Z]\d")}
_WRITINGS = ("%Y-%m-%d", "%m/%d/%Y")  # the vendor's own samples disagree


def bookable(now: datetime) -> list[date]:
    """Return every day of the next sixty on which flowers can be delivered."""
    today = now.astimezone(_EASTERN).date()
    days = (today + timedelta(days=ahead) for ahead in range(HORIZON + 1))
    return [day for day in days if delivers(day, now)]


def delivers(day: date, now: datetime) -> bool:
    """Tell whether flowers ordered now can be delivered on that day."""
    local = now.astimezone(_EASTERN)
    first = local.date() + timedelta(days=1 if local.hour >= _CUT_OFF else 0)
    in_reach = first <= day <= local.date() + timedelta(days=HORIZON)
    return in_reach and day.weekday() != _SUNDAY and (day.month, day.day) not in _CLOSED


def read_day(text: str) -> date:
    """Return the day that is meant; raises Refused when it is none."""
    for writing in _WRITINGS:
        try:
            return datetime.strptime(text, writing).date()  # noqa: DTZ007 - a day, not an instant
        except ValueError:
            continue
    raise Refused("must be a date, YYYY-MM-DD", field="date")


def check_postcode(zipcode: str, country: str | None = None) -> None:
    """Pass over a US or Canadian postal code in silence; raises Refused for anything else."""
    writings = [_POSTCODES[country]] if country in _POSTCODES else list(_POSTCODES.values())
    if country is not None and country not in _POSTCODES:
        raise Refused("we deliver in the US and Canada only")
    if not any(writing.fullmatch(zipcode.strip().upper()) for writing in writings):
        raise Refused("invalid zip code", field="zipcode")
