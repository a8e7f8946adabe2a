"""Keeps processes alive: starts them, restarts what dies, stops them in order."""

import os
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from app.launcher import guard
from app.launcher.processes import Lifeline, ProcessSpec, tail
from app.launcher.refusal import Refusal
from app.launcher.restarts import after_exit

LOOK_SECONDS: Final = 0.1
STOP_MARGIN_SECONDS: Final = 1.5


@dataclass(slots=True, kw_only=True)
class Kept:
    """One process under our care; `process` is None while it waits for its restart, or for ever once given up."""

    spec: ProcessSpec
    process: subprocess.Popen[bytes] | None
    started_at: float
    restart_at: float | None = None
    quick_exits: int = 0


class Supervisor:
    """Everything it starts is guarded, so nothing outlives it. Times are those of the monotonic clock, in seconds."""

    def __init__(self, lifeline: Lifeline, say: Callable[[str, str], None], *, has_other_children: bool = True) -> None:
        """Report each change through `say(name, what)`.

        Without other children in this process, whatever a killed guard leaves behind is adopted and killed as well.
        """
        self._lifeline = lifeline
        self._say = say
        self._kept: list[Kept] = []
        self._once: set[int] = set()
        self._adopts = not has_other_children
        if self._adopts:
            guard.adopt_orphans()

    def keep(self, spec: ProcessSpec) -> None:
        """Start the process and keep it running until `stop`."""
        self._kept.append(Kept(spec=spec, process=self._lifeline.start(spec), started_at=time.monotonic()))

    def run_once(self, spec: ProcessSpec, *, checkpoint: Callable[[], None]) -> None:
        """Run the process to its end, keeping the others alive; `checkpoint` may raise to end it early.

        Raises Refusal with its last words when it fails.
        """
        process = self._lifeline.start(spec)
        self._once = {process.pid}
        try:
            while process.poll() is None:
                checkpoint()
                self.look()
                time.sleep(LOOK_SECONDS / 4)
        finally:
            end(process, within_seconds=spec.grace_seconds + STOP_MARGIN_SECONDS)
        if process.returncode:
            raise Refusal(f"{spec.name} failed ({tail(spec.log)}): see {spec.log}")

    def look(self) -> None:
        """See who ended and who is due again."""
        for kept in self._kept:
            if kept.process is not None and kept.process.poll() is not None:
                self._mourn(kept, kept.process.returncode)
            elif kept.restart_at is not None and time.monotonic() >= kept.restart_at:
                self._restart(kept)

    def given_up(self) -> list[ProcessSpec]:
        """Return those that ended too often too quickly and are not tried again."""
        return [kept.spec for kept in self._kept if kept.process is None and kept.restart_at is None]

    def stop(self, *, impatient: Callable[[], bool]) -> None:
        """Stop all of them, the last started first out and the first started (the Redis) alone at the end."""
        running = [kept for kept in self._kept if kept.process is not None]
        for batch in (running[1:], running[:1]):
            stop_together(batch, impatient)
        self._clear_strays()

    def _mourn(self, kept: Kept, code: int) -> None:
        self._clear_strays()
        spec, lived = kept.spec, time.monotonic() - kept.started_at
        verdict = after_exit(code=code, lived_seconds=lived, quick_exits=kept.quick_exits)
        kept.process, kept.quick_exits = None, verdict.quick_exits
        why = f"ended with {describe(code)} after {lived:.1f} s"
        if verdict.pause_seconds is None:
            kept.restart_at = None
            last = f"; its last words: {tail(spec.log)}"
            self._say(spec.name, f"{why}, {verdict.quick_exits} times in a row: GIVEN UP, see {spec.log}{last}")
            return
        kept.restart_at = time.monotonic() + verdict.pause_seconds
        self._say(spec.name, f"{why}, starts again in {verdict.pause_seconds:g} s, log {spec.log}")

    def _restart(self, kept: Kept) -> None:
        kept.process, kept.started_at, kept.restart_at = self._lifeline.start(kept.spec), time.monotonic(), None
        self._say(kept.spec.name, "started again")

    def _clear_strays(self) -> None:
        if not self._adopts:
            return
        ours = self._once | {kept.process.pid for kept in self._kept if kept.process is not None}
        parents = guard.read_parents()
        for stray in (pid for pid, parent in parents.items() if parent == os.getpid() and pid not in ours):
            for pid in (*guard.descendants(stray), stray):
                kill_stray(pid)


def stop_together(batch: list[Kept], impatient: Callable[[], bool]) -> None:
    """Ask all at once, ask again when the person presses Ctrl-C again, and kill what is left after its grace."""
    ask(batch, signal.SIGTERM)
    grace = max((kept.spec.grace_seconds for kept in batch), default=0.0)
    deadline, hurried = time.monotonic() + grace + STOP_MARGIN_SECONDS, False
    while any(is_running(kept) for kept in batch) and time.monotonic() < deadline:
        if impatient() and not hurried:
            hurried = True
            ask(batch, signal.SIGTERM)
        time.sleep(LOOK_SECONDS / 4)
    ask(batch, signal.SIGKILL)
    for kept in batch:
        if kept.process is not None:
            kept.process.wait()


def ask(batch: list[Kept], number: signal.Signals) -> None:
    for kept in batch:
        if kept.process is not None:
            kept.process.send_signal(number)


def is_running(kept: Kept) -> bool:
    return kept.process is not None and kept.process.poll() is None


def end(process: subprocess.Popen[bytes], *, within_seconds: float) -> None:
    process.terminate()
    try:
        process.wait(within_seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def kill_stray(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    except (ProcessLookupError, ChildProcessError):
        # Already gone, or its parent is dying too and it becomes ours, and is buried, the next time round.
        return


def describe(code: int) -> str:
    number = code - 128 if code > 128 else -code
    known = {member.value: member.name for member in signal.Signals}
    return f"signal {known[number]}" if number in known else f"code {code}"
