"""A guard around one process: when the launcher is gone, however it went, so is the process and all that it started.

Run by path, not imported, as `guard.py ORDERS command...`, ORDERS being `Orders` as JSON. The guard reads a pipe whose
other end only the launcher holds: its end of file means that the launcher died, kill -9 included, and works where
`prctl` does not exist. On Linux the guard also adopts orphans, so that work horses in groups of their own are found.
"""

import ctypes
import json
import os
import pwd
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36
BURIAL_SECONDS = 2.0
ORPHAN_GRACE_SECONDS = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Orders:
    """What the launcher wants: the pipe to read, how to ask for the end, how long to wait for it, as whom to run."""

    lifeline: int
    stop_signal: int
    grace_seconds: float
    user: str | None = None


def main() -> int:
    """Guard one command and return its exit code, 128 + n when signal n ended it."""
    orders = Orders(**json.loads(sys.argv[1]))
    wake = wake_on_signals()
    adopt_orphans()
    try:
        child = start(sys.argv[2:], orders)
    except OSError as error:
        print(f"cannot start {sys.argv[2]}: {error}", file=sys.stderr)
        return 127
    code = watch(child.pid, orders, wake)
    child.returncode = code  # We reap everything ourselves; this tells Popen that nothing is left to wait for.
    kill_descendants(os.getpid())
    return code


def start(command: list[str], orders: Orders) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        command,
        start_new_session=True,
        user=orders.user,
        group=None if orders.user is None else group_of(orders.user),
        extra_groups=None if orders.user is None else [],
        preexec_fn=die_with_parent(),  # noqa: PLW1509 (a guard has one thread)
    )


def group_of(user: str) -> int:
    return pwd.getpwnam(user).pw_gid


def watch(child: int, orders: Orders, wake: int) -> int:
    """Wait for the child's end, asking for it when told to or when the launcher is gone; asked twice means at once."""
    lifeline, deadline = [orders.lifeline], float("inf")
    while (code := reap(child)) is None:
        patience = max(0.0, min(deadline - time.monotonic(), 60.0))
        ready, _, _ = select.select([wake, *lifeline], [], [], patience)
        orphaned = orders.lifeline in ready
        asked = wake in ready and asked_to_stop(wake)
        if (asked and deadline < float("inf")) or time.monotonic() >= deadline:
            os.kill(child, signal.SIGKILL)
            deadline = time.monotonic() + BURIAL_SECONDS
        elif asked or orphaned:
            os.kill(child, orders.stop_signal)
            grace = ORPHAN_GRACE_SECONDS if orphaned else orders.grace_seconds
            deadline = min(deadline, time.monotonic() + grace)
        lifeline = [] if orphaned else lifeline
    return code


def wake_on_signals() -> int:
    """Return the end of a pipe on which each signal shows up as one byte."""
    reader, writer = os.pipe()
    os.set_blocking(reader, False)
    os.set_blocking(writer, False)
    signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
    for number in (signal.SIGCHLD, signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, ignore)
    return reader


def ignore(_number: int, _frame: FrameType | None) -> None:
    pass


def asked_to_stop(wake: int) -> bool:
    return any(number != signal.SIGCHLD for number in os.read(wake, 512))


def reap(child: int) -> int | None:
    """Bury whoever has ended, adopted orphans too; return the child's exit code once it is among them."""
    code = None
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return code
        if pid == 0:
            return code
        if pid == child:
            ended = os.waitstatus_to_exitcode(status)
            code = ended if ended >= 0 else 128 - ended


def kill_descendants(ancestor: int) -> None:
    """Kill and bury everything below the ancestor, which must be this process or have adopted its orphans."""
    deadline = time.monotonic() + BURIAL_SECONDS
    while (pids := descendants(ancestor)) and time.monotonic() < deadline:
        for pid in pids:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        time.sleep(0.01)
        reap(0)


def descendants(ancestor: int) -> list[int]:
    parents = read_parents()
    found = [ancestor]
    for pid in found:
        found.extend(child for child, parent in parents.items() if parent == pid)
    return found[1:]


def read_parents() -> dict[int, int]:
    """Return the parent of every process: from /proc, or from `ps` where there is none."""
    if not Path("/proc/self/stat").exists():
        table = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True, check=False).stdout  # noqa: S607
        pairs = (line.split() for line in table.splitlines())
        return {int(pid): int(parent) for pid, parent in pairs}
    return dict(filter(None, map(read_parent, Path("/proc").glob("[0-9]*/stat"))))


def read_parent(stat: Path) -> tuple[int, int] | None:
    try:
        # The name in the second field may hold spaces and parentheses, so count from its end.
        fields = stat.read_text(errors="replace").rpartition(")")[2].split()
    except OSError:
        return None
    return int(stat.parent.name), int(fields[1])


def adopt_orphans() -> None:
    """Become the parent of whatever our children leave behind. Linux only; elsewhere the process group must do."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def die_with_parent() -> Callable[[], None] | None:
    """Return what ties a child to its guard, should the guard itself be killed. Linux only."""
    if sys.platform != "linux":
        return None
    libc = ctypes.CDLL(None)
    return lambda: libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


if __name__ == "__main__":
    sys.exit(main())
