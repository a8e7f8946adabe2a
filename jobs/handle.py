"""A delivery becomes decisions and planned effects: understood, asked about, decided, written down with its end.

What an event brings about is told in the module of its family; a new kind of event is one more entry below.
"""

import time
from collections.abc import Callable, Iterable, Mapping
from itertools import groupby
from typing import Any, NamedTuple

import structlog

from app.domain.errors import Busy, Closed, Malformed, Unavailable
from app.domain.events import (
    AgentAction,
    AppUninstalled,
    CommandTyped,
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
from app.domain.retry import MOST_ATTEMPTS
from app.store.base import unit_of_work
from app.store.inbox import Letter
from app.store.shops import Merchant
from integrations import registry
from jobs import put_off, stopping
from jobs.commands import command_typed
from jobs.occasion import Occasion, Overtaken, finish
from jobs.on_customer import customer_changed, customer_gone, customers_merged, spending_changed, tags_changed
from jobs.on_helpdesk import agent_acted, ticket_opened
from jobs.on_order import orders_changed
from jobs.on_privacy import copy_asked, erasure_asked, shop_erasure_asked
from jobs.on_shop import app_uninstalled, export_ended, scopes_changed, shop_changed
from jobs.runtime import Outside, World
from jobs.small_bugs import kept_small

log = structlog.get_logger("inbox")

# What was not begun by then is left for another turn: long before others take us for dead, and do it all again.
SECONDS = 20.0


def handle_all(world: World, merchant: Merchant, outside: Outside | None, letters: list[Letter]) -> bool:
    """Handle the deliveries; return False when the door was found shut.

    Once somebody was too busy for one, those of the same sender wait with it: each would only be told the same.
    """
    errands, ends_at = _errands(_understood(world, merchant, letters)), time.monotonic() + SECONDS
    while errands and not stopping.asked() and time.monotonic() <= ends_at:
        errand, busy = errands.pop(0), None
        first = errand[0].letter
        with kept_small("delivery.failed", merchant.id, first.id):
            busy = _do(world, merchant, outside, errand)
        if isinstance(busy, Closed):
            merchant, outside = world.merchant(merchant.id) or merchant, None
        elif busy is not None:
            alike = [each for each in errands if each[0].letter.source == first.source]
            errands = [each for each in errands if each[0].letter.source != first.source]
            if alike:
                put_off.wait(world, merchant, [one.letter for each in alike for one in each], busy)
    if errands:
        put_off.leave(world, [one.letter for each in errands for one in each])
    return outside is not None


class News(NamedTuple):
    """A delivery, and what it means."""

    letter: Letter
    event: Event


Errand = list[News]  # what is done at one go: all that was told of orders, or one thing by itself


def _understood(world: World, merchant: Merchant, letters: Iterable[Letter]) -> list[News]:
    """Return what deliveries mean; those that mean nothing, or were tried too often, are set aside."""
    found: list[News] = []
    for letter in letters:
        with kept_small("delivery.failed", merchant.id, letter.id):
            if letter.tries > MOST_ATTEMPTS:
                problem = f"given up after {MOST_ATTEMPTS} tries, none of which came to an end"
                put_off.set_aside(world, letter, problem)
                continue
            try:
                found.append(News(letter, registry.SOURCES[letter.source](letter.topic, letter.body)))
            except Malformed as problem:
                put_off.set_aside(world, letter, f"not understood: {problem}")
    return found


def _errands(news: Iterable[News]) -> list[Errand]:
    """Put together what is told of orders, except past somebody who waits; the rest stays alone, in its order."""
    errands: list[Errand] = []
    for together, run in groupby(news, key=lambda one: not one.letter.for_a_person):
        waiting = [*run]
        about_orders = [one for one in waiting if together and isinstance(one.event, OrderChanged)]
        errands += [about_orders] if about_orders else []
        errands += [[one] for one in waiting if not (together and isinstance(one.event, OrderChanged))]
    return errands


def _do(world: World, merchant: Merchant, outside: Outside | None, errand: Errand) -> Busy | None:
    """Bring deliveries to their end, or say when to try again; return who asked us to wait, if anybody did."""
    now = world.clock.now()
    occasions = [
        (Occasion(world=world, merchant=merchant, outside=_way(outside, letter), letter=letter, now=now), event)
        for letter, event in errand
    ]
    about_orders = [(occasion, event) for occasion, event in occasions if isinstance(event, OrderChanged)]
    if about_orders:
        return orders_changed(about_orders)
    for occasion, event in occasions:
        try:
            _ANSWERS[type(event)](occasion, event)
        except Malformed as problem:
            put_off.set_aside(world, occasion.letter, f"not understood: {problem}")
        except Busy as problem:
            put_off.wait(world, merchant, [occasion.letter], problem)
            return problem
        except Unavailable as problem:
            put_off.put_back(world, occasion.letter, problem, now)
        except Overtaken:
            log.info("delivery.overtaken", shop=merchant.id, delivery=occasion.letter.id)
    return None


def _way(outside: Outside | None, letter: Letter) -> Outside | None:
    return outside.for_a_person() if outside is not None and letter.for_a_person else outside


def let_be(occasion: Occasion, _event: Event) -> None:
    """Keep what is nothing to us, and do nothing about it."""
    with unit_of_work(occasion.world.sessions) as session:
        finish(session, occasion)


# The type of an event leads to the one function that takes it, which no checker can follow.
_ANSWERS: Mapping[type[Event], Callable[[Occasion, Any], None]] = {
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
    CommandTyped: command_typed,
    AgentAction: agent_acted,
    DataRequested: copy_asked,
    PersonToForget: erasure_asked,
    ShopToForget: shop_erasure_asked,
    Unconcerning: let_be,
}
