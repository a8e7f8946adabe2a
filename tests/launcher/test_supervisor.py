"""Restarting what dies, giving up on what cannot live."""

import os
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.launcher import restarts
from app.launcher.processes import Lifeline, ProcessSpec
from app.launcher.refusal import Refusal
from app.launcher.restarts import Restart, after_exit
from app.launcher.supervisor import Supervisor
from tests.launcher.standins import environment, is_gone, wait_until

Said = list[tuple[str, str]]


@pytest.fixture
def said() -> Said:
    return []


@pytest.fixture
def supervisor(said: Said, monkeypatch: pytest.MonkeyPatch) -> Iterator[Supervisor]:
    monkeypatch.setattr(restarts, "FIRST_PAUSE_SECONDS", 0.01)
    lifeline = Lifeline()
    supervisor = Supervisor(lifeline, lambda name, what: said.append((name, what)))
    yield supervisor
    supervisor.stop(impatient=lambda: False)
    lifeline.close()


def child(folder: Path, source: str) -> ProcessSpec:
    command = (sys.executable, "-S", "-c", source)
    return ProcessSpec(name="child", command=command, environment=environment(), log=folder / "child.log")


def births(folder: Path) -> list[int]:
    log = folder / "child.log"
    return [int(line) for line in log.read_text().splitlines()] if log.exists() else []


def look_until(supervisor: Supervisor, condition: Callable[[], bool]) -> None:
    def is_so_after_a_look() -> bool:
        supervisor.look()
        return condition()

    wait_until(is_so_after_a_look)


LIVES = "import os, time; print(os.getpid(), flush=True); time.sleep(3600)"
DIES = "import os, sys; print(os.getpid(), flush=True); sys.exit(3)"


def test_given_a_kept_process_when_it_is_killed_then_it_is_started_again(
    supervisor: Supervisor, said: Said, tmp_path: Path
) -> None:
    supervisor.keep(child(tmp_path, LIVES))
    wait_until(lambda: len(births(tmp_path)) == 1)
    os.kill(births(tmp_path)[0], signal.SIGKILL)
    look_until(supervisor, lambda: len(births(tmp_path)) == 2)
    assert [what.partition(" after")[0] for _, what in said] == ["ended with signal SIGKILL", "started again"]


def test_given_a_process_that_cannot_live_when_it_ends_too_often_then_it_is_given_up_aloud(
    supervisor: Supervisor, said: Said, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(restarts, "QUICK_EXIT_SECONDS", 3600.0)  # a slow machine may be long about starting and dying
    supervisor.keep(child(tmp_path, DIES))
    look_until(supervisor, lambda: bool(supervisor.given_up()))
    assert len(births(tmp_path)) == restarts.QUICK_EXITS_ALLOWED
    assert "GIVEN UP" in said[-1][1]
    assert str(tmp_path / "child.log") in said[-1][1]


def test_given_kept_processes_when_stopped_then_they_are_gone(supervisor: Supervisor, tmp_path: Path) -> None:
    supervisor.keep(child(tmp_path, LIVES))
    supervisor.keep(child(tmp_path, LIVES))
    wait_until(lambda: len(births(tmp_path)) == 2)
    supervisor.stop(impatient=lambda: False)
    assert all(map(is_gone, births(tmp_path)))


def test_given_a_one_time_process_when_it_fails_then_the_refusal_has_its_last_words(
    supervisor: Supervisor, tmp_path: Path
) -> None:
    with pytest.raises(Refusal, match=r"child failed \(no room\)"):
        supervisor.run_once(child(tmp_path, "import sys; print('no room'); sys.exit(1)"), checkpoint=lambda: None)


def test_given_a_one_time_process_when_ctrl_c_then_it_is_ended(supervisor: Supervisor, tmp_path: Path) -> None:
    def press_once_born() -> None:
        if births(tmp_path):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        supervisor.run_once(child(tmp_path, LIVES), checkpoint=press_once_born)
    assert is_gone(births(tmp_path)[0])


def test_given_quick_exits_when_they_go_on_then_the_pause_doubles_and_then_it_is_over() -> None:
    pauses = [after_exit(code=1, lived_seconds=0.1, quick_exits=before).pause_seconds for before in range(6)]
    assert pauses == [0.5, 1.0, 2.0, 4.0, 8.0, None]


def test_given_a_long_life_when_it_ends_then_earlier_quick_exits_are_forgotten() -> None:
    assert after_exit(code=1, lived_seconds=10.0, quick_exits=5) == Restart(quick_exits=0, pause_seconds=0.5)


@pytest.mark.parametrize("code", [-9, -15, 137, 143])
def test_given_a_plug_pulled_from_outside_when_it_ends_then_it_is_never_given_up(code: int) -> None:
    assert after_exit(code=code, lived_seconds=0.1, quick_exits=5) == Restart(quick_exits=0, pause_seconds=0.5)
