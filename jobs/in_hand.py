"""Letters stay in hand for as long as somebody works on them, and no longer: whoever dies lets go of them soon."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from threading import Event, Thread

from app.store import inbox
from app.store.base import StoreUnavailable, unit_of_work
from app.store.inbox import Letter
from jobs.runtime import World


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """Letters that were taken in hand until a moment."""

    letters: list[Letter]
    until: datetime


@contextmanager
def held(world: World, claimed: Claimed, *, beside: Callable[[], None]) -> Iterator[list[Letter]]:
    """Hold letters anew, every third of the time for which they are held, until the block ends.

    `beside` holds what else the caller has in hand, and cannot hold meanwhile.

    It takes a thread: a letter may be several calls, and whoever waits for an answer can hold nothing. With a single
    hand there is none, and they were taken for a whole lease.
    """
    if world.hands.count == 1 or not claimed.letters:
        yield claimed.letters
        return
    ended = Event()
    holder = Thread(target=_hold, args=(world, claimed, ended, beside), name="holder", daemon=True)
    holder.start()
    try:
        yield claimed.letters
    finally:
        ended.set()
        holder.join()


def _hold(world: World, claimed: Claimed, ended: Event, beside: Callable[[], None]) -> None:
    moments, pause = [claimed.until], world.hold.total_seconds() / 3
    while not ended.wait(pause):
        beside()
        moments.append(world.clock.now() + world.hold)
        # What cannot be held while the database is away may be taken over, as if we had died. Where it was away for
        # our commit alone, nobody knows which moment stands.
        with suppress(StoreUnavailable):
            with unit_of_work(world.sessions) as session:
                inbox.hold(session, claimed.letters, taken_until=moments, until=moments[-1])
            del moments[:-1]
