"""The database under fire: an SQLite file, or a PostgreSQL that can be killed and is started again."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from typing import Protocol

from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError

from app.launcher.processes import Lifeline
from app.launcher.supervisor import LOOK_SECONDS, Supervisor
from tests.embedded import Cluster, cluster

UP_SECONDS = 30.0


class Server(Protocol):
    """A database that can be taken away for a moment; each returns whether it was."""

    def kill(self) -> bool:
        """Kill it with kill -9. Somebody starts it again."""

    def cut(self) -> bool:
        """Break off every connection."""


class Postgres:
    """A cluster's server."""

    def __init__(self, of: Cluster) -> None:
        self._cluster = of
        self.url = of.url

    def kill(self) -> bool:
        try:
            pid = int((self._cluster.data / "postmaster.pid").read_text().split()[0])
            os.kill(pid, signal.SIGKILL)
        except (FileNotFoundError, ProcessLookupError, IndexError):
            return False
        return True

    def cut(self) -> bool:
        engine = create_engine(self.url)
        try:
            with engine.connect() as connection:
                others = "select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid()"
                connection.execute(text(f"{others} and backend_type = 'client backend'"))
        except DBAPIError:
            return False
        finally:
            engine.dispose()
        return True

    def set_clock(self, *, ahead: int) -> None:
        """Let it tell whoever asks for the time another one than that of the machine it runs on."""
        told = f"select pg_catalog.clock_timestamp() + interval '{ahead} seconds'"
        function = f"create function clock_timestamp() returns timestamptz language sql as $$ {told} $$"
        # What is built in is found first, unless it is named last.
        engine = create_engine(self.url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(function))
            connection.execute(text("alter database postgres set search_path = public, pg_catalog"))
        engine.dispose()

    def answers(self) -> bool:
        """Return whether it lets anybody in."""
        engine = create_engine(self.url)
        try:
            engine.connect().close()
        except DBAPIError:
            return False
        finally:
            engine.dispose()
        return True


@contextmanager
def database(kind: str, folder: Path, *, skew: int = 0) -> Iterator[tuple[str, Server | None]]:
    """Yield the URL of an empty database, and the server behind it where there is one, whose clock is so far ahead."""
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'chaos.db'}", None
        return
    with cluster() as made, _kept_alive(made, folder / "postgres.log"):
        server = Postgres(made)
        wait_until(server.answers)
        server.set_clock(ahead=skew)
        yield made.url, server


@contextmanager
def _kept_alive(made: Cluster, log: Path) -> Iterator[None]:
    lifeline, done = Lifeline(), Event()
    supervisor = Supervisor(lifeline, lambda _name, _what: None)
    supervisor.keep(made.spec(log, durable=True))

    def look() -> None:
        while not done.wait(LOOK_SECONDS):
            supervisor.look()

    watcher = Thread(target=look, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        done.set()
        watcher.join()
        supervisor.stop(impatient=lambda: True)
        lifeline.close()


def wait_until(true: Callable[[], bool]) -> None:
    """Return once it is true; raise TimeoutError when that takes too long."""
    ends_at = time.monotonic() + UP_SECONDS
    while not true():
        if time.monotonic() > ends_at:
            raise TimeoutError("the database does not answer")
        time.sleep(0.05)
