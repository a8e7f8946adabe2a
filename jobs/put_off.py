"""Deliveries that do not come to their end now: they wait, are tried again later, or are set aside for a person."""

from collections.abc import Sequence
from datetime import datetime

import structlog

from app.domain.errors import Busy, Closed, Unavailable
from app.domain.retry import pause_before_next, pause_when_busy
from app.store import inbox
from app.store.base import unit_of_work
from app.store.inbox import Letter
from app.store.shops import Merchant
from jobs.doors import shut_until
from jobs.runtime import World

log = structlog.get_logger("inbox")


def wait(world: World, merchant: Merchant, letters: Sequence[Letter], busy: Busy) -> None:
    """Let deliveries of one sender wait as long as one was asked to, and with them all that would be told the same."""
    now = world.clock.now()
    with unit_of_work(world.sessions) as session:
        until = shut_until(session, merchant, busy, now) if isinstance(busy, Closed) else now + pause_when_busy(busy)
        for letter in letters:
            inbox.ask_to_wait(session, letter, until=until, problem=str(busy))
        if not isinstance(busy, Closed):
            inbox.wait_together(session, letters[0], until=until, now=now)
    log.info("delivery.waits", shop=merchant.id, count=len(letters), problem=str(busy), until=until.isoformat())


def leave(world: World, letters: Sequence[Letter]) -> None:
    """Put down what was taken up and not begun, for whoever works on."""
    with unit_of_work(world.sessions) as session:
        for letter in letters:
            inbox.ask_to_wait(session, letter, until=world.clock.now(), problem="left for another turn")


def put_back(world: World, letter: Letter, problem: Unavailable, now: datetime) -> None:
    """Try the delivery again later, or set it aside when this was the last try."""
    pause = pause_before_next(problem, letter.tries)
    if pause is None:
        set_aside(world, letter, f"given up after {letter.tries} tries: {problem}")
        return
    with unit_of_work(world.sessions) as session:
        inbox.put_back(session, letter, until=now + pause, problem=str(problem))
    log.info("delivery.put_back", shop=letter.shop_id, delivery=letter.id, problem=str(problem))


def set_aside(world: World, letter: Letter, problem: str) -> None:
    """Leave the delivery for a person."""
    with unit_of_work(world.sessions) as session:
        inbox.set_aside(session, letter, problem=problem)
    log.warning("delivery.set_aside", shop=letter.shop_id, delivery=letter.id, problem=problem)
