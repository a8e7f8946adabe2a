"""Every place at which a process can die: around each statement, commit, call to the outside, and ring of the bell."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import requests
from sqlalchemy import Engine, event

from app.domain.mail import Mail
from integrations.http import Answer, Http, Request
from integrations.sandbox.mailbox import letters
from jobs.queue import Bell, Task
from jobs.runtime import LIMITS
from tests.torture.inner_town import HOST, InnerTown


def _nothing(_number: int, _name: str) -> None:
    return


@dataclass(slots=True)
class Watch:
    """Counts the boundaries of one life, and says at each of them that it is there."""

    at: Callable[[int, str], None] = _nothing
    passed: int = 0
    commits: int = 0  # what a dead process leaves in the database changes only here

    def boundary(self, name: str) -> None:
        self.passed += 1
        self.at(self.passed, name)

    @contextmanager
    def around(self, name: str) -> Iterator[None]:
        """Stand before and after something."""
        self.boundary(f"before {name}")
        yield
        self.boundary(f"after {name}")


@dataclass(slots=True)
class Watched:
    """Somebody whose boundaries are watched, by whoever watches at the time."""

    watch: Watch = field(default_factory=Watch)


def watch_database(engine: Engine, watched: Watched) -> None:
    """Stand before and after each statement and each commit of the engine, for as long as it lives."""
    commit = engine.dialect.do_commit

    def committed(connection: Any) -> None:
        with watched.watch.around("commit"):
            commit(connection)
            watched.watch.commits += 1

    engine.dialect.do_commit = committed  # type: ignore[method-assign]  # no event is told after a commit

    @event.listens_for(engine, "before_cursor_execute")
    def before(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        watched.watch.boundary(f"before {_short(statement)}")

    @event.listens_for(engine, "after_cursor_execute")
    def after(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        watched.watch.boundary(f"after {_short(statement)}")


@lru_cache(maxsize=1_000)
def _short(statement: str) -> str:
    return " ".join(statement.split())[:60]


class WatchedHttp(Http):
    """The app's own way out, ending in the town without a socket, with a boundary on either side of each call."""

    def __init__(self, town: InnerTown, watched: Watched) -> None:
        super().__init__(LIMITS, trusted={HOST})
        self._town, self._watched, self._inner = town, watched, town.session()

    def call(self, request: Request) -> Answer:
        with self._watched.watch.around(f"{request.source} {_named(request)}"):
            return super().call(request)

    def lines(self, source: str, url: str) -> Iterator[bytes]:
        with self._watched.watch.around(f"{source} file"):
            yield from super().lines(source, url)

    def _session(self) -> requests.Session:
        return self._inner

    def _fresh(self, seconds: float) -> requests.Session:  # nothing here takes long
        return self._town.session()


def _named(request: Request) -> str:
    query = request.body.get("query", "") if isinstance(request.body, dict) else ""
    words = str(query).split("(")[0].split("{")[0].split()
    return words[1] if len(words) > 1 else f"{request.method} {request.url.rpartition('/')[2][:40]}"


class WatchedPost:
    """The town's mail server without a line, with a boundary on either side of each mail."""

    def __init__(self, town: InnerTown, watched: Watched) -> None:
        self._town, self._watched = town, watched

    def carry(self, mail: Mail) -> None:
        """Put it into the town's box."""
        with self._watched.watch.around("mail"), self._town.books.turn() as turn:
            text = mail.text.replace(mail.leave, "the way out")  # sealed anew each time
            turn.append(letters.KIND, {"to": mail.to, "subject": mail.subject, "text": text})


class StillBell(Bell):
    """A bell without Redis: what was rung is kept for whoever listens, and lost with the process."""

    def __init__(self, watched: Watched) -> None:
        self._watched, self.rung = watched, dict[tuple[Task, int], None]()

    def ring(self, task: Task, shop_id: int, *, at_once: bool = False) -> bool:
        with self._watched.watch.around(f"bell {task.name}"):
            self.rung[task, shop_id] = None
        return True

    def hush(self, task: Task, shop_id: int, *, seconds: float) -> None:
        self._watched.watch.boundary(f"hush {task.name}")

    def heard(self, task: Task, shop_id: int) -> None:
        with self._watched.watch.around(f"hearing {task.name}"):
            self.rung.pop((task, shop_id), None)

    def take(self, task: Task, shop_id: int, *, seconds: int) -> bool:
        return True  # whoever dies with it lets go in time; here at once

    def give_back(self, task: Task, shop_id: int) -> None:
        """Be taken by nobody."""

    def tick(self) -> None:
        self._watched.watch.boundary("tick")
