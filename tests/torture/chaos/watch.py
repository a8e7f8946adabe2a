"""Looks at both sides again and again while a storm rages: what is true only at the end may have been wrong between."""

import os
import time
import urllib.error
from collections import Counter, defaultdict
from contextlib import suppress
from http.client import HTTPException
from pathlib import Path
from threading import Event, Thread
from types import TracebackType
from typing import Any, Self

from sqlalchemy.exc import DBAPIError

from tests.stack import Stack
from tests.torture.chaos.books import Ledger
from tests.torture.chaos.killer import commands

LOOK_SECONDS = 0.2
MEASURE_SECONDS = 3.0
ROLES = ("web", "worker", "ticker")


class Watch:
    """Counts what the town counts over all of its lives, and looks whether a purse was ever overdrawn."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._stack: Stack | None = None
        self._past: dict[str, Counter[str]] = defaultdict(Counter)  # of the town's earlier lives
        self._now: dict[str, Counter[str]] = defaultdict(Counter)
        self._stopped = Event()
        self._thread = Thread(target=self._look, daemon=True)
        self.looks = 0
        self.overdrawn: list[str] = []
        self.waiting = 0  # letters on their way and in the inbox
        self.most_open: Counter[str] = Counter()  # files and sockets of one process, by its role
        self.most_megabytes: Counter[str] = Counter()

    def on(self, stack: Stack) -> None:
        """Look at this stack from now on."""
        self._stack = stack

    def counted(self, what: str) -> Counter[str]:
        """Return what the town has counted in all its lives: calls, struck."""
        return self._past[what] + self._now[what]

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopped.set()
        self._thread.join()

    def _look(self) -> None:
        measured = 0.0
        while not self._stopped.wait(LOOK_SECONDS):
            with suppress(OSError, HTTPException, urllib.error.URLError, DBAPIError):
                self._look_into_purses()
                self._count()
            if self._stack is not None and time.monotonic() > measured + MEASURE_SECONDS:
                measured = time.monotonic()
                self._measure(self._stack.process.pid)

    def _look_into_purses(self) -> None:
        for name, month, limit, reserved, spent in self._ledger.purses():
            if min(reserved, spent) < 0 or reserved + spent > limit:
                self.overdrawn.append(f"purse {name} {month} held {reserved} set aside and {spent} spent of {limit}")
        self.looks += 1

    def _count(self) -> None:
        if self._stack is None:
            return
        # Without patience: the next look is near, and the watch ends when the town is gone.
        state: dict[str, Any] = Stack.get(self._stack, "/town/state")
        for what in ("calls", "struck"):
            told = Counter(state[what])
            if self._now[what] - told:  # it counts from nothing again: this is another life
                self._past[what] += self._now[what]
            self._now[what] = told
        self.waiting = int(state["letters"].get("waiting", 0)) + self._ledger.unread()

    def _measure(self, launcher: int) -> None:
        """Note how much each of our processes holds. Only where there is a /proc to tell."""
        for pid, words in commands(launcher).items():
            if words[-1] not in ROLES:
                continue
            with suppress(OSError):
                self.most_open[words[-1]] = max(self.most_open[words[-1]], len(list(Path(f"/proc/{pid}/fd").iterdir())))
                pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
                megabytes = pages * os.sysconf("SC_PAGE_SIZE") // 2**20
                self.most_megabytes[words[-1]] = max(self.most_megabytes[words[-1]], megabytes)
