"""A delivery becomes decisions and planned effects: understood, asked about, decided, written down with its end.

What an event brings about is told in the module of its family; a new kind of event is one more entry below.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import structlog

from app.domain.errors import Busy, Closed, Malformed, Unavailable
from app.domain.events import (
    AgentAction,
    AppUninstalled,
    CustomerChanged,
    CustomerGone,
    CustomersMerged,
    CustomerTagged,
    DataRequested,
    Event,
    ExportEnded,
    OrderChanged,
    PersonToForget,
    ScopesChanged,
    ShopChanged,
    ShopToForget,
    SpendingChanged,
    TicketOpened,
    Unconcerning,
)
from app.domain.retry import MOST_ATTEMPTS, pause_before_next, pause_when_busy
from app.store import inbox
from app.store.base import unit_of_work
from app.store.inbox import Letter
from app.store.shops import Merchant
from integrations import registry
from jobs import stopping
from jobs.doors import shut_until
from jobs.occasion import Occasion, Overtaken, finish
from jobs.on_customer import customer_changed, customer_gone, customers_merged, spending_changed, tags_changed
from jobs.on_helpdesk import agent_acted, ticket_opened
from jobs.on_order import order_changed
from jobs.on_privacy import copy_asked, erasure_asked, shop_erasure_asked
from jobs.on_shop import app_uninstalled, export_ended, scopes_changed, shop_changed
from jobs.runtime import Outside, World
from jobs.small_bugs import kept_small

log = structlog.get_logger("inbox")


def handle_all(world: World, merchant: Merchant, outside: Outside | None, letters: list[Letter]) -> bool:
    """Handle the deliveries; return False when the door was found shut.

    Once somebody was too busy for one, those of the same sender wait with it: each would only be told the same.
    """
    told: dict[str, Busy] = {}
    for place, letter in enumerate(letters):
        if stopping.asked():
            _leave(world, letters[place:])
            break
        if letter.source in told:
            continue
        with kept_small("delivery.failed", merchant.id, letter.id):
            busy = handle(world, merchant, outside, letter)
            if isinstance(busy, Closed):
                merchant, outside = world.merchant(merchant.id) or merchant, None
            elif busy is not None:
                told[letter.source] = busy
                alike = [each for each in letters[place + 1 :] if each.source == letter.source]
                if alike:
                    wait(world, merchant, alike, busy)
    return outside is not None


def handle(world: World, merchant: Merchant, outside: Outside | None, letter: Letter) -> Busy | None:
    """Bring one delivery to its end, or say when to try again; return who asked us to wait, if anybody did."""
    now = world.clock.now()
    if letter.tries > MOST_ATTEMPTS:
        _set_aside(world, letter, f"given up after {MOST_ATTEMPTS} tries, none of which came to an end")
        return None
    if outside is not None and letter.for_a_person:
        outside = outside.for_a_person()
    occasion = Occasion(world=world, merchant=merchant, outside=outside, letter=letter, now=now)
    try:
        event = registry.SOURCES[letter.source](letter.topic, letter.body)
        _ANSWERS[type(event)](occasion, event)
    except Malformed as problem:
        _set_aside(world, letter, f"not understood: {problem}")
    except Busy as problem:
        wait(world, merchant, [letter], problem)
        return problem
    except Unavailable as problem:
        _put_back(world, letter, problem, now)
    except Overtaken:
        log.info("delivery.overtaken", shop=merchant.id, delivery=letter.id)
    return None


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


def let_be(occasion: Occasion, _event: Event) -> None:
    """Keep what is nothing to us, and do nothing about it."""
    with unit_of_work(occasion.world.sessions) as session:
        finish(session, occasion)


# The type of an event leads to the one function that takes it, which no checker can follow.
_ANSWERS: Mapping[type[Event], Callable[[Occasion, Any], None]] = {
    OrderChanged: order_changed,
    SpendingChanged: spending_changed,
    CustomerTagged: tags_changed,
    CustomerChanged: customer_changed,
    CustomersMerged: customers_merged,
    CustomerGone: customer_gone,
    ExportEnded: export_ended,
    ShopChanged: shop_changed,
    AppUninstalled: app_uninstalled,
    ScopesChanged: scopes_changed,
    TicketOpened: ticket_opened,
    AgentAction: agent_acted,
    DataRequested: copy_asked,
    PersonToForget: erasure_asked,
    ShopToForget: shop_erasure_asked,
    Unconcerning: let_be,
}


def _leave(world: World, letters: Sequence[Letter]) -> None:
    """Put down what was taken up and not begun, for whoever works on."""
    with unit_of_work(world.sessions) as session:
        for letter in letters:
            inbox.ask_to_wait(session, letter, until=world.clock.now(), problem="the worker was stopped")


def _set_aside(world: World, letter: Letter, problem: str) -> None:
    with unit_of_work(world.sessions) as session:
        inbox.set_aside(session, letter, problem=problem)
    log.warning("delivery.set_aside", shop=letter.shop_id, delivery=letter.id, problem=problem)


def _put_back(world: World, letter: Letter, problem: Unavailable, now: datetime) -> None:
    pause = pause_before_next(problem, letter.tries)
    if pause is None:
        _set_aside(world, letter, f"given up after {letter.tries} tries: {problem}")
        return
    with unit_of_work(world.sessions) as session:
        inbox.put_back(session, letter, until=now + pause, problem=str(problem))
    log.info("delivery.put_back", shop=letter.shop_id, delivery=letter.id, problem=str(problem))
