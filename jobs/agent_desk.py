"""What an agent does at the desk: presses, which are kept and handled like a helpdesk's; undoing; a lead's yes."""

from datetime import timedelta

import structlog

from app.domain.agents import Role
from app.domain.tastes import Tastes
from app.store import agents, attentions, care, inbox, ledger, lifting, orders, people, snoozes, veil
from app.store.agent_sessions import Visitor
from app.store.attentions import Attention
from app.store.base import Session, reading, unit_of_work
from app.store.ledger import Deed
from app.store.shops import Merchant
from app.store.stories import MADE_BY_AGENTS
from integrations.own_desk import presses
from integrations.own_desk.presses import Press
from jobs import desk, way_back
from jobs.carry_out import withdraw as take_back
from jobs.desk import NoSuchDeed, Undone
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


def undo(world: World, merchant: Merchant, visitor: Visitor, effect_id: int) -> Undone | None:
    """Take back what an agent asked for: before it leaves, and many a gift after it; None when it is too late."""
    theirs, now = signed(world, merchant, visitor), world.clock.now()
    why, undone = f"Taken back by {visitor.agent.name}, on the desk.", None
    with unit_of_work(theirs.sessions) as session:
        deed = _own_deed(session, merchant, visitor, effect_id)
        if take_back(session, merchant, deed.key, code="withdrawn", why=why, now=now) is not None:
            undone = Undone.HELD
        elif way_back.begin(session, merchant, deed, why=why, now=now):
            undone = Undone.COMING_BACK
    log.info("agent.undid", shop=merchant.id, agent=visitor.agent.id, effect=effect_id, gone=undone is not None)
    if undone is Undone.COMING_BACK:
        world.bell.ring(Task.DRAIN, merchant.id, at_once=True)
    return undone


def not_now(world: World, merchant: Merchant, visitor: Visitor, customer_id: int, *, days: int) -> bool:
    """Let nothing be suggested for a customer for so many days; return False for one who was forgotten meanwhile."""
    until = world.clock.now() + timedelta(days=days)
    with unit_of_work(signed(world, merchant, visitor).sessions) as session:
        home = _home_of(session, world, merchant, customer_id)
        if home is not None:
            about = {"shop_id": merchant.id, "customer_id": home}
            snoozes.snooze(session, agent_id=visitor.agent.id, until=until, **about)
    log.info("agent.snoozed", shop=merchant.id, agent=visitor.agent.id, days=days, kept=home is not None)
    return home is not None


def suggest_again(world: World, merchant: Merchant, visitor: Visitor, customer_id: int) -> bool:
    """Undo a "not now"; return False where none stands."""
    with unit_of_work(signed(world, merchant, visitor).sessions) as session:
        stood = snoozes.wake(session, shop_id=merchant.id, customer_id=customer_id)
    log.info("agent.woke", shop=merchant.id, agent=visitor.agent.id, stood=stood)
    return stood


def send_now(world: World, merchant: Merchant, visitor: Visitor, effect_id: int) -> bool:
    """Let leave at once what could still be undone; return False when it has left already, or has a day of its own."""
    with unit_of_work(signed(world, merchant, visitor).sessions) as session:
        _own_deed(session, merchant, visitor, effect_id)
        sent = ledger.hurry(session, shop_id=merchant.id, effect_id=effect_id, now=world.clock.now())
    log.info("agent.hurried", shop=merchant.id, agent=visitor.agent.id, effect=effect_id, sent=sent)
    world.bell.ring(Task.DRAIN, merchant.id, at_once=True)
    return sent


def prepare(world: World, merchant: Merchant, visitor: Visitor, customer_id: int, what: str) -> Attention | None:
    """Let colleagues know that somebody prepares something; return whose word stands instead, if they were first."""
    with unit_of_work(world.sessions) as session:
        about = {"shop_id": merchant.id, "customer_id": customer_id, "agent_id": visitor.agent.id}
        return attentions.take(session, what=what, now=world.clock.now(), **about)


def let_go(world: World, visitor: Visitor, customer_id: int | None = None) -> None:
    """Let colleagues know that somebody prepares nothing any more, for one customer or for anybody."""
    with unit_of_work(world.sessions) as session:
        attentions.let_go(session, shop_id=visitor.shop_id, agent_id=visitor.agent.id, customer_id=customer_id)


def leads_alone(session: Session, merchant: Merchant, visitor: Visitor) -> bool:
    """Return whether somebody may say yes to themselves: the only lead there is, where the settings allow it."""
    allowed = merchant.policy.team.leads_alone
    return allowed and agents.leads_alone(session, shop_id=merchant.id, agent_id=visitor.agent.id)


def allow(world: World, merchant: Merchant, visitor: Visitor, effect_id: int) -> bool:
    """Say a lead's yes to what waits for one, or to what the pool did not hold; False where nothing waits any more."""
    theirs, alone = _as_lead(world, merchant, visitor, effect_id)
    return bool(desk.approve(theirs, merchant, effect_id)) or desk.lift(theirs, merchant, effect_id, even_own=alone)


def decline(world: World, merchant: Merchant, visitor: Visitor, effect_id: int) -> bool:
    """Say a lead's no to what waits for a yes; False where nothing waits any more."""
    theirs, _ = _as_lead(world, merchant, visitor, effect_id)
    return bool(desk.decline(theirs, merchant, effect_id, where=AT_THE_DESK))


def note_tastes(world: World, merchant: Merchant, visitor: Visitor, customer_id: int, noted: Tastes) -> bool:
    """Write down what a customer likes and never wants; return False for one who was forgotten meanwhile."""
    with unit_of_work(signed(world, merchant, visitor).sessions) as session:
        home = _home_of(session, world, merchant, customer_id)
        if home is not None:
            care.note_tastes(session, noted, shop_id=merchant.id, customer_id=home)
    log.info("agent.noted_tastes", shop=merchant.id, agent=visitor.agent.id, kept=home is not None)
    return home is not None


def signed(world: World, merchant: Merchant, visitor: Visitor) -> World:
    """Return the world in which whatever is written is written in the agent's name."""
    return world.signed(world.agent(merchant, visitor.agent.email))


def _as_lead(world: World, merchant: Merchant, visitor: Visitor, effect_id: int) -> tuple[World, bool]:
    """Return the world in which a lead's word is written, and whether they may say it even to themselves."""
    if visitor.agent.role is not Role.LEAD:
        raise NotTheirs("Only a lead may say yes or no to this.")
    who, now = world.agent(merchant, visitor.agent.email), world.clock.now()
    with reading(world.sessions) as session:
        _deed(session, merchant, effect_id)
        asked = lifting.allowable(session, shop_id=merchant.id, effect_ids=[effect_id], now=now)
        alone = leads_alone(session, merchant, visitor)
    # Who asked for a deed never changes, so looking before is as good as looking while.
    if asked.get(effect_id) == who and not alone:
        raise NotTheirs("You asked for this yourself: another lead must say yes.")
    return world.signed(who), alone


def _own_deed(session: Session, merchant: Merchant, visitor: Visitor, effect_id: int) -> Deed:
    """Return a deed that somebody may take back or hurry: their own, anybody's for a lead, nobody's for everybody."""
    deed = _deed(session, merchant, effect_id)
    if visitor.agent.role is Role.LEAD or deed.agent_id in {None, visitor.agent.id}:
        return deed
    name = agents.names(session, shop_id=merchant.id).get(deed.agent_id or 0, "whoever asked for it")
    raise NotTheirs(f"Please ask {name} or a lead: this is theirs.")


def _home_of(session: Session, world: World, merchant: Merchant, customer_id: int) -> int | None:
    """Return whom the customer was merged into, else themselves; None for somebody who was forgotten."""
    orders.lock(session, shop_id=merchant.id)  # neither happens meanwhile
    home = people.home_of(session, shop_id=merchant.id, customer_id=customer_id)
    return None if veil.drawn(session, shop_id=merchant.id, seal=world.seal).hides(home) else home


def _deed(session: Session, merchant: Merchant, effect_id: int) -> Deed:
    """Return a deed that some agent asked for: what rules do by themselves is no business of the desk's."""
    deed = ledger.read(session, shop_id=merchant.id, effect_id=effect_id, currency=merchant.currency)
    if deed is None or deed.effect.kind not in MADE_BY_AGENTS or not deed.for_a_person:
        raise NoSuchDeed(effect_id)
    return deed
