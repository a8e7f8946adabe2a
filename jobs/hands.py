"""A worker's hands: how many calls to the outside it makes at once, each in a thread of its own.

With a single hand there is no thread at all: everything is done by whoever asks, one after the other.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from queue import Empty, SimpleQueue
from types import TracebackType
from typing import Any, Generic, Self, TypeVar

Thing = TypeVar("Thing")
Outcome = TypeVar("Outcome")


class Hands:
    """So many threads, shared by all that a process does. Nobody may hold a transaction open while asking them."""

    def __init__(self, count: int = 1) -> None:
        self.count = count
        self._share: Callable[[], int] = lambda: count
        self._crew: Crew[Any] | None = None
        self._threads = ThreadPoolExecutor(count, thread_name_prefix="hand") if count > 1 else None

    @property
    def share(self) -> int:
        """How many of them may be busy at this moment for whoever holds these."""
        return self._share()

    def lent(self, share: Callable[[], int]) -> "Hands":
        """Return the same hands for one who may keep only so many of them busy, at any moment as many as it says."""
        part = Hands()
        part.count, part._threads, part._share = self.count, self._threads, share  # our own kind
        return part

    def each(self, act: Callable[[Thing], Outcome], things: Iterable[Thing]) -> Iterator[list[Outcome]]:
        """Act on each thing, side by side, and yield what comes of them as it gathers.

        When one raises, nothing more is begun; it flies as soon as those under way have ended and been yielded.
        """
        waiting, crew = deque(things), Crew[Outcome](self._threads, self._share)
        with crew:
            while crew.under_way or (waiting and crew.room):
                while waiting and crew.room:
                    crew.begin(act, waiting.popleft())
                if gathered := crew.gather():
                    yield gathered

    def crew(self) -> "Crew[Outcome]":
        """Return the hands that do one thing after another for whoever begins it."""
        crew: Crew[Outcome] = Crew(self._threads, self._share)
        self._crew = crew
        return crew

    def call(self) -> None:
        """Call whoever leads the latest crew of these hands away from waiting for it."""
        if self._crew is not None:
            self._crew.call()


class Crew(Generic[Outcome]):
    """Things under way at once. Whoever leaves the block waits for them; a failure among them flies then."""

    def __init__(self, threads: ThreadPoolExecutor | None, share: Callable[[], int]) -> None:
        self.under_way = 0
        self._threads, self._share = threads, share
        self._ended: SimpleQueue[Future[Outcome] | None] = SimpleQueue()  # None: a call
        self._called = False
        self._failure: BaseException | None = None

    @property
    def room(self) -> int:
        """How many more may begin now. None ever again, once one has failed."""
        return 0 if self.has_failed else max(self._most - self.under_way, 0)

    @property
    def wants_more(self) -> bool:
        """Whether it is worth asking for more to do: a few at a time cost as much asking as many."""
        return self.room > 0 and self.room * 4 >= self._most

    @property
    def has_failed(self) -> bool:
        return self._failure is not None

    @property
    def _most(self) -> int:
        return 1 if self._threads is None else max(self._share(), 1)

    def begin(self, act: Callable[[Thing], Outcome], thing: Thing) -> None:
        """Act on the thing: in a thread, or at once where there is none, and then a failure flies at once too."""
        if self._threads is None:
            self._ended.put(_ended(act(thing)))
        else:
            self._threads.submit(act, thing).add_done_callback(self._ended.put)
        self.under_way += 1

    def begin_all(self, act: Callable[[Thing], Outcome], things: Iterable[Thing]) -> None:
        """Act on each of the things, which there is room for."""
        for thing in things:
            self.begin(act, thing)

    def gather(self, *, seconds: float | None = None) -> list[Outcome]:
        """Return what has come of things since the last time; wait for one where there is none yet.

        Nothing is returned when there is none after so many seconds, or when somebody calls.
        """
        if not self.under_way:
            return []
        try:
            told = [self._ended.get(timeout=seconds), *self._rest()]
        except Empty:
            return []
        ended = [each for each in told if each is not None]
        self._called |= len(ended) < len(told)
        self.under_way -= len(ended)
        self._failure = next((fault for each in ended if (fault := each.exception()) is not None), self._failure)
        return [each.result() for each in ended if each.exception() is None]

    def call(self) -> None:
        """Call away whoever waits here: there is something else to look at. Safe from any thread."""
        self._ended.put(None)

    def was_called(self) -> bool:
        """Return whether somebody has called since this was last asked."""
        called, self._called = self._called, False
        return called

    def let_fly(self) -> None:
        """Raise the failure of one that has failed."""
        if self._failure is not None:
            raise self._failure

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, _at: TracebackType | None
    ) -> None:
        while self.under_way:
            self.gather()
        if fault is None:
            self.let_fly()

    def _rest(self) -> "Iterator[Future[Outcome] | None]":
        try:
            while True:
                yield self._ended.get_nowait()
        except Empty:
            return


def _ended(outcome: Outcome) -> "Future[Outcome]":
    future: Future[Outcome] = Future()
    future.set_result(outcome)
    return future
