"""The town's books: documents that survive the town being killed, read and written in turns.

Every document is kept twice: as a row in one SQLite file, and as text in memory, which answers all reads.
"""

import json
import sqlite3
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

Doc = dict[str, Any]
Key = int | str
LAGGING = frozenset({"customers", "orders"})  # kinds of which a reading may show what was a moment ago
_REMEMBERED_SECONDS = 10.0
FIRST_ID = 4_300_000_001  # real ids passed 2**31 long ago: whoever keeps one in 32 bits shall notice here

_SCHEMA = """
create table if not exists documents
  (place integer primary key, kind text not null, id text not null, body text not null, unique (kind, id));
create table if not exists counters (kind text primary key, last integer not null);
"""
_PUT = """insert into documents (kind, id, body) values (?, ?, ?)
  on conflict (kind, id) do update set body = excluded.body"""
_COUNT = """insert into counters (kind, last) values (?, ?)
  on conflict (kind) do update set last = excluded.last"""


class Books:
    """A small transactional document store for one process; without a path it lives in memory only."""

    def __init__(self, path: Path | None = None) -> None:
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
        self._file = sqlite3.connect(path or ":memory:", check_same_thread=False, isolation_level=None)
        self._file.execute("pragma journal_mode = wal")
        self._file.execute("pragma synchronous = normal")
        self._file.executescript(_SCHEMA)
        self._shelves: dict[str, Shelf] = {}
        for kind, key, body in self._file.execute("select kind, id, body from documents order by place"):
            self._shelf(kind).put(key, body)
        self._counters: dict[str, int] = dict(self._file.execute("select kind, last from counters"))
        self._lock = threading.Lock()
        self._owner: int | None = None
        self._before: deque[tuple[float, tuple[str, str], str | None]] = deque()  # what was changed lately

    @contextmanager
    def turn(self, *, seconds_ago: float = 0.0) -> Iterator["Turn"]:
        """Open the books for one thread at a time; all is kept on leaving, nothing when the block raises.

        With `seconds_ago`, orders and customers that are looked up are shown as they were then.

        Raises RuntimeError when the thread already has its turn: two could not both be undone.
        """
        if self._owner == threading.get_ident():
            raise RuntimeError("This thread already has its turn at the books.")
        with self._lock:
            self._owner = threading.get_ident()
            try:
                turn = Turn(self._shelf, self._counters, self._as_of(seconds_ago))
                yield turn
                self._keep(turn)
            finally:
                self._owner = None
        for deed in turn.deeds:
            deed()

    def close(self) -> None:
        """Close the file; the books must not be used afterwards."""
        with self._lock:
            self._file.close()

    def _shelf(self, kind: str) -> "Shelf":
        return self._shelves.setdefault(kind, Shelf())

    def _keep(self, turn: "Turn") -> None:
        if not turn.changes and not turn.counted:
            return
        self._file.execute("begin immediate")
        try:
            self._write(turn)
            self._file.execute("commit")
        except BaseException:
            self._file.execute("rollback")
            raise
        for (kind, key), body in turn.changes.items():
            self._remember((kind, key))
            self._shelf(kind).put(key, body)
        self._counters.update(turn.counted)

    def _remember(self, place: tuple[str, str]) -> None:
        if place[0] in LAGGING:
            now = time.monotonic()
            self._before.append((now, place, self._shelf(place[0]).bodies.get(place[1])))
            while now - self._before[0][0] > _REMEMBERED_SECONDS:
                self._before.popleft()

    def _as_of(self, seconds_ago: float) -> dict[tuple[str, str], str | None]:
        since = time.monotonic() - seconds_ago
        # Backwards, so that of several changes since then the first one's "before" stays.
        return {place: body for at, place, body in reversed(self._before) if at > since} if seconds_ago else {}

    def _write(self, turn: "Turn") -> None:
        kept = [(kind, key, body) for (kind, key), body in turn.changes.items() if body is not None]
        gone = [place for place, body in turn.changes.items() if body is None]
        self._file.executemany(_PUT, kept)
        self._file.executemany("delete from documents where kind = ? and id = ?", gone)
        self._file.executemany(_COUNT, turn.counted.items())


class Turn:
    """One thread's turn at the books. Documents go in and come out as copies; ids may be numbers or text."""

    def __init__(
        self,
        shelf: Callable[[str], "Shelf"],
        counters: dict[str, int],
        as_of: Mapping[tuple[str, str], str | None],
    ) -> None:
        self._shelf = shelf
        self._counters = counters
        self._as_of = as_of
        self.changes: dict[tuple[str, str], str | None] = {}
        self.counted: dict[str, int] = {}
        self.deeds: list[Callable[[], None]] = []

    def get(self, kind: str, key: Key) -> Doc | None:
        """Return a copy of the document, or None."""
        place = (kind, str(key))
        body = self.changes[place] if place in self.changes else self._kept(*place)
        return None if body is None else json.loads(body)

    def put(self, kind: str, key: Key, doc: Doc) -> None:
        """Write the document, whether it is new or not."""
        self.changes[kind, str(key)] = json.dumps(doc, separators=(",", ":"))

    def append(self, kind: str, doc: Doc) -> int:
        """Write a new document under the kind's next id, also put into it as `id`; return that id."""
        key = self.next_id(kind)
        self.put(kind, key, {**doc, "id": key})
        return key

    def delete(self, kind: str, key: Key) -> None:
        """Take the document out, if it is there."""
        self.changes[kind, str(key)] = None

    def next_id(self, kind: str) -> int:
        """Return an id that this kind never had before; unlike documents, a refused turn may use it again."""
        last = self.counted.get(kind, self._counters.get(kind, FIRST_ID - 1))
        self.counted[kind] = last + 1
        return last + 1

    def all(self, kind: str) -> list[Doc]:
        """Return copies of all documents of a kind, in the order in which they were first written."""
        return [json.loads(body) for body in self._bodies(kind)]

    def count(self, kind: str) -> int:
        """Return how many documents of a kind there are, without copying any."""
        shelf = self._shelf(kind).bodies
        changed = [(key, body) for (of, key), body in self.changes.items() if of == kind]
        return len(shelf) + sum((body is not None) - (key in shelf) for key, body in changed)

    def tally(self, kind: str, field: str) -> dict[Hashable, int]:
        """Return how many documents of a kind hold each value of the field, without looking at each."""
        index = self._shelf(kind).index(field)
        told = Counter(index.tally())
        for (of, key), body in self.changes.items():
            if of == kind:
                told.subtract([index.values[key]] if key in index.values else [])
                told.update([] if body is None else [json.loads(body).get(field)])
        return dict(+told)

    def find(self, kind: str, field: str, value: Hashable) -> list[Doc]:
        """Return copies of the documents whose top-level field equals the value.

        The first question about a field builds its index; later ones are answered from it.
        """
        keys = self._shelf(kind).index(field).keys_of(value)
        bodies = [self._kept(kind, key) for key in keys if (kind, key) not in self.changes]
        found = [json.loads(body) for body in bodies if body is not None]
        return found + [doc for doc in self._changed(kind) if doc.get(field) == value]

    def column(self, kind: str, field: str) -> list[tuple[str, object]]:
        """Return (id, value of the field) of every document of a kind: cheap enough to sort and page by."""
        values = self._shelf(kind).index(field).values
        kept = [(key, value) for key, value in values.items() if (kind, key) not in self.changes]
        changed = [(key, body) for (of, key), body in self.changes.items() if of == kind and body is not None]
        return kept + [(key, json.loads(body).get(field)) for key, body in changed]

    def value(self, kind: str, key: str, field: str) -> object:
        """Return the value of one document's top-level field as `column` has it; None for one that is not there."""
        if (kind, key) in self.changes:
            body = self.changes[kind, key]
            return None if body is None else json.loads(body).get(field)
        return self._shelf(kind).index(field).values.get(key)

    def afterwards(self, deed: Callable[[], None]) -> None:
        """Call the deed once the turn is kept and the books are free; never when the turn is refused."""
        self.deeds.append(deed)

    def _kept(self, kind: str, key: str) -> str | None:
        place = (kind, key)
        return self._as_of[place] if place in self._as_of else self._shelf(kind).bodies.get(key)

    def _changed(self, kind: str) -> Iterable[Doc]:
        bodies = [body for (of, _), body in self.changes.items() if of == kind]
        return [json.loads(body) for body in bodies if body is not None]

    def _bodies(self, kind: str) -> Iterator[str]:
        shelf = self._shelf(kind).bodies
        for key, body in shelf.items():
            current = self.changes.get((kind, key), body)
            if current is not None:
                yield current
        for (of, key), fresh in self.changes.items():
            if of == kind and key not in shelf and fresh is not None:
                yield fresh


class Shelf:
    """All documents of one kind, as text, and the indexes asked for so far."""

    def __init__(self) -> None:
        self.bodies: dict[str, str] = {}
        self._indexes: dict[str, Index] = {}

    def put(self, key: str, body: str | None) -> None:
        """Keep the text under its id; None takes it out."""
        if body is None:
            self.bodies.pop(key, None)
        else:
            self.bodies[key] = body
        if self._indexes:
            self._reindex(key, body)

    def index(self, field: str) -> "Index":
        """Return the index of a field, built now if nobody has asked before."""
        if field not in self._indexes:
            index = self._indexes[field] = Index()
            for key, body in self.bodies.items():
                index.put(key, json.loads(body).get(field))
        return self._indexes[field]

    def _reindex(self, key: str, body: str | None) -> None:
        doc = None if body is None else json.loads(body)
        for field, index in self._indexes.items():
            index.take(key)
            if doc is not None:
                index.put(key, doc.get(field))


class Index:
    """Which ids hold which value of one field; lists and objects cannot be looked up by value."""

    def __init__(self) -> None:
        self.values: dict[str, object] = {}
        self._keys: dict[Hashable, dict[str, None]] = {}

    def keys_of(self, value: Hashable) -> list[str]:
        """Return the ids of the documents with this value."""
        return list(self._keys.get(value, ()))

    def tally(self) -> dict[Hashable, int]:
        """Return how many documents hold each value."""
        return {value: len(keys) for value, keys in self._keys.items()}

    def put(self, key: str, value: object) -> None:
        """Note one document's value."""
        self.values[key] = value
        if isinstance(value, Hashable):
            self._keys.setdefault(value, {})[key] = None

    def take(self, key: str) -> None:
        """Forget one document's value."""
        value = self.values.pop(key, None)
        if isinstance(value, Hashable):
            self._keys.get(value, {}).pop(key, None)
