"""The town's post office: it carries webhooks to their address and tries again when they were not taken.

A letter is written into the books in the same turn as the deed it tells of, and carried afterwards: a town
that is killed in between carries it when it is back.
"""

import heapq
import threading
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from random import Random

import requests

from integrations.sandbox.books import Books, Doc, Turn
from integrations.sandbox.clock import Clock

KIND = "letters"
KEPT = 2_000  # delivered letters kept for looking at, unless told otherwise
_CONNECT_SECONDS, _ANSWER_SECONDS = 1, 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One webhook as it goes over the wire, the same at every try."""

    sender: str  # "store" or "helpdesk"
    subject: str  # the topic or the event's name
    path: str  # on the town's target
    headers: Mapping[str, str]
    body: str
    pauses: tuple[float, ...]  # seconds between the tries; one more try than pauses
    exposed: bool = False  # to the weather
    integration: int | None = None  # of the helpdesk's, which counts how its calls go


@dataclass(frozen=True, slots=True, kw_only=True)
class Weather:
    """What happens to letters on their way, each as a share of all letters from 0 to 1."""

    loss: float = 0.0
    duplicates: float = 0.0
    reorder: float = 0.0
    delay: float = 0.0
    seconds: float = 2.0  # how long a delayed letter waits; a reordered one waits a random part of it

    def __post_init__(self) -> None:
        """Raise ValueError for shares that are none."""
        if not all(0 <= share <= 1 for share in (self.loss, self.duplicates, self.reorder, self.delay)):
            raise ValueError("The weather's shares go from 0 to 1.")


class PostOffice:
    """Carries letters from its own threads. Without a target, letters are only kept."""

    def __init__(self, books: Books, clock: Clock, *, target: str | None, seed: int, kept: int = KEPT) -> None:
        self._books = books
        self._clock = clock
        self._target = target
        self._kept = kept
        self._rng = Random(seed)  # noqa: S311 - the same storm again for the same seed, not a secret
        self._bell = threading.Condition()
        self._due: list[tuple[float, int]] = []
        self._delivered: deque[int] = deque()
        self._open = True
        self._threads: list[threading.Thread] = []
        self._listeners: list[Callable[[Turn, Doc, bool], None]] = []

    def tell(self, listener: Callable[[Turn, Doc, bool], None]) -> None:
        """Tell somebody of each try to carry a letter, and whether it went well."""
        self._listeners.append(listener)

    def start(self, carriers: int) -> None:
        """Take up what an earlier town left undelivered, and start carrying."""
        with self._books.turn() as turn:
            waiting = turn.find(KIND, "state", "waiting")
            self._delivered.extend(letter["id"] for letter in turn.find(KIND, "state", "delivered"))
        for letter in waiting:
            self._queue(letter["due"], letter["id"])
        self._threads = [threading.Thread(target=self._carry, daemon=True) for _ in range(carriers)]
        for thread in self._threads:
            thread.start()

    def close(self) -> None:
        """Stop carrying; what waits stays in the books."""
        with self._bell:
            self._open = False
            self._bell.notify_all()
        for thread in self._threads:
            thread.join()

    def send(self, turn: Turn, letter: Letter, *, lose: bool = False) -> int:
        """Write a letter into the books and carry it once the turn is kept; return its id.

        A lost letter is written down and never carried. Bad weather may lose, repeat or hold up exposed ones.
        """
        weather = self.weather(turn) if letter.exposed else Weather()
        if lose or self._rng.random() < weather.loss:
            return self._write(turn, letter, "lost", 0.0)
        copies = 1 + (self._rng.randint(1, 4) if self._rng.random() < weather.duplicates else 0)
        keys = [self._accept(turn, letter, self._held_up(weather)) for _ in range(copies)]
        return keys[0]

    def weather(self, turn: Turn) -> Weather:
        """Return today's weather."""
        return Weather(**(turn.get("switches", "weather") or {}))

    def change_weather(self, turn: Turn, weather: Weather) -> None:
        """Change the weather for the letters sent from now on; it outlives the town's process."""
        turn.put("switches", "weather", asdict(weather))

    def url(self, path: str) -> str | None:
        """Return where letters for this path go, or None without a target."""
        return None if self._target is None else self._target.rstrip("/") + path

    def _held_up(self, weather: Weather) -> float:
        if self._rng.random() < weather.delay:
            return weather.seconds
        return self._rng.uniform(0, weather.seconds) if self._rng.random() < weather.reorder else 0.0

    def _accept(self, turn: Turn, letter: Letter, held_up: float) -> int:
        if self._target is None:
            return self._write(turn, letter, "recorded", 0.0)
        due = self._clock.real_seconds() + held_up
        key = self._write(turn, letter, "waiting", due)
        turn.afterwards(lambda: self._queue(due, key))
        return key

    def _write(self, turn: Turn, letter: Letter, state: str, due: float) -> int:
        doc = asdict(letter) | {
            "headers": dict(letter.headers),
            "url": self.url(letter.path),
            "at": self._clock.now().isoformat(),
            "state": state,
            "due": due,
            "answers": [],
        }
        return turn.append(KIND, doc)

    def _queue(self, due: float, key: int) -> None:
        with self._bell:
            heapq.heappush(self._due, (due, key))
            self._bell.notify()

    def _carry(self) -> None:
        with requests.Session() as session:
            while (key := self._next()) is not None:
                with self._books.turn() as turn:
                    letter = turn.get(KIND, key)
                if letter is not None:
                    self._settle(letter, _post(session, letter))

    def _next(self) -> int | None:
        """Wait for the next letter that is due; None when the office closes."""
        with self._bell:
            while self._open:
                if self._due and self._due[0][0] <= self._clock.real_seconds():
                    return heapq.heappop(self._due)[1]
                wait = self._due[0][0] - self._clock.real_seconds() if self._due else None
                self._bell.wait(wait)
        return None

    def _settle(self, letter: Doc, answer: int | str) -> None:
        tries = len(letter["answers"])
        letter["answers"].append(answer)
        if isinstance(answer, int) and 200 <= answer < 300:
            letter["state"] = "delivered"
        elif tries < len(letter["pauses"]):
            letter["due"] = self._clock.real_seconds() + letter["pauses"][tries]
        else:
            letter["state"] = "given up"
        with self._books.turn() as turn:
            turn.put(KIND, letter["id"], letter)
            for listener in self._listeners:
                listener(turn, letter, letter["state"] == "delivered")
            if letter["state"] == "waiting":
                turn.afterwards(lambda: self._queue(letter["due"], letter["id"]))
            if letter["state"] == "delivered":
                self._forget_oldest(turn, letter["id"])

    def _forget_oldest(self, turn: Turn, delivered: int) -> None:
        with self._bell:
            self._delivered.append(delivered)
            oldest = self._delivered.popleft() if len(self._delivered) > self._kept else None
        if oldest is not None:
            turn.delete(KIND, oldest)


def _post(session: requests.Session, letter: Doc) -> int | str:
    """Carry one letter; return the status, or the name of what went wrong on the way."""
    try:
        answer = session.post(
            letter["url"],
            data=letter["body"].encode(),
            headers=letter["headers"],
            timeout=(_CONNECT_SECONDS, _ANSWER_SECONDS),
            allow_redirects=False,
        )
    except requests.RequestException as error:
        return type(error).__name__
    return answer.status_code
