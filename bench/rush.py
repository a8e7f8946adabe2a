"""`bench rush`: the busiest day of ten thousand shops, played in made-up time with the real rules of whose turn it is.

What takes time is taken from what was measured; who is served when is decided by `jobs.turns`, as in a worker. Played
three times: a quiet evening, the same while some shops have a sale, and the sale once more with nobody giving way.
"""

import argparse
import heapq
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from itertools import count
from random import Random

from jobs.turns import Arrival, Turns, batch_of

SLICE = 2  # letters: as long as a thread keeps the processor


@dataclass(frozen=True, slots=True, kw_only=True)
class Rush:
    """What there is to do, and with how much. Costs in seconds; `rate` is letters a second over all shops."""

    shops: int = 10_000
    workers: int = 32
    hands: int = 16
    seconds: float = 60.0
    rate: float = 2_000.0
    bursts: int = 0  # shops that have a sale
    burst: int = 10_000  # letters of each of these, all at once
    letter: float = 0.002  # of a worker's processor, deciding included
    deed: float = 0.003
    deeds: float = 0.2  # a letter
    remote: float = 0.1  # a call
    seed: int = 1


@dataclass(slots=True)
class Worker:
    """One process: whom it serves, and until when its processor is taken."""

    turns: Turns
    busy_until: float = 0.0
    heard: int | None = None  # a shop for which there is no place yet


class Selfish(Turns):
    """Turns that nobody gives up as long as anything waits: the road not taken."""

    def may_go_on(self, _seconds: float) -> bool:
        """Go on."""
        return True


@dataclass(slots=True)
class Play:
    """One evening, event by event."""

    rush: Rush
    make: Callable[[int], Turns] = Turns
    now: float = 0.0
    waits: dict[bool, list[float]] = field(default_factory=lambda: {True: [], False: []})  # by: has the shop a sale
    _events: list[tuple[float, int, Iterator[float]]] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=count)
    _letters: dict[int, deque[float]] = field(default_factory=dict)
    _queue: deque[int] = field(default_factory=deque)
    _rung: set[int] = field(default_factory=set)
    _workers: list[Worker] = field(default_factory=list)

    def play(self) -> "Play":
        """Play to the end, until nothing waits any more."""
        self._workers = [Worker(self.make(self.rush.hands)) for _ in range(self.rush.workers)]
        self._do(self._arrivals())
        while self._events:
            self.now, _, process = heapq.heappop(self._events)
            self._do(process)
            self._hear()
        return self

    def _do(self, process: Iterator[float]) -> None:
        """Let a process go on to its next pause."""
        for pause in process:
            heapq.heappush(self._events, (self.now + pause, next(self._numbers), process))
            return

    def _arrivals(self) -> Iterator[float]:
        """Let letters come: few shops have many customers, many have few."""
        rng = Random(self.rush.seed)  # the same evening for the same seed
        for number in range(self.rush.bursts * self.rush.burst):
            self._come(number % self.rush.bursts)
        while self.now < self.rush.seconds:
            yield rng.expovariate(self.rush.rate)
            self._come(self.rush.bursts + int(self.rush.shops * rng.random() ** 3))

    def _come(self, shop: int) -> None:
        self._letters.setdefault(shop, deque()).append(self.now)
        self._ring(shop)

    def _ring(self, shop: int) -> None:
        if shop not in self._rung:
            self._rung.add(shop)
            self._queue.append(shop)

    def _hear(self) -> None:
        """Let every worker that can take a bell take one."""
        for worker in self._workers:
            while worker.heard is not None or self._queue:
                shop = worker.heard if worker.heard is not None else self._queue.popleft()
                arrival = worker.turns.come(shop)
                waits = arrival is Arrival.WAITS
                worker.turns.waiting += waits - (worker.heard is not None)
                worker.heard = shop if waits else None
                if waits:
                    break
                if arrival is Arrival.BEGINS:
                    self._do(self._serve(worker, shop))

    def _serve(self, worker: Worker, shop: int) -> Iterator[float]:
        """Serve a shop until it has nothing left, or gives way."""
        while True:
            began = self.now
            while letters := self._take(shop, worker.turns.share):
                yield from self._work(worker, shop, letters)
                if self._letters[shop] and not worker.turns.may_go_on(self.now - began):
                    worker.turns.give_up(shop)
                    self._rung.discard(shop)  # as `drain` does: a bell that came meanwhile is ours now
                    self._ring(shop)
                    return
            if worker.turns.leave(shop):
                return

    def _take(self, shop: int, share: int) -> list[float]:
        self._rung.discard(shop)
        waiting = self._letters[shop]
        return [waiting.popleft() for _ in range(min(batch_of(share), len(waiting)))]

    def _work(self, worker: Worker, shop: int, letters: list[float]) -> Iterator[float]:
        """Take the store's time for a batch, as many calls side by side as are shared, and the processor's.

        The processor goes round: its threads take turns of a few letters each.
        """
        rush, began = self.rush, self.now
        calls = round(len(letters) * (1 + rush.deeds) + 0.5)  # each letter's order is read afresh
        rounds = -(-calls // worker.turns.share)
        for start in range(0, len(letters), SLICE):
            some = len(letters[start : start + SLICE])
            worker.busy_until = max(worker.busy_until, self.now) + some * (rush.letter + rush.deeds * rush.deed)
            yield worker.busy_until - self.now
        yield max(began + rounds * rush.remote - self.now, 0)
        self.waits[shop < self.rush.bursts].extend(self.now - came for came in letters)


def p95(waits: list[float]) -> float:
    """Return how long the slowest but a twentieth waited."""
    return sorted(waits)[int(len(waits) * 0.95)] if waits else 0.0


def main(arguments: list[str]) -> int:
    """Play and print; return 1 when the burst more than doubles the others' wait."""
    usual = Rush()
    parser = argparse.ArgumentParser(prog="python3 -m app bench rush", description=__doc__)
    parser.add_argument("--shops", type=int, default=usual.shops)
    parser.add_argument("--workers", type=int, default=usual.workers)
    parser.add_argument("--rate", type=float, default=usual.rate, help="letters a second, over all shops")
    parser.add_argument("--bursts", type=int, default=1, help="shops with a sale")
    parser.add_argument("--burst", type=int, default=usual.burst, help="letters of each of these at once")
    parser.add_argument("--seconds", type=float, default=usual.seconds)
    chosen = parser.parse_args(arguments)
    quiet = Rush(shops=chosen.shops, workers=chosen.workers, rate=chosen.rate, seconds=chosen.seconds)
    sale = replace(quiet, bursts=chosen.bursts, burst=chosen.burst)
    evenings = {"quiet": Play(quiet), "sale": Play(sale), "sale, and nobody gives way": Play(sale, Selfish)}
    for name, evening in evenings.items():
        others, own = evening.play().waits[False], evening.waits[True]
        print(f"{name}: {len(others):,} letters of the others, p95 {p95(others):.2f} s; of the sale {p95(own):.1f} s")
    ratio = p95(evenings["sale"].waits[False]) / p95(evenings["quiet"].waits[False])
    print(f"the others wait {ratio:.2f} times as long while {chosen.bursts} have {chosen.burst:,} letters at once each")
    return 0 if ratio <= 2 else 1
