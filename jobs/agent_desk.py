"""What an agent does at the desk: presses, which are kept and handled like a helpdesk's; undoing; a lead's yes."""

import structlog

from app.domain.agents import Role
from app.domain.tastes import Tastes
from app.store import care, inbox, ledger, lifting, orders, people, veil
from app.store.agent_sessions import Visitor
from app.store.base import Session, reading, unit_of_work
from app.store.ledger import Deed
from app.store.shops import Merchant
from app.store.stories import MADE_BY_AGENTS
from integrations.own_desk import presses
from integrations.own_desk.presses import Press
from jobs import desk
from jobs.carry_out import withdraw as take_back
from jobs.desk import NoSuchDeed
from jobs.queue import Task
from jobs.runtime import World

log = structlog.get_logger("agent")

AT_THE_DESK = "by a lead, on the desk"


class NotTheirs(Exception):
    """Somebody asks for what only a lead may do, or would allow what they asked for themselves; the text says which."""


def keep(world: World, visitor: Visitor, press: Press, key: str) -> None:
    """Keep a press, once however often it comes, and ring for it."""
    with unit_of_work(world.sessions) as session:
        new = inbox.receive(
            session,
            shop_id=visitor.shop_id,
            source=presses.SOURCE,
            sender=str(visitor.shop_id),
            topic=presses.TOPIC,
            delivery_key=key,
            body=press.model_dump_json().encode(),
            now=world.clock.now(),
        )
    log.info("agent.pressed", shop=visitor.shop_id, agent=visitor.agent.id, new=new)
    world.bell.ring(Task.DRAIN, visitor.shop_id, at_once=True)


def undo(world: World, merchant: Merchant, visitor: Visitor, effect_id: int) -> bool:
    """Take back what an agent asked for and has not left; return False when it is too late for that."""
    theirs, now = signed(world, merchant, visitor), world.clock.now()
    with unit_of_work(theirs.sessions) as session:
        deed = _deed(session, merchant, effect_id)
        why = f"Taken back by {visitor.agent.name}, on the desk."
        gone = take_back(session, merchant, deed.key, code="withdrawn", why=why, now=now)
    log.info("agent.undid", shop=merchant.id, agent=visitor.agent.id, effect=effect_id, gone=gone is not None)
    return gone is not None


def allow(world: World, merchant: Merchant, visitor: Visitor, effect_id: int) -> bool:
    """Say a lead's yes to what waits for one, or to what the pool did not hold; False where nothing waits any more."""
    theirs = _as_lead(world, merchant, visitor, effect_id)
    return bool(desk.approve(theirs, merchant, effect_id)) or desk.lift(theirs, merchant, effect_id)


def decline(world: World, merchant: Merchant, visitor: Visitor, effect_id: int) -> bool:
    """Say a lead's no to what waits for a yes; False where nothing waits any more."""
    theirs = _as_lead(world, merchant, visitor, effect_id)
    return bool(desk.decline(theirs, merchant, effect_id, where=AT_THE_DESK))


def note_tastes(world: World, merchant: Merchant, visitor: Visitor, customer_id: int, noted: Tastes) -> bool:
    """Write down what a customer likes and never wants; return False for one who was forgotten meanwhile."""
    with unit_of_work(signed(world, merchant, visitor).sessions) as session:
        orders.lock(session, shop_id=merchant.id)  # nobody is forgotten or merged meanwhile
        customer_id = people.home_of(session, shop_id=merchant.id, customer_id=customer_id)
        hidden = veil.drawn(session, shop_id=merchant.id, seal=world.seal).hides(customer_id)
        if not hidden:
            care.note_tastes(session, noted, shop_id=merchant.id, customer_id=customer_id)
    log.info("agent.noted_tastes", shop=merchant.id, agent=visitor.agent.id, kept=not hidden)
    return not hidden


def signed(world: World, merchant: Merchant, visitor: Visitor) -> World:
    """Return the world in which whatever is written is written in the agent's name."""
    return world.signed(world.agent(merchant, visitor.agent.email))


def _as_lead(world: World, merchant: Merchant, visitor: Visitor, effect_id: int) -> World:
    if visitor.agent.role is not Role.LEAD:
        raise NotTheirs("Only a lead may say yes or no to this.")
    who, now = world.agent(merchant, visitor.agent.email), world.clock.now()
    with reading(world.sessions) as session:
        _deed(session, merchant, effect_id)
        asked = lifting.allowable(session, shop_id=merchant.id, effect_ids=[effect_id], now=now)
    # Who asked for a deed never changes, so looking before is as good as looking while.
    if asked.get(effect_id) == who:
        raise NotTheirs("You asked for this yourself: another lead must say yes.")
    return world.signed(who)


def _deed(session: Session, merchant: Merchant, effect_id: int) -> Deed:
    """Return a deed that some agent asked for: what rules do by themselves is no business of the desk's."""
    deed = ledger.read(session, shop_id=merchant.id, effect_id=effect_id, currency=merchant.currency)
    if deed is None or deed.effect.kind not in MADE_BY_AGENTS:
        raise NoSuchDeed(effect_id)
    return deed
