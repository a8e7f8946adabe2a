"""Many at the same time: what must hold when nobody waits for anybody."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

Found = TypeVar("Found")


def at_once(threads: int, work: Callable[[int], Found]) -> list[Found]:
    """Start `work(0)` … `work(threads - 1)` at the same moment; return what each of them returned."""
    start = Barrier(threads)

    def one(number: int) -> Found:
        start.wait()
        return work(number)

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(one, range(threads)))


def together(*moves: Callable[[], object]) -> list[object]:
    """Make each of the moves at the same moment; return what each returned."""
    return at_once(len(moves), lambda number: moves[number]())
