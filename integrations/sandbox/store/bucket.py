"""The leaky bucket: how many cost points a shop's app may still spend."""

import threading
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """The points that fit into a bucket, and how many come back each second."""

    maximum: int
    restore_rate: int


class Bucket:
    """The points of one app in one shop. Seconds come in as arguments, from any steady clock."""

    def __init__(self, size: Size, now: float) -> None:
        self.size = size
        self._available = float(size.maximum)
        self._at = now
        self._lock = threading.Lock()

    def take(self, points: int, now: float) -> bool:
        """Take the points out if they are there, all or none."""
        with self._lock:
            self._restore(now)
            if points > self._available:
                return False
            self._available -= points
            return True

    def give_back(self, points: int, now: float) -> None:
        """Put the points back that a call did not use after all."""
        with self._lock:
            self._restore(now)
            self._available = min(self._available + points, self.size.maximum)

    def available(self, now: float) -> int:
        """Return the whole points that are there."""
        with self._lock:
            self._restore(now)
            return int(self._available)

    def _restore(self, now: float) -> None:
        passed = max(now - self._at, 0.0)
        self._available = min(self._available + passed * self.size.restore_rate, self.size.maximum)
        self._at = max(now, self._at)
