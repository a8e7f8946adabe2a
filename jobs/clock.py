"""The one place that reads the clock. All processes go by the database's, which they share, not by their machine's.

Between two looks at the database, time is carried on by the machine's steady clock, which nobody sets. The machine's
wall clock is only a witness: should the two of them disagree about how long it has been, somebody has set the one or
the machine has slept, and the database is asked at once.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from operator import itemgetter
from pathlib import Path

from app.store.base import StoreUnavailable

TRUSTED_SECONDS = 30.0  # two good clocks drift apart by a few milliseconds meanwhile
DISAGREEMENT_SECONDS = 1.0
QUICK_SECONDS = 0.5  # an answer that took longer may be off by half of that
TRIES = 3
AGAIN_SECONDS = 5.0  # after the database gave no answer


@dataclass(frozen=True, slots=True)
class Machine:
    """The two clocks of the machine that we run on."""

    def wall(self) -> datetime:
        """Return the time that anybody may set."""
        return datetime.now(UTC)

    def steady(self) -> float:
        """Return seconds that only run on."""
        return time.monotonic()


@dataclass(frozen=True, slots=True)
class _Look:
    """What all clocks said when the database was last asked, believed `until` then by the steady one."""

    moment: datetime
    wall: datetime
    steady: float
    until: float


@dataclass(slots=True)
class Clock:
    """What time it is. In practice a file moves it: two weeks pass at the press of a button."""

    file: Path | None = None
    ask: Callable[[], datetime] | None = None  # the database; None: it is a file of this machine, and has our time
    machine: Machine = field(default_factory=Machine)
    _look: _Look | None = None

    def now(self) -> datetime:
        """Return this moment in UTC; raise StoreUnavailable when the database could not be asked even once."""
        return self.unmoved() + self._moved()

    def unmoved(self) -> datetime:
        """Return this moment as it is outside of practice, too."""
        if self.ask is None:
            return self.machine.wall()
        look, steady = self._look, self.machine.steady()
        if look is None or steady > look.until or self._disagree(look, steady):
            look = self._look = self._asked(self.ask, look)
            steady = self.machine.steady()
        return look.moment + timedelta(seconds=steady - look.steady)

    def wall(self) -> datetime:
        """Return what this machine would have said."""
        return self.machine.wall()

    def _disagree(self, look: _Look, steady: float) -> bool:
        by_the_wall = (self.machine.wall() - look.wall).total_seconds()
        return abs(by_the_wall - (steady - look.steady)) > DISAGREEMENT_SECONDS

    def _asked(self, ask: Callable[[], datetime], before: _Look | None) -> _Look:
        """Return a new look, the quickest of a few; without an answer the last one, for a little longer."""
        looks: list[tuple[float, _Look]] = []
        while len(looks) < TRIES and not any(took <= QUICK_SECONDS for took, _ in looks):
            began = self.machine.steady()
            try:
                moment = ask()
            except StoreUnavailable:
                if looks:
                    break
                if before is None:
                    raise
                return self._kept(before)
            ended = self.machine.steady()
            look = _Look(moment, self.machine.wall(), (began + ended) / 2, ended + TRUSTED_SECONDS)
            looks.append((ended - began, look))
        return min(looks, key=itemgetter(0))[1]

    def _kept(self, look: _Look) -> _Look:
        steady = self.machine.steady()
        carried = look.moment + timedelta(seconds=steady - look.steady)
        return _Look(carried, self.machine.wall(), steady, steady + AGAIN_SECONDS)

    def _moved(self) -> timedelta:
        if self.file is None:
            return timedelta()
        try:
            return timedelta(seconds=int(self.file.read_text() or 0))
        except (FileNotFoundError, ValueError):
            return timedelta()
