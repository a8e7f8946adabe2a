"""The guard's promise: nothing outlives the launcher."""

import signal
import subprocess
import sys
import time
from pathlib import Path

from app.launcher.processes import Lifeline, ProcessSpec, guarded
from tests.launcher.standins import PATIENCE_SECONDS, environment, is_gone, wait_until

FAMILY = """
import os, sys, time
for _ in range(2):
    if os.fork() == 0:
        os.setsid()
os.write(1, b"%d\\n" % os.getpid())  # in one piece: four of them write into one file
time.sleep(3600)
"""
LEAVES_A_CHILD = """
import os, time
reader, writer = os.pipe()
if os.fork() == 0:
    os.setsid()
    print(os.getpid(), flush=True)
    os.write(writer, b"x")
    time.sleep(3600)
os.read(reader, 1)
"""
STUBBORN = """
import signal
signal.signal(signal.SIGTERM, lambda *_: print("asked", flush=True))
print("ready", flush=True)
while True:
    signal.pause()
"""
LAUNCHER = """
import sys, time
from pathlib import Path
from app.launcher.processes import Lifeline
from tests.launcher.test_guard import FAMILY, spec
Lifeline().start(spec(Path(sys.argv[1]), FAMILY))
time.sleep(3600)
"""


def spec(log: Path, source: str, *, grace_seconds: float = 5.0) -> ProcessSpec:
    command = (sys.executable, "-c", source)
    return ProcessSpec(name="child", command=command, environment=environment(), log=log, grace_seconds=grace_seconds)


def test_given_a_family_in_sessions_of_its_own_when_the_launcher_is_killed_hard_then_all_are_gone(
    tmp_path: Path,
) -> None:
    log = tmp_path / "child.log"
    with subprocess.Popen([sys.executable, "-c", LAUNCHER, str(log)]) as launcher:
        try:
            wait_until(lambda: log.exists() and len(log.read_text().splitlines()) == 4)
        finally:
            launcher.kill()
    family = [int(line) for line in log.read_text().splitlines()]
    wait_until(lambda: all(map(is_gone, family)))


def test_given_a_child_that_ignores_the_stop_signal_when_its_grace_is_over_then_it_is_killed(tmp_path: Path) -> None:
    log = tmp_path / "child.log"
    with guarded(spec(log, STUBBORN, grace_seconds=0.3)) as guard:
        wait_until(lambda: "ready" in log.read_text())
        began = time.monotonic()
        guard.terminate()
        assert guard.wait(PATIENCE_SECONDS) == 128 + signal.SIGKILL
    assert time.monotonic() - began >= 0.3


def test_given_a_stubborn_child_when_asked_twice_then_it_is_killed_at_once(tmp_path: Path) -> None:
    log = tmp_path / "child.log"
    with guarded(spec(log, STUBBORN, grace_seconds=3600)) as guard:
        wait_until(lambda: "ready" in log.read_text())
        guard.terminate()
        wait_until(lambda: "asked" in log.read_text())  # two equal signals at the same instant count as one
        guard.terminate()
        assert guard.wait(PATIENCE_SECONDS) == 128 + signal.SIGKILL


def test_given_a_child_with_an_exit_code_when_it_ends_then_the_guard_ends_with_the_same(tmp_path: Path) -> None:
    lifeline = Lifeline()
    assert lifeline.start(spec(tmp_path / "child.log", "import sys; sys.exit(7)")).wait() == 7
    lifeline.close()


def test_given_a_child_that_left_a_grandchild_when_it_ends_then_the_guard_kills_that_too(tmp_path: Path) -> None:
    log = tmp_path / "child.log"
    with guarded(spec(log, LEAVES_A_CHILD)) as guard:
        assert guard.wait() == 0
    assert is_gone(int(log.read_text()))


def test_given_a_program_that_is_not_there_when_started_then_the_log_says_so(tmp_path: Path) -> None:
    missing = ProcessSpec(name="child", command=("/no/such/program",), environment={}, log=tmp_path / "child.log")
    with guarded(missing) as guard:
        assert guard.wait() == 127
    assert "cannot start /no/such/program" in missing.log.read_text()
