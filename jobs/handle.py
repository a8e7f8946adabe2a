"""A delivery becomes decisions and planned effects: understood, asked about, decided, written down with its end.

What an event brings about is told in the module of its family; a new kind of event is one more entry below.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import structlog

from app.domain.errors import Busy, Malformed, Unavailable
from app.domain.events import AgentAction, Event, OrderChanged, TicketOpened, Unconcerning
from app.domain.retry import MOST_ATTEMPTS, pause_before_next
from app.store import inbox
from app.store.base import unit_of_work
from app.store.inbox import Letter
from app.store.shops import Merchant
from integrations import registry
from jobs.occasion import Occasion, Overtaken, finish
from jobs.on_helpdesk import agent_acted, ticket_opened
from jobs.on_order import order_changed
from jobs.runtime import Outside, World

log = structlog.get_logger("inbox")


def handle(world: World, merchant: Merchant, outside: Outside | None, letter: Letter) -> None:
    """Bring one delivery to its end, or say when to try again."""
    now = world.clock.now()
    if letter.tries > MOST_ATTEMPTS:
        _set_aside(world, letter, f"given up after {MOST_ATTEMPTS} tries, none of which came to an end")
        return
    occasion = Occasion(world=world, merchant=merchant, outside=outside, letter=letter, now=now)
    try:
        event = registry.SOURCES[letter.source](letter.topic, letter.body)
        _ANSWERS[type(event)](occasion, event)
    except Malformed as problem:
        _set_aside(world, letter, f"not understood: {problem}")
    except Unavailable as problem:
        _put_back(world, letter, problem, now)
    except Overtaken:
        log.info("delivery.overtaken", shop=merchant.id, delivery=letter.id)


def let_be(occasion: Occasion, _event: Event) -> None:
    """Keep what is nothing to us, and do nothing about it."""
    with unit_of_work(occasion.world.sessions) as session:
        finish(session, occasion)


# The type of an event leads to the one function that takes it, which no checker can follow.
_ANSWERS: Mapping[type[Event], Callable[[Occasion, Any], None]] = {
    OrderChanged: order_changed,
    TicketOpened: ticket_opened,
    AgentAction: agent_acted,
    Unconcerning: let_be,
}


def _set_aside(world: World, letter: Letter, problem: str) -> None:
    with unit_of_work(world.sessions) as session:
        inbox.set_aside(session, letter, problem=problem)
    log.warning("delivery.set_aside", shop=letter.shop_id, delivery=letter.id, problem=problem)


def _put_back(world: World, letter: Letter, problem: Unavailable, now: datetime) -> None:
    pause = pause_before_next(problem, letter.tries)
    if pause is None:
        _set_aside(world, letter, f"given up after {letter.tries} tries: {problem}")
        return
    back = inbox.ask_to_wait if isinstance(problem, Busy) else inbox.put_back
    with unit_of_work(world.sessions) as session:
        back(session, letter, until=now + pause, problem=str(problem))
    log.info("delivery.put_back", shop=letter.shop_id, delivery=letter.id, problem=str(problem))
