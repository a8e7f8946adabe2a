"""Time that stands still until a test moves it: what is due in two seconds is not due on a slow machine, either."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from integrations.sandbox.books import Books
from integrations.sandbox.clock import Clock as TownClock
from integrations.sandbox.serve import RunningTown, build
from integrations.sandbox.town import TownSettings
from jobs.clock import Clock, Machine


@dataclass(frozen=True, slots=True)
class StillMachine(Machine):
    """A machine whose wall clock was stopped."""

    moment: datetime

    def wall(self) -> datetime:
        return self.moment


class StillTownClock(TownClock):
    """The town's clock, which was stopped, too."""

    def __init__(self, moment: datetime, file: Path) -> None:
        super().__init__(file)
        self._moment = moment

    def now(self) -> datetime:
        return self._moment + timedelta(seconds=self.offset())


def still_clock(moment: datetime, file: Path) -> Clock:
    """Return a clock of the app's that shows the moment until the file moves it."""
    return Clock(file, machine=StillMachine(moment))


def still_town(wish: TownSettings, moment: datetime) -> RunningTown:
    """Serve a town from a thread, where it is that moment until its file moves it."""
    assert wish.books is not None
    assert wish.clock_file is not None
    return RunningTown(build(wish, Books(wish.books), StillTownClock(moment, wish.clock_file)), 0)
