"""A delivery becomes decisions and planned effects: understood, asked about, decided, written down with its end."""

from datetime import datetime, timedelta

import structlog

from app.domain.decisions import Decision
from app.domain.errors import Busy, Malformed, Unavailable
from app.domain.events import Act, AgentAction, Event, OrderChanged, TicketOpened
from app.domain.facts import AgentFacts, OrderFacts, TicketFacts
from app.domain.retry import MOST_ATTEMPTS, pause_before_next
from app.domain.rules import nth_order_gift, on_action, on_order, on_ticket
from app.store import decisions, inbox, orders, yardstick
from app.store.base import Session, unit_of_work
from app.store.inbox import Letter
from app.store.shops import Merchant
from integrations import registry
from jobs import gather
from jobs.carry_out import carry_out
from jobs.runtime import Outside, World, midnight, opening

log = structlog.get_logger("inbox")

A_YEAR = timedelta(days=365)


class Overtaken(Exception):
    """Somebody else finished this delivery; our transaction must leave no trace."""


def handle(world: World, merchant: Merchant, outside: Outside, letter: Letter) -> None:
    """Bring one delivery to its end, or say when to try again."""
    now = world.clock.now()
    if letter.tries > MOST_ATTEMPTS:
        _set_aside(world, letter, f"given up after {MOST_ATTEMPTS} tries, none of which came to an end")
        return
    try:
        event = registry.SOURCES[letter.source](letter.topic, letter.body)
        _handle_event(world, merchant, outside, letter, event, now)
    except Malformed as problem:
        _set_aside(world, letter, f"not understood: {problem}")
    except Unavailable as problem:
        _put_back(world, letter, problem, now)
    except Overtaken:
        log.info("delivery.overtaken", shop=merchant.id, delivery=letter.id)


def _handle_event(
    world: World, merchant: Merchant, outside: Outside, letter: Letter, event: Event, now: datetime
) -> None:
    match event:
        case OrderChanged():
            about = gather.about_order(world, merchant, outside, event, now)
            with unit_of_work(world.sessions) as session:
                orders.lock(session, shop_id=merchant.id)
                _finish(session, merchant, letter, _on_order(session, merchant, about, now), now)
        case TicketOpened():
            customer_id = gather.about_ticket(outside, event)
            with unit_of_work(world.sessions) as session:
                _finish(session, merchant, letter, _on_ticket(session, merchant, event, customer_id, now), now)
        case AgentAction():
            asked = gather.about_action(world, merchant, outside, event, now)
            with unit_of_work(world.sessions) as session:
                orders.lock(session, shop_id=merchant.id)
                _finish(
                    session,
                    merchant,
                    letter,
                    _on_action(session, merchant, event, asked, press=letter.id, now=now),
                    now,
                )
        case _:
            with unit_of_work(world.sessions) as session:
                _finish(session, merchant, letter, [], now)


def _on_order(session: Session, merchant: Merchant, about: gather.AboutOrder, now: datetime) -> list[Decision]:
    order = about.order
    if order is None:
        return []
    standing = None
    if order.customer_id is not None:
        standing = orders.standing(
            session, shop_id=merchant.id, customer_id=order.customer_id, currency=merchant.currency
        )
    history = decisions.gift_history(
        session,
        shop_id=merchant.id,
        order_id=order.id,
        customer_id=order.customer_id,
        rule=nth_order_gift.RULE,
        day_start=midnight(merchant, now),
    )
    facts = OrderFacts(
        order=order,
        standing=standing,
        yardstick=yardstick.read(session, shop_id=merchant.id, currency=merchant.currency),
        options=about.options,
        history=history,
    )
    return on_order(facts, merchant.policy, now)


def _on_ticket(
    session: Session, merchant: Merchant, event: TicketOpened, customer_id: int | None, now: datetime
) -> list[Decision]:
    standing = None
    if customer_id is not None:
        standing = orders.standing(session, shop_id=merchant.id, customer_id=customer_id, currency=merchant.currency)
    measure = yardstick.read(session, shop_id=merchant.id, currency=merchant.currency)
    return on_ticket(event.ticket_id, TicketFacts(standing=standing, yardstick=measure), merchant.policy, now)


def _on_action(
    session: Session,
    merchant: Merchant,
    action: AgentAction,
    asked: gather.AboutAction,
    *,
    press: int,
    now: datetime,
) -> list[Decision]:
    refund = action.act is Act.REFUND_KEEP
    before = decisions.earlier(
        session,
        shop_id=merchant.id,
        gesture="refund_order" if refund else "send_flowers",
        ticket_id=action.ticket_id,
        order_id=asked.order.id if refund and asked.order else None,
    )
    facts = AgentFacts(
        order=asked.order,
        customer_id=asked.customer_id,
        refundable=asked.refundable,
        quote=asked.quote,
        trouble=asked.trouble,
        keep_refunds_this_year=decisions.keep_refunds(
            session, shop_id=merchant.id, customer_id=asked.customer_id, since=now - A_YEAR
        ),
        withdrawable=decisions.waiting_flowers(session, shop_id=merchant.id, ticket_id=action.ticket_id),
        live=before.live,
        ended=before.ended,
        press=press,
    )
    return on_action(action, facts, merchant.policy, now, opening(merchant, now))


def _finish(session: Session, merchant: Merchant, letter: Letter, decided: list[Decision], now: datetime) -> None:
    for decision in decided:
        carry_out(session, merchant, decision, now=now, delivery_id=letter.id)
    if not inbox.handled(session, letter, now=now):
        raise Overtaken
    log.info("delivery.handled", shop=merchant.id, delivery=letter.id, decisions=[d.code for d in decided])


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
