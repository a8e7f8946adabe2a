"""A worker's hands: how many calls to the outside it makes at once, each in a thread of its own.

With a single hand there is no thread at all: everything is done by whoever asks, one after the other.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from queue import Empty, SimpleQueue
from typing import TypeVar

Thing = TypeVar("Thing")
Outcome = TypeVar("Outcome")


class Hands:
    """So many threads, shared by all that a process does. Nobody may hold a transaction open while asking them."""

    def __init__(self, count: int = 1) -> None:
        self.count = count
        self._threads = ThreadPoolExecutor(count, thread_name_prefix="hand") if count > 1 else None

    def each(
        self, act: Callable[[Thing], Outcome], things: Iterable[Thing], *, at_most: int | None = None
    ) -> Iterator[list[Outcome]]:
        """Act on each thing, `at_most` of them at once, and yield what comes of them as it gathers.

        When one raises, nothing more is begun; it flies as soon as those under way have ended and been yielded.
        """
        waiting = deque(things)
        width = min(at_most or self.count, self.count, len(waiting))
        if self._threads is None or width < 2:
            while waiting:
                yield [act(waiting.popleft())]
            return
        ended: SimpleQueue[tuple[Outcome, ...]] = SimpleQueue()
        busy = [self._threads.submit(_work_through, act, waiting, ended) for _ in range(width)]
        left = width
        try:
            while left:
                gathered = [ended.get(), *_rest(ended)]
                left -= gathered.count(())
                if outcomes := [outcome for one in gathered for outcome in one]:
                    yield outcomes
            for hand in busy:
                hand.result()
        finally:
            waiting.clear()
            wait(busy)


def _work_through(
    act: Callable[[Thing], Outcome], waiting: deque[Thing], ended: "SimpleQueue[tuple[Outcome, ...]]"
) -> None:
    """Act until nothing waits; an empty outcome says that this hand is free again, whatever stopped it."""
    try:
        while True:
            try:
                thing = waiting.popleft()
            except IndexError:
                return
            ended.put((act(thing),))
    except BaseException:
        waiting.clear()
        raise
    finally:
        ended.put(())


def _rest(ended: "SimpleQueue[tuple[Outcome, ...]]") -> Iterator[tuple[Outcome, ...]]:
    """Yield what has gathered by now, without waiting for more."""
    try:
        while True:
            yield ended.get_nowait()
    except Empty:
        return
