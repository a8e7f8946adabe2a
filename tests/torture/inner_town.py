"""The practice town inside our own process: no socket, no thread, and a memory that can be copied."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any, cast
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPResponse
from waitress.channel import ClientDisconnected
from werkzeug.test import Client

from integrations.sandbox.books import Books, Shelf, Turn
from integrations.sandbox.clock import Clock
from integrations.sandbox.serve import Works, build
from integrations.sandbox.store import bulk
from integrations.sandbox.store.endpoint import Asked
from integrations.sandbox.town import TownSettings
from tests.builders import NOON

HOST = "http://127.0.0.1:1"  # nothing is ever sent there
ENDLESS = 10**9


@dataclass(slots=True)
class SharedClock(Clock):
    """One clock for the app and the town, which stands still until it is moved."""

    moment: datetime = field(default=NOON)

    def now(self) -> datetime:
        return self.moment

    def real_seconds(self) -> float:
        return self.moment.timestamp()

    def offset(self) -> int:
        return int((self.moment - NOON).total_seconds())

    def advance(self, seconds: int) -> None:
        self.moment += timedelta(seconds=seconds)


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """What the town knows at one moment."""

    documents: Mapping[str, Mapping[str, str]]
    counters: Mapping[str, int]
    late: tuple["Late", ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Late:
    """A request that the store took on, and carries out after the line broke."""

    at: datetime
    asked: Asked


class MemoryBooks(Books):
    """The town's books without their file."""

    def __init__(self) -> None:
        super().__init__()
        self.edition = 0  # counts what was written

    def copied(self) -> Memory:
        """Return what is in them now."""
        documents = {kind: dict(shelf.bodies) for kind, shelf in self._shelves.items()}
        return Memory(documents=documents, counters=dict(self._counters))

    def lay(self, memory: Memory) -> None:
        """Let them hold what they held then."""
        for kind in set(self._shelves) | set(memory.documents):
            _turn_back(self._shelf(kind), memory.documents.get(kind, {}))
        self._counters = dict(memory.counters)
        self.edition += 1

    def _keep(self, turn: Turn) -> None:
        for (kind, key), body in turn.changes.items():
            self._shelf(kind).put(key, body)
        self._counters.update(turn.counted)
        self.edition += bool(turn.changes or turn.counted)


def _turn_back(shelf: Shelf, then: Mapping[str, str]) -> None:
    # The very same string is the very same document: what did not change keeps its place in the indexes.
    changed = [key for key, body in shelf.bodies.items() if then.get(key) is not body]
    missing = [key for key in then if key not in shelf.bodies]
    for key in changed:
        shelf.put(key, then.get(key))
    for key in missing:
        shelf.put(key, then[key])


class InnerTown:
    """A town to whom one speaks as over HTTP, from the first header to the last byte, but without the line."""

    def __init__(self, *, customers: int) -> None:
        self.late: tuple[Late, ...] = ()
        self.clock = SharedClock()
        self.books = MemoryBooks()
        settings = TownSettings(bucket_size=ENDLESS, customers=customers)
        self.works: Works = build(settings, self.books, cast("Clock", self.clock))
        # The store's own way of being late is a timer, which follows another clock than ours.
        self.works.endpoint._execute_late = self._take_on  # type: ignore[method-assign]
        self._client = Client(self.works.flask)

    def call(self, path: str, body: dict[str, Any] | None = None) -> Any:
        """Make something happen in the town, or look at it."""
        answer = self._client.open(path, method="GET" if body is None else "POST", json=body, base_url=HOST)
        if answer.status_code >= 300:
            raise LookupError(f"{path}: {answer.status_code} {answer.text}")
        return json.loads(answer.get_data())

    def work(self) -> None:
        """Let the store do what it would have done by itself meanwhile."""
        runner = self.works.runner
        with self.books.turn() as turn:
            waiting = [each for state in ("RUNNING", "CREATED") for each in turn.find(bulk.KIND, "status", state)]
        for operation in waiting:
            runner._run(operation)
        due = [late for late in self.late if late.at <= self.clock.now()]
        self.late = tuple(late for late in self.late if late not in due)
        for late in due:
            self.works.endpoint._end_late(late.asked)

    def copied(self) -> Memory:
        """Return what the town knows now."""
        return replace(self.books.copied(), late=self.late)

    def lay(self, memory: Memory) -> None:
        """Let the town know what it knew then."""
        self.books.lay(memory)
        self.late = memory.late

    def _take_on(self, asked: Asked, seconds: float) -> None:
        self.works.endpoint._note_under_way(asked, running=True)
        self.late += (Late(at=self.clock.now() + timedelta(seconds=seconds), asked=asked),)

    def session(self) -> requests.Session:
        """Return a session whose calls end in this town."""
        opened = requests.Session()
        opened.trust_env = False
        opened.mount("http://", _Wire(self._client))
        return opened


class _Wire(HTTPAdapter):
    """Carries a prepared request to the town's application and back."""

    def __init__(self, client: Client) -> None:
        super().__init__()
        self._client = client

    def send(self, request: requests.PreparedRequest, *_: object, **__: object) -> requests.Response:
        url = urlsplit(request.url or "")
        body = request.body.encode() if isinstance(request.body, str) else request.body
        try:
            answer = self._client.open(
                url.path,
                method=request.method or "GET",
                query_string=url.query,
                headers=list(request.headers.items()),
                data=cast("bytes | None", body),
                base_url=HOST,
            )
            said = answer.get_data()
        except ClientDisconnected as cut:
            raise requests.ConnectionError("the line was cut") from cut
        raw = HTTPResponse(
            BytesIO(said), headers=dict(answer.headers), status=answer.status_code, preload_content=False
        )
        return self.build_response(request, raw)
