"""The desk in a helpdesk's frame: the helpdesk vouches for who looks, and its own script says beside which ticket.

    a frame's first load brings a signed token ─▶ a user's number ─▶ the helpdesk says who that is ─▶ one of the team

A number is all that is believed of a token, and of a ticket that a frame names: both are asked of the helpdesk itself.
"""

from dataclasses import replace
from datetime import timedelta

import structlog

from app.domain.agents import Agent, Role
from app.domain.correspondents import UNSAID
from app.domain.errors import Rejected, Unavailable
from app.domain.ports import Staff, VouchingHelpdesk
from app.store import agent_sessions, agents, connections
from app.store.agent_sessions import Visitor
from app.store.base import Session, reading, unit_of_work
from app.store.connections import Place
from app.store.shops import Merchant
from integrations import registry
from integrations.companies import Unvouched
from jobs import passes, who_is
from jobs.agent_preview import LIMITS
from jobs.runtime import Outside, World

log = structlog.get_logger("agent")

KNOWN_FOR = timedelta(hours=1)  # until the helpdesk is asked anew who somebody is
_LONGEST_NAME = 64


def come_in(world: World, public_id: str, token: str) -> str | None:
    """Sign in whoever a frame's token vouches for; return what their frame is known by, or None for nobody.

    Raises Unavailable where the helpdesk does not say now who that is.
    """
    with reading(world.sessions) as session:
        place = connections.place_of(session, public_id=public_id)
    merchant = None if place is None else world.merchant(place.shop_id)
    company = None if place is None else registry.HELPDESKS.get(place.kind)
    if place is None or merchant is None or company is None or company.vouch is None or place.voucher is None:
        return None
    try:
        vouched = company.vouch(place.voucher, token, world.clock.now())
    except Unvouched as why:
        log.info("agent.not_vouched_for", shop=merchant.id, kind=place.kind, why=str(why))
        return None
    agent = _agent(world, merchant, place, vouched.ref)
    return None if agent is None or not agent.active else _admitted(world, merchant, agent, vouched.once)


def beside(world: World, visitor: Visitor, public_id: str, number: str) -> str:
    """Return the pass to a ticket beside which a frame stands. Raises Rejected, and Unavailable."""
    with reading(world.sessions) as session:
        place = connections.place_of(session, public_id=public_id)
    merchant = world.merchant(visitor.shop_id)
    if place is None or merchant is None or place.shop_id != visitor.shop_id:
        raise Rejected(passes.TOO_OLD)
    outside, desk = _way_in(world, merchant, place)
    ticket = desk.ticket(number)
    if ticket is None:
        raise Rejected("There is no such ticket.")
    match = who_is.who_is(world, merchant, outside, UNSAID.at(ticket.email))
    ticket_id = registry.named(place.kind, number)
    address = passes.made(world, merchant, place.kind, ticket_id=ticket_id, customer_id=match.customer_id)
    return "" if address is None else address.partition("#pass=")[2]


def _agent(world: World, merchant: Merchant, place: Place, ref: str) -> Agent | None:
    """Return who of the team a user of the helpdesk is; whoever works there is taken into it, as an agent."""
    about, seal = {"shop_id": merchant.id}, world.seal
    with reading(world.sessions) as session:
        known = agents.known(session, kind=place.kind, ref=ref, seal=seal, **about)
        since = world.clock.now() - KNOWN_FOR
        if known and agent_sessions.was_vouched_for(session, agent_id=known.id, since=since, **about):
            return known  # it shows its frames to nobody who left, so who that is need not be asked with every ticket
    _, desk = _way_in(world, merchant, place)
    staff = desk.staff(ref)
    if staff is None:
        log.info("agent.not_vouched_for", shop=merchant.id, kind=place.kind, why="nobody of that number works there")
        return None
    with unit_of_work(world.sessions) as session:
        return _known(session, world, merchant, place.kind, staff)


def _known(session: Session, world: World, merchant: Merchant, kind: str, staff: Staff) -> Agent | None:
    mine, seal = {"shop_id": merchant.id}, world.seal
    known = agents.known(session, kind=kind, ref=staff.ref, seal=seal, **mine)
    if known is not None or staff.email is None:
        return known
    digest = world.mail_digest(merchant, staff.email)
    member = agents.member(session, email_digest=digest, **mine)
    of_mail = None if member is None else agents.by_id(session, agent_id=member.id, seal=seal, **mine)
    if of_mail is not None and of_mail.role is Role.LEAD:
        # Whoever rules over a helpdesk rules over its addresses: what a lead may do, the merchant alone gives.
        log.info("agent.not_vouched_for", shop=merchant.id, kind=kind, why="the merchant must introduce this lead")
        return None
    if of_mail is not None and not of_mail.active:
        return None
    name = staff.name.strip()[:_LONGEST_NAME] or "Agent"
    number = (
        of_mail.id
        if of_mail
        else agents.add(session, name=name, email=staff.email, email_digest=digest, role=Role.AGENT, seal=seal, **mine)
    )
    if number is None:  # somebody has just taken them in
        return None
    agents.introduce(session, agent_id=number, kind=kind, ref=staff.ref, **mine)
    return agents.by_id(session, agent_id=number, seal=seal, **mine)


def _admitted(world: World, merchant: Merchant, agent: Agent, once: str) -> str | None:
    about = {"shop_id": merchant.id, "agent_id": agent.id}
    with unit_of_work(world.sessions) as session:
        entered = agent_sessions.admit(session, vouched_by=once, seal=world.seal, now=world.clock.now(), **about)
    if entered is None:
        log.info("agent.not_vouched_for", shop=merchant.id, why="let go, or what vouches for them was used before")
        return None
    token, visitor = entered
    log.info("agent.entered", shop=visitor.shop_id, agent=visitor.agent.id)
    return token


def _way_in(world: World, merchant: Merchant, place: Place) -> tuple[Outside, VouchingHelpdesk]:
    """Return the way out for whom an agent waits, and the helpdesk whose frame it is."""
    outside = replace(world, http=world.http.within(LIMITS)).outside(merchant)
    desk = None if outside is None else outside.desks.get(place.kind)
    if outside is None or not isinstance(desk, VouchingHelpdesk):
        raise Unavailable("The helpdesk cannot be asked just now.")
    return outside.for_a_person(), desk
