"""Kills, freezes and stops what runs, and takes Redis and the database away: at moments that a seed picks.

The launcher starts everything again. A blow has two words: what is done, and to whom.
"""

import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from random import Random
from threading import Event, Thread, Timer
from types import TracebackType
from typing import Self

from redis import Redis, RedisError

from app.launcher.guard import descendants
from app.launcher.places import ROOT
from app.launcher.ports import LOOPBACK
from app.launcher.state import SURROUNDINGS, StateFolder
from tests.torture.chaos.servers import Server

REDIS_SECONDS = 5.0  # the longest that Redis is full, closed or silent
SHORT_FREEZE_SECONDS = 2.0
_NOWHERE = ("127.0.0.1", "1")


class Killer:
    """Strikes again and again while the `with` block runs, every `pause` seconds or so, unless it `rests`."""

    def __init__(  # whom, with what, how often
        self,
        launcher: int,
        folder: Path,
        rng: Random,
        *,
        blows: Sequence[str],
        pause: float,
        longest_freeze: float = SHORT_FREEZE_SECONDS,
        server: Server | None = None,
        rests: Callable[["Killer"], bool] = lambda _: False,
    ) -> None:
        self._launcher, self._folder, self._rng, self._server = launcher, folder, rng, server
        self._blows, self._pause, self._longest_freeze, self._rests = blows, pause, longest_freeze, rests
        self._stopped = Event()
        self._thread = Thread(target=self._strike, daemon=True)
        self._operators: list[subprocess.Popen[bytes]] = []
        self._frozen: list[tuple[int, Timer]] = []
        self.blows: Counter[str] = Counter()

    @property
    def kills(self) -> int:
        """How many processes died by kill -9 so far."""
        return sum(count for blow, count in self.blows.items() if blow.startswith("kill "))

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopped.set()
        self._thread.join()
        for operator in self._operators:
            operator.wait()
        for pid, thaw in self._frozen:
            thaw.cancel()
            _signal(pid, signal.SIGCONT)
        self._on_redis(_open)

    def freeze_for_good(self, name: str) -> bool:
        """Stop a process and never let it go on: the launcher takes it for alive."""
        pid = self._pick(name)
        return pid is not None and _signal(pid, signal.SIGSTOP)

    def strike(self, blow: str) -> None:
        """Deal one blow, now."""
        self.blows[blow] += self._deal(*blow.rsplit(" ", maxsplit=1))

    def strike_all(self, name: str) -> None:
        """Kill every process of that name."""
        for pid, words in commands(self._launcher).items():
            if _is_named(words, name):
                _signal(pid, signal.SIGKILL)

    @contextmanager
    def silenced(self, name: str) -> Iterator[None]:
        """Stop a process for as long as the block runs: it accepts, and never answers."""
        pid = self._pick(name) or 0
        _signal(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            _signal(pid, signal.SIGCONT)

    def _strike(self) -> None:
        while not self._stopped.wait(self._rng.uniform(0.2, 1.8) * self._pause):
            if not self._rests(self):
                self.strike(self._rng.choice(self._blows))

    def _deal(self, deed: str, victim: str) -> bool:
        of_their_own: Mapping[str, Callable[[], bool]] = {
            "kill server": lambda: self._server is not None and self._server.kill(),
            "cut connections": lambda: self._server is not None and self._server.cut(),
            "wipe redis": lambda: self._on_redis(Redis.flushall),
            "fill redis": lambda: self._for_a_while(lambda redis: redis.config_set("maxmemory", 1)),
            "close redis": lambda: self._for_a_while(lambda redis: redis.replicaof(*_NOWHERE)),
            "replay dead": self._replay,
            "silence redis": lambda: self._freeze("redis", self._rng.uniform(0.5, REDIS_SECONDS)),
        }
        if (blow := of_their_own.get(f"{deed} {victim}")) is not None:
            return blow()
        return self._freeze(victim, self._frozen_for()) if deed == "freeze" else self._send(deed, victim)

    def _replay(self) -> bool:
        """Have the operator take up again all that rests, by the command of the runbook; nobody waits for it."""
        command = f". {self._folder / SURROUNDINGS} && exec {sys.executable} -m app replay --all"
        with (self._folder / "log" / "replay.log").open("ab") as log:
            operator = subprocess.Popen(["/bin/sh", "-c", command], cwd=ROOT, stdout=log, stderr=log)
        self._operators = [each for each in self._operators if each.poll() is None] + [operator]
        return True

    def _send(self, deed: str, victim: str) -> bool:
        signals = {"kill": [signal.SIGKILL], "stop": [signal.SIGTERM], "stop twice": [signal.SIGTERM, signal.SIGTERM]}
        pid = self._pick(victim)
        return pid is not None and all(_signal(pid, number) for number in signals[deed])

    def _frozen_for(self) -> float:
        longest = self._longest_freeze if self._rng.random() < 0.2 else min(SHORT_FREEZE_SECONDS, self._longest_freeze)
        return self._rng.uniform(0.1, longest)

    def _freeze(self, victim: str, seconds: float) -> bool:
        pid = self._pick(victim)
        if pid is None or not _signal(pid, signal.SIGSTOP):
            return False
        self._later(seconds, lambda: _signal(pid, signal.SIGCONT), pid)
        return True

    def _for_a_while(self, close: Callable[["Redis"], object]) -> bool:
        done = self._on_redis(close)
        if done:
            self._later(self._rng.uniform(0.5, REDIS_SECONDS), lambda: self._on_redis(_open), 0)
        return done

    def _later(self, seconds: float, deed: Callable[[], object], pid: int) -> None:
        timer = Timer(seconds, deed)
        timer.daemon = True
        timer.start()
        self._frozen = [(each, old) for each, old in self._frozen if old.is_alive()]
        self._frozen.append((pid, timer))

    def _on_redis(self, deed: Callable[["Redis"], object]) -> bool:
        known = StateFolder(path=self._folder, lock=-1).recall()
        port, password = int(known["REDIS_PORT"]), known["REDIS_PASSWORD"]
        try:
            with Redis(host=LOOPBACK, port=port, password=password, socket_timeout=2) as redis:
                deed(redis)
        except RedisError:
            return False
        return True

    def _pick(self, name: str) -> int | None:
        """Return one of the processes of that name; None while it is just being started again."""
        running = [pid for pid, words in commands(self._launcher).items() if _is_named(words, name)]
        return self._rng.choice(sorted(running)) if running else None


def commands(launcher: int) -> Mapping[int, list[str]]:
    """Return the words of every process below the launcher, without the guards, which name what they guard."""
    pids = ",".join(map(str, descendants(launcher)))
    if not pids:
        return {}
    command = ["ps", "-o", "pid=,args=", "-p", pids]
    told = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    lines = (line.split() for line in told.splitlines() if "guard.py" not in line)
    return {int(pid): words for pid, *words in lines}


def _is_named(words: list[str], name: str) -> bool:
    if name == "redis":
        return words[-1].endswith("redis.conf") or "-server" in words[0]
    return words[-3:] == ["-m", "app", name]


def _open(redis: "Redis") -> None:
    redis.config_set("maxmemory", 0)
    redis.replicaof("NO", "ONE")


def _signal(pid: int, number: signal.Signals) -> bool:
    with suppress(ProcessLookupError):
        if pid:
            os.kill(pid, number)
            return True
    return False
