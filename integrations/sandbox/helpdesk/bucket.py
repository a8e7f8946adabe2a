"""How many calls the helpdesk takes: a bucket that leaks evenly, as the real one's."""

import math
import threading
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """`calls` may be waiting in the bucket; it empties in `seconds`."""

    calls: int
    seconds: int


GENUINE = Limit(calls=40, seconds=20)  # what the vendor grants an API key
GENEROUS = Limit(calls=400, seconds=20)  # a demo should not be slow for politeness' sake


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    used: int
    limit: int
    wait: int  # whole seconds until a call fits again; nought when this one did


class Bucket:
    """Counts the calls of one account. Safe to share between threads."""

    def __init__(self, limit: Limit = GENEROUS) -> None:
        self._limit = limit
        self._level = 0.0
        self._seen: datetime | None = None
        self._lock = threading.Lock()

    def resize(self, limit: Limit) -> None:
        """Start afresh with another limit."""
        with self._lock:
            self._limit, self._level, self._seen = limit, 0.0, None

    def take(self, now: datetime) -> Verdict:
        """Put one call into the bucket if it fits, and say how full the bucket is."""
        with self._lock:
            self._leak(now)
            fits = self._level + 1 <= self._limit.calls
            if fits:
                self._level += 1
            return Verdict(used=math.ceil(self._level), limit=self._limit.calls, wait=0 if fits else self._wait())

    def _leak(self, now: datetime) -> None:
        if self._seen is not None:
            passed = max(0.0, (now - self._seen).total_seconds())
            self._level = max(0.0, self._level - passed * self._limit.calls / self._limit.seconds)
        self._seen = now

    def _wait(self) -> int:
        over = self._level + 1 - self._limit.calls
        return max(1, math.ceil(over * self._limit.seconds / self._limit.calls))
