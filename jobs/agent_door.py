"""The door of the agents' desk: who is let in, and how it is known in which browser they sit."""

import structlog

from app.store import agent_sessions, attentions
from app.store.agent_sessions import SEEN_EVERY, Visitor
from app.store.base import reading, unit_of_work
from app.store.shops import Merchant
from jobs.runtime import World

log = structlog.get_logger("agent")


def link(world: World, merchant: Merchant, agent_id: int) -> str | None:
    """Return the address that signs somebody in, once and soon; None where nobody of that number may come in."""
    with unit_of_work(world.sessions) as session:
        code = agent_sessions.link(session, shop_id=merchant.id, agent_id=agent_id, now=world.clock.now())
    log.info("agent.linked", shop=merchant.id, agent=agent_id, made=code is not None)
    return None if code is None else f"{world.home}/desk#in={code}"


def come_in(world: World, *, code: str, browser: str) -> str | None:
    """Sign a browser in that brings a login link's code; return its token, or None where the code opens nothing."""
    now = world.clock.now()
    with reading(world.sessions) as session:  # who has no code must not keep others from writing
        opens = agent_sessions.opens(session, code=code, browser=browser, now=now)
    if not opens:
        return None
    with unit_of_work(world.sessions) as session:
        entered = agent_sessions.enter(session, code=code, browser=browser, seal=world.seal, now=now)
    if entered is None:
        return None
    token, visitor = entered
    log.info("agent.entered", shop=visitor.shop_id, agent=visitor.agent.id)
    return token


def who(world: World, token: str) -> Visitor | None:
    """Return who sits where the token is kept, and let them stay."""
    now = world.clock.now()
    with reading(world.sessions) as session:
        visitor = agent_sessions.who(session, token=token, seal=world.seal, now=now)
    if visitor is not None and now - visitor.seen_at >= SEEN_EVERY:
        with unit_of_work(world.sessions) as session:
            agent_sessions.stay(session, shop_id=visitor.shop_id, session_id=visitor.session_id, now=now)
    return visitor


def leave(world: World, visitor: Visitor) -> None:
    """Sign a browser out."""
    with unit_of_work(world.sessions) as session:
        now = world.clock.now()
        agent_sessions.leave(session, shop_id=visitor.shop_id, session_id=visitor.session_id, now=now)
        attentions.let_go(session, shop_id=visitor.shop_id, agent_id=visitor.agent.id)
    log.info("agent.left", shop=visitor.shop_id, agent=visitor.agent.id)
