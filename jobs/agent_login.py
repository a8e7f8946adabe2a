"""A login link by mail: asked for at the desk, and made by a worker, so that no answer there tells who is in a team."""

import hashlib

import structlog

from app.domain.agents import Agent
from app.domain.errors import Rejected
from app.domain.mail import digest
from app.store import agents, connections, login_asks, mails, tallies
from app.store.base import Session, reading, unit_of_work
from app.store.login_asks import LASTS, Ask
from app.store.shops import Merchant
from jobs import passes
from jobs.queue import Task
from jobs.runtime import World, local

log = structlog.get_logger("agent")

MOST_A_MINUTE = 30  # of one shop, whoever asks
MOST_AN_HOUR = 3  # of one person, whoever asks in their name
SUBJECT = "Your way to Lagniappe's desk"
_TEXT = """\
Hello {name},

somebody asked to sign in as you on the desk of {shop}. If that was you, open this:

{link}

It works until {until}, and only in the browser in which it was asked for. If it was not you, there is nothing to do:
to nobody else it opens anything.
"""


def ask(world: World, *, desk: str, email: str, about: str, browser: str) -> None:
    """Keep that somebody asks for a login link; whose address that is nobody looks at here."""
    with reading(world.sessions) as session:
        place = connections.place_of(session, public_id=desk)
    merchant = None if place is None else world.merchant(place.shop_id)
    if merchant is None:
        return
    now = world.clock.now()
    with unit_of_work(world.sessions) as session:
        if tallies.ask(session, shop_id=merchant.id, at=now) <= MOST_A_MINUTE:
            said = {"email": email, "desk": desk, "about": _a_pass(world, desk, about), "browser": browser}
            login_asks.keep(session, shop_id=merchant.id, seal=world.seal, now=now, **said)
    world.bell.ring(Task.MAILS, merchant.id, at_once=True)


def answer_next(world: World, merchant: Merchant) -> bool:
    """Answer who asked first, by mail if they are in the team; return False where nobody waits for an answer."""
    key, now = world.mail_key(merchant), world.clock.now()
    with unit_of_work(world.sessions) as session:
        asked = login_asks.take(session, shop_id=merchant.id, seal=world.seal)
        if asked is None:
            return False
        whose = digest(asked.email, key)
        agent = agents.of_mail(session, shop_id=merchant.id, email_digest=whose, seal=world.seal)
        about = {"shop_id": merchant.id, "agent_id": agent.id if agent else 0}
        if agent is None or tallies.ask_as(session, at=now, **about) > MOST_AN_HOUR:
            login_asks.drop(session, shop_id=merchant.id, ask_id=asked.id)
        else:
            _mail_link(session, world, merchant, agent, asked)
    log.info("agent.asked", shop=merchant.id, agent=agent.id if agent else None)
    return True


def _mail_link(session: Session, world: World, merchant: Merchant, agent: Agent, asked: Ask) -> None:
    now = world.clock.now()
    code = login_asks.answer(session, shop_id=merchant.id, ask_id=asked.id, agent_id=agent.id, now=now)
    way = f"pass={asked.about}&in={code}" if asked.about else f"in={code}"
    text = _TEXT.format(
        name=agent.name,
        shop=merchant.name,
        link=f"{world.home}/desk/{asked.desk}#{way}",
        until=f"{local(merchant, now + LASTS):%H:%M}",
    )
    mails.queue(
        session,
        shop_id=merchant.id,
        agent_id=agent.id,
        key=f"login-{hashlib.sha256(code.encode()).hexdigest()[:32]}",
        subject=SUBJECT,
        text=text,
        seal=world.seal,
        now=now,
        until=now + LASTS,
    )


def _a_pass(world: World, desk: str, text: str) -> str:
    """Return the text if it leads to a ticket of that desk; else nothing, for it will stand in a mail."""
    try:
        passes.read(world, desk, text)
    except Rejected:
        return ""
    return text
