"""Months by a shop's own calendar: when one begins and ends, and which is over and worth telling of."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

FRESH = 7  # days for which the month before is spoken of


def before(there: datetime) -> str:
    """Return the name of the month before this one, such as "2026-10"."""
    return f"{there.replace(day=1) - timedelta(days=1):%Y-%m}"


def to_tell(there: datetime) -> str | None:
    """Return the name of the month before, while this one is young."""
    return before(there) if there.day <= FRESH else None


def to_mail(there: datetime, *, hour: int) -> str | None:
    """Return the name of the month before while it may be written about: nobody is written to before that hour."""
    return to_tell(there) if there.hour >= hour or there.day > 1 else None


def bounds(month: str, timezone: str) -> tuple[datetime, datetime]:
    """Return when the month begins and ends where the shop is."""
    begins = datetime(int(month[:4]), int(month[5:]), 1, tzinfo=ZoneInfo(timezone))
    return begins, (begins + timedelta(days=32)).replace(day=1)


def fresh_until(month: str, timezone: str) -> datetime:
    """Return when nobody speaks of the month any more."""
    return bounds(month, timezone)[1] + timedelta(days=FRESH)
