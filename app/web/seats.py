"""How many may be served at once, each caller and all together: should the database be slow, pages find threads yet."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

EACH, ALL = 2, 4  # of a web process's threads


class Seats:
    """Whoever finds none free is told at once: waiting would take the very thread that is kept for others."""

    def __init__(self, *, each: int = EACH, together: int = ALL) -> None:
        """Let so many of one caller be served at once, and so many of all."""
        self._each, self._together = each, together
        self._lock = Lock()
        self._taken: Counter[str] = Counter()

    @contextmanager
    def taken(self, caller: str) -> Iterator[bool]:
        """Take a seat for as long as the block runs, and say whether there was one."""
        with self._lock:
            free = self._taken[caller] < self._each and self._taken.total() < self._together
            self._taken[caller] += free
        try:
            yield free
        finally:
            with self._lock:
                self._taken[caller] -= free
                if not self._taken[caller]:
                    del self._taken[caller]
