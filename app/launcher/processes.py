"""One process as the launcher sees it: what to run, and how to start it under a guard."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from app.launcher.guard import Orders
from app.launcher.places import ROOT

GUARD: Final = Path(__file__).with_name("guard.py")
LONGEST_LOG_BYTES: Final = 5_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessSpec:
    """What to run. `grace_seconds` passes between the stop signal and the kill; `user` needs root."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str]
    log: Path
    grace_seconds: float = 10.0  # workers and web leave by themselves before that
    stop_signal: signal.Signals = signal.SIGTERM
    user: str | None = None


class Lifeline:
    """A pipe whose one end only this process holds: guards read the other and act when it ends."""

    def __init__(self, *, also_open: tuple[int, ...] = ()) -> None:
        """Hand `also_open` to the guards as well, such as a lock that must outlive this process while they live."""
        self._reader, self._writer = os.pipe()
        self._also_open = also_open

    def start(self, spec: ProcessSpec) -> subprocess.Popen[bytes]:
        """Return the guard's process; stopping it stops what it guards."""
        orders = Orders(
            lifeline=self._reader, stop_signal=spec.stop_signal, grace_seconds=spec.grace_seconds, user=spec.user
        )
        shorten(spec.log)
        with spec.log.open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-I", "-S", str(GUARD), json.dumps(asdict(orders)), *spec.command],
                cwd=ROOT if spec.user is None else "/",
                env=dict(spec.environment),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=(self._reader, *self._also_open),
                start_new_session=True,  # Ctrl-C is for the launcher alone, which then stops everyone in order.
            )

    def close(self) -> None:
        os.close(self._writer)
        os.close(self._reader)


@contextmanager
def guarded(spec: ProcessSpec) -> Iterator[subprocess.Popen[bytes]]:
    """Run one process for the length of the block."""
    lifeline = Lifeline()
    try:
        process = lifeline.start(spec)
        try:
            yield process
        finally:
            process.terminate()
            process.wait()
    finally:
        lifeline.close()


def shorten(log: Path) -> None:
    """Keep one old log beside the new one once it has grown too long."""
    log.parent.mkdir(parents=True, exist_ok=True)
    if log.exists() and log.stat().st_size > LONGEST_LOG_BYTES:
        log.replace(log.with_suffix(".old.log"))


def tail(log: Path) -> str:
    """Return the last line of the log that says something, for a one-line report."""
    if not log.exists():
        return ""
    lines = [line.strip() for line in log.read_text(errors="replace").splitlines() if line.strip()]
    return lines[-1] if lines else ""
