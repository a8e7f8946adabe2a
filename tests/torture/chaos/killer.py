"""Kills what runs, with kill -9, and wipes Redis: at moments that a seed picks. The launcher starts it all again."""

import os
import signal
import subprocess
from collections import Counter
from contextlib import suppress
from pathlib import Path
from random import Random
from threading import Event, Thread
from types import TracebackType
from typing import Self

from redis import Redis, RedisError

from app.launcher.guard import descendants
from app.launcher.ports import LOOPBACK
from app.launcher.state import StateFolder

VICTIMS = ("worker", "worker", "worker", "web", "ticker", "redis")  # whoever has deeds in hand dies oftenest
LEAST_SECONDS, MOST_SECONDS = 1.0, 2.5


class Killer:
    """Strikes again and again while the `with` block runs."""

    def __init__(self, launcher: int, folder: Path, rng: Random) -> None:
        self._launcher, self._folder, self._rng = launcher, folder, rng
        self._stopped = Event()
        self._thread = Thread(target=self._strike, daemon=True)
        self.kills: Counter[str] = Counter()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopped.set()
        self._thread.join()

    def _strike(self) -> None:
        while not self._stopped.wait(self._rng.uniform(LEAST_SECONDS, MOST_SECONDS)):
            victim = self._rng.choice(VICTIMS)
            struck = self._wipe_redis() if victim == "redis" else self._kill(victim)
            self.kills[victim] += struck

    def _kill(self, name: str) -> bool:
        running = [pid for pid in descendants(self._launcher) if _command(pid)[-3:] == ["-m", "app", name]]
        if not running:
            return False  # it is just being started again
        with suppress(ProcessLookupError):
            os.kill(self._rng.choice(sorted(running)), signal.SIGKILL)
        return True

    def _wipe_redis(self) -> bool:
        known = StateFolder(path=self._folder, lock=-1).recall()
        port, password = int(known["REDIS_PORT"]), known["REDIS_PASSWORD"]
        try:
            with Redis(host=LOOPBACK, port=port, password=password, socket_timeout=2) as redis:
                redis.flushall()
        except RedisError:
            return False
        return True


def _command(pid: int) -> list[str]:
    """Return the words of a process's command, without those of the guards, which name what they guard."""
    told = subprocess.run(["ps", "-p", str(pid), "-o", "args="], capture_output=True, text=True, check=False)  # noqa: S607
    return [] if "guard.py" in told.stdout else told.stdout.split()
