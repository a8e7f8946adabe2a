"""All go by the database's clock: whatever the machine's says, leases, months and days are the same for everybody."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from app.config import Settings
from app.domain.findings import Verdict
from app.store import timekeeping
from app.store.base import Sessions, StoreUnavailable, unit_of_work
from app.store.shops import Merchant
from jobs import clock as clocks
from jobs.clock import Clock
from jobs.runtime import midnight, opening, purse
from jobs.surroundings import lease_of
from tests.builders import MINUTE, NOON
from tests.store.bookkeeping import pick
from tests.store.ledger_steps import Steps

SECOND = timedelta(seconds=1)
OFF = 10 * MINUTE


@dataclass(slots=True)
class Universe:
    """True time, and a database that has it; it may be slow, or away."""

    true: datetime = NOON
    slow: timedelta = timedelta()
    away: bool = False
    asked: int = 0

    def ask(self) -> datetime:
        self.asked += 1
        if self.away:
            raise OperationalError("SELECT", {}, Exception("away"))
        answer = self.true
        self.true += self.slow
        return answer


@dataclass(slots=True)
class Lying:
    """A machine whose wall clock is off, and whose steady clock may stop while it sleeps."""

    universe: Universe
    off: timedelta = timedelta()
    slept: timedelta = timedelta()

    def wall(self) -> datetime:
        return self.universe.true + self.off

    def steady(self) -> float:
        return (self.universe.true - self.slept - NOON).total_seconds()


@dataclass(slots=True)
class Process:
    universe: Universe
    machine: Lying
    clock: Clock = field(init=False)

    def __post_init__(self) -> None:
        self.clock = Clock(None, self.universe.ask, self.machine)  # type: ignore[arg-type]


def process(off: timedelta = timedelta(), universe: Universe | None = None) -> Process:
    known = universe or Universe()
    return Process(known, Lying(known, off))


@pytest.mark.parametrize("off", [OFF, -OFF, timedelta()])
def test_given_a_machine_whose_clock_is_off_when_asked_then_it_says_the_databases_time(off: timedelta) -> None:
    here = process(off)

    for _ in range(50):
        assert here.clock.now() == here.universe.true
        here.universe.true += 7 * SECOND


@pytest.mark.parametrize("jump", [OFF, -OFF, timedelta(days=400)])
def test_given_a_wall_clock_that_jumps_when_asked_then_nothing_jumps(jump: timedelta) -> None:
    here = process()
    here.clock.now()
    here.machine.off += jump
    here.universe.true += SECOND

    assert here.clock.now() == here.universe.true


def test_given_a_machine_that_slept_when_it_wakes_then_it_asks_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    here = process()
    here.clock.now()
    here.universe.true += OFF
    here.machine.slept += OFF

    assert here.clock.now() == here.universe.true


def test_given_a_look_when_asked_often_then_the_database_is_left_alone_until_it_is_old() -> None:
    here = process()
    for _ in range(100):
        here.clock.now()
    assert here.universe.asked == 1

    here.universe.true += timedelta(seconds=clocks.TRUSTED_SECONDS) + SECOND
    here.clock.now()
    assert here.universe.asked == 2


def test_given_a_slow_answer_when_asked_then_it_is_asked_again_and_off_by_half_of_the_quickest() -> None:
    here = process()
    here.universe.slow = 4 * SECOND

    assert abs(here.clock.now() - here.universe.true) <= 2 * SECOND
    assert here.universe.asked == clocks.TRIES


def test_given_a_database_that_is_away_when_asked_then_time_is_carried_on() -> None:
    here = process(OFF)
    here.clock.now()
    here.universe.away = True

    for _ in range(20):
        here.universe.true += 11 * SECOND
        assert here.clock.now() == here.universe.true


def test_given_a_database_that_was_never_there_when_asked_then_no_time_is_made_up() -> None:
    here = process()
    here.universe.away = True

    with pytest.raises(StoreUnavailable):
        here.clock.now()


def test_given_practice_when_the_clock_is_moved_then_it_is_moved_from_the_databases_time(tmp_path: Path) -> None:
    here = process(OFF)
    here.clock.file = tmp_path / "clock"
    here.clock.file.write_text("3600")

    assert here.clock.now() == NOON + timedelta(hours=1)
    assert here.clock.unmoved() == NOON


@pytest.mark.parametrize("database", ["sqlite"])
def test_given_a_file_for_a_database_when_its_clock_is_wanted_then_it_is_this_machines(sessions: Sessions) -> None:
    assert timekeeping.asking(sessions) is None


@pytest.mark.parametrize("database", ["postgres"])
def test_given_two_machines_ten_minutes_off_each_way_when_both_look_at_a_deed_then_its_lease_holds(
    sessions: Sessions, shop: Merchant
) -> None:
    """One picks it with a clock that is slow, the other may not have it with one that is fast, though it would."""
    ask = timekeeping.asking(sessions)
    assert ask is not None
    slow, fast = (Clock(None, ask, _Off(off)) for off in (-OFF, OFF))
    deed = Steps(sessions, shop.id).planned()

    def taken(here: Clock, moment: Callable[[Clock], datetime]) -> bool:
        with unit_of_work(sessions) as session:
            return pick(session, deed.id, shop_id=shop.id, now=moment(here), lease=2 * MINUTE) is not None

    assert taken(slow, Clock.now)
    assert not taken(fast, Clock.now)
    assert taken(fast, Clock.wall)  # so would they have met, each by its own


@dataclass(frozen=True, slots=True)
class _Off(clocks.Machine):
    off: timedelta

    def wall(self) -> datetime:
        return clocks.Machine.wall(self) + self.off


LAST_MINUTES = {
    "New York, before daylight saving ends": ("America/New_York", datetime(2026, 11, 1, 3, 58, tzinfo=UTC), "2026-10"),
    "New York, the month begins": ("America/New_York", datetime(2026, 11, 1, 4, 2, tzinfo=UTC), "2026-11"),
    "Kiritimati, first of all": ("Pacific/Kiritimati", datetime(2026, 10, 31, 10, 3, tzinfo=UTC), "2026-11"),
    "Berlin, a leap year's last day": ("Europe/Berlin", datetime(2028, 2, 29, 22, 57, tzinfo=UTC), "2028-02"),
    "Berlin, the hour that is there twice": ("Europe/Berlin", datetime(2026, 10, 25, 1, 30, tzinfo=UTC), "2026-10"),
}


@pytest.mark.parametrize("database", ["sqlite"])
@pytest.mark.parametrize("where", LAST_MINUTES)
def test_given_the_edge_of_a_month_when_machines_are_off_then_the_same_month_and_day_are_meant(
    shop: Merchant, where: str
) -> None:
    zone, moment, month = LAST_MINUTES[where]
    there = replace(shop, timezone=zone)
    clocks_there = [process(off, Universe(moment)).clock for off in (-OFF, timedelta(), OFF)]

    assert {purse(there, each.now()).month for each in clocks_there} == {month}
    assert len({(midnight(there, each.now()), opening(there, each.now())) for each in clocks_there}) == 1
    by_their_own = {purse(there, each.wall()).month for each in clocks_there}
    assert len(by_their_own) == (1 if "twice" in where else 2)


def test_given_a_lease_that_a_deed_may_outlast_when_started_then_it_is_refused_in_words() -> None:
    with pytest.raises(ValueError, match="six times CALL_SECONDS"):
        Settings(lease_seconds=60, call_seconds=12)

    assert Settings(lease_seconds=72, call_seconds=12).lease_is_enough
    assert Settings(lease_seconds=5, practice=True).practice


def test_given_a_short_lease_when_the_doctor_looks_then_it_says_so() -> None:
    assert lease_of(Settings.model_construct(lease_seconds=60)).verdict is Verdict.BAD
    assert lease_of(Settings.model_construct()).verdict is Verdict.FINE
