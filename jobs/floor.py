"""Where a worker serves its shops: each in a thread of its own, so that none waits for another's.

The main thread only hears bells, which takes it a moment each. What it heard is no deed: whatever is lost with the
process is in the database, and the ticker rings for it again.
"""

import os
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace
from functools import cache, partial
from threading import Condition

import structlog

from jobs import stopping
from jobs.drain import drain
from jobs.hands import Hands
from jobs.queue import Task
from jobs.runtime import World, world
from jobs.turns import Arrival, Turns

log = structlog.get_logger("floor")

# Longer than any batch: every call has its total limit. Who takes longer goes round in circles.
STUCK_SECONDS = 300.0
LOOK_SECONDS = 1.0


@dataclass(slots=True)
class Floor:
    """The shops that this process serves at once. With a single hand there is one, served by the caller itself."""

    world: World
    serve: Callable[..., bool] = drain
    end_process: Callable[[int], None] = os._exit  # a thread cannot be stopped from outside; a process can
    turns: Turns = field(init=False)
    _threads: ThreadPoolExecutor = field(init=False)
    _changed: Condition = field(default_factory=Condition)
    _lent: dict[int, Hands] = field(default_factory=dict)  # by shop
    _seen: dict[int, float] = field(default_factory=dict)  # by shop: when it last got on
    _under_way: set["Future[None]"] = field(default_factory=set)
    _death: BaseException | None = None

    def __post_init__(self) -> None:
        self.turns = Turns(self.world.hands.count)
        self._threads = ThreadPoolExecutor(self.turns.places, thread_name_prefix="floor")

    def take(self, shop_id: int) -> None:
        """Serve the shop whose bell was heard; wait for a place where there is none.

        Raises what ended a thread, where that was no mere failure.
        """
        if self.world.hands.count == 1:
            self.serve(self.world, shop_id)
            return
        with self._changed:
            self._look_around()
            self.turns.waiting += 1
            while (arrival := self.turns.come(shop_id)) is Arrival.WAITS:
                self._changed.wait(LOOK_SECONDS)
                self._look_around()
            self.turns.waiting -= 1
            if arrival is Arrival.IS_SERVED and shop_id in self._lent:
                self._lent[shop_id].call()
            if arrival is Arrival.BEGINS:
                self._seen[shop_id] = time.monotonic()
                job = self._threads.submit(self._serve, shop_id)
                self._under_way.add(job)
                job.add_done_callback(partial(self._ended, shop_id))

    def close(self, *, within: float) -> bool:
        """Wait until what is under way has ended; return whether that was in time."""
        return not wait(list(self._under_way), timeout=within).not_done

    def _serve(self, shop_id: int) -> None:
        hands = self._lent[shop_id] = self.world.hands.lent(lambda: self.turns.share)
        here = replace(self.world, hands=hands)
        while True:
            began = time.monotonic()
            idle = self.serve(
                here,
                shop_id,
                go_on=lambda since=began: self._may_go_on(shop_id, since),
                looks=partial(self._looks, shop_id),
            )
            with self._changed:
                if not idle:
                    self.turns.give_up(shop_id)  # its bell was rung again: it comes back
                if not idle or self.turns.leave(shop_id):
                    del self._seen[shop_id], self._lent[shop_id]
                    self._changed.notify_all()
                    return

    def _looks(self, shop_id: int) -> None:
        with self._changed:
            self.turns.looks(shop_id)

    def _may_go_on(self, shop_id: int, since: float) -> bool:
        with self._changed:
            self._seen[shop_id] = now = time.monotonic()
            return not stopping.asked() and self.turns.may_go_on(now - since)

    def _ended(self, shop_id: int, job: "Future[None]") -> None:
        failure = job.exception()
        with self._changed:
            self._under_way.discard(job)
            if failure is None:
                return
            self._seen.pop(shop_id, None)
            self._lent.pop(shop_id, None)
            self.turns.give_up(shop_id)
            self._death = self._death if isinstance(failure, Exception) else failure
            self._changed.notify_all()
        log.error("job.failed", task=Task.DRAIN.name, shop=shop_id, exc_info=failure)

    def _look_around(self) -> None:
        """Raise what a thread died of; end the process where one goes round in circles. Leases see to the rest."""
        if self._death is not None:
            raise self._death
        for shop_id, seen in self._seen.items():
            if time.monotonic() - seen > STUCK_SECONDS:
                log.error("floor.stuck", shop=shop_id, seconds=STUCK_SECONDS)
                self.end_process(70)


@cache
def floor() -> Floor:
    """Return this worker process's floor."""
    return Floor(world())
