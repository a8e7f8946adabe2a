"""Somebody wrote to the helpdesk, or an agent pressed a button there."""

from dataclasses import replace

from app.domain.decisions import Decision
from app.domain.events import AgentAction, TicketOpened
from app.domain.facts import TicketFacts
from app.domain.ports import Ticket
from app.domain.rules import on_action, on_ticket
from app.store import inbox, orders, snoozes, tallies, trail, yardstick
from app.store.base import Session, unit_of_work
from jobs import agent_facts, gather, lost_marks, second_thoughts, who_is
from jobs.occasion import Occasion, finish
from jobs.runtime import known_as, opening
from jobs.who_is import Match

TOO_LATE = "This press lay about for more than a day. If it is still meant, please press again."


def ticket_opened(occasion: Occasion, event: TicketOpened) -> None:
    """Show the agents who wrote, unless the letter lay about for so long that they have seen for themselves."""
    ticket = gather.shown(occasion.way_in, event.ticket_id) if event.look else None
    gone, who = event.look and ticket is None, event.who if ticket is None else event.also.at(ticket.email)
    match = who_is.who_is(occasion.world, occasion.merchant, occasion.way_in, who)
    who_is.learn(occasion.world, occasion.merchant, match)
    with unit_of_work(occasion.world.sessions) as session:
        silent = gone or match.forgotten or occasion.is_old()
        decided = [] if silent else _greeting(session, occasion, event, match, ticket)
        finish(session, occasion, decided, forget_words=match.forgotten)
    if match.customer_id is not None and not silent:
        lost_marks.look_with(occasion.world, occasion.merchant, occasion.way_in, event.ticket_id, match.customer_id)


def agent_acted(occasion: Occasion, event: AgentAction) -> None:
    """Do what the agent asked for, or tell them why not. Raises Unavailable where it is not its turn yet."""
    merchant = occasion.merchant
    asked = gather.about_action(occasion.world, merchant, occasion.way_in, event, occasion.now)
    if occasion.is_old():
        asked = replace(asked, trouble=TOO_LATE)
    digest = occasion.world.mail_digest(merchant, event.agent)
    with unit_of_work(occasion.world.sessions) as session, trail.in_the_name_of(session, known_as(digest)):
        orders.lock(session, shop_id=merchant.id)
        second_thoughts.after_the_first(session, occasion.letter, event)
        told = not event.typed or inbox.stands_for(session, occasion.letter, news=f"comment:{event.typed}")
        decided = _act(session, occasion, event, asked, digest) if told else []
        finish(session, occasion, decided, forget_words=asked.forgotten)


def _greeting(
    session: Session, occasion: Occasion, event: TicketOpened, match: Match, ticket: Ticket | None
) -> list[Decision]:
    merchant, customer_id = occasion.merchant, match.customer_id
    standing = None
    if customer_id is not None:
        standing = orders.standing(session, shop_id=merchant.id, customer_id=customer_id, currency=merchant.currency)
    measure = yardstick.read(session, shop_id=merchant.id, currency=merchant.currency)
    facts = TicketFacts(
        standing=standing,
        yardstick=measure,
        nobody=match.nobody,
        tags=None if ticket is None else ticket.tags,
        look=occasion.letter.id,
        not_now=standing is not None and _put_off(session, occasion, standing.customer_id),
    )
    return on_ticket(event.ticket_id, facts, merchant.policy, occasion.now)


def _put_off(session: Session, occasion: Occasion, customer_id: int) -> bool:
    about = {"shop_id": occasion.merchant.id, "customer_id": customer_id}
    return snoozes.not_now(session, now=occasion.now, **about) is not None


def _act(
    session: Session, occasion: Occasion, action: AgentAction, asked: gather.AboutAction, digest: str
) -> list[Decision]:
    merchant, now = occasion.merchant, occasion.now
    # By when it was pressed: what lay about while nobody worked is not as quick as it seems.
    presses = tallies.press(session, shop_id=merchant.id, agent=known_as(digest), at=occasion.letter.received_at)
    facts = agent_facts.gathered(
        session, merchant, action, asked, now, email_digest=digest, presses=presses, press=occasion.letter.id
    )
    return on_action(action, facts, merchant.policy, now, opening(merchant, now))
