"""What a shop took in the days before a moment of the past, as it was counted each night."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from heapq import heappop, heappush

from app.domain.gift_pool import LATELY


@dataclass(slots=True)
class Takings:
    """The orders of the last thirty days, and what they came to."""

    minor: int = 0
    _since: datetime | None = None
    _of: defaultdict[datetime, int] = field(default_factory=lambda: defaultdict(int))
    _moments: list[datetime] = field(default_factory=list)  # of `_of`, the first on top

    def move(self, at: datetime, more: int) -> None:
        """Let an order of that moment be worth so much more than it was."""
        if not more or (self._since is not None and at <= self._since):
            return
        if at not in self._of:
            heappush(self._moments, at)
        self._of[at] += more
        self.minor += more

    def by(self, now: datetime) -> int:
        """Return what the orders of the days before now came to, in minor units; nobody asks for an earlier moment."""
        self._since = now - LATELY
        while self._moments and self._moments[0] <= self._since:
            self.minor -= self._of.pop(heappop(self._moments))
        return self.minor
