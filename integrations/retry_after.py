"""How long another side asks us to stay away."""

import re
from collections.abc import Mapping
from email.utils import parsedate_to_datetime

_SECONDS = re.compile(r"(?a:\d{1,9}(\.\d{1,9})?)")
_LONGEST = 24 * 3600.0  # whatever is asked: a day later the world may be another


def pause_asked_for(headers: Mapping[str, str]) -> float | None:
    """Return the seconds in `Retry-After`, given as "2", "2.0" or a date; None when absent or junk.

    A date is measured against the answer's own `Date`, so that a wrong clock on either side does no harm.
    """
    asked = headers.get("Retry-After", "").strip()
    if _SECONDS.fullmatch(asked):
        return min(float(asked), _LONGEST)
    return _until(asked, headers.get("Date", ""))


def _until(then: str, now: str) -> float | None:
    try:
        seconds = (parsedate_to_datetime(then) - parsedate_to_datetime(now)).total_seconds()
    except (TypeError, ValueError):  # TypeError: one of the dates names no zone
        return None
    return min(max(seconds, 0.0), _LONGEST)
