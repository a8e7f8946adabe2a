"""How an agent is known on the desk: by a link that was made for them once, and then by their browser's own token.

Of links and tokens only digests are kept; both are too long to guess.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Delete, case, delete, distinct, func, or_, select, update
from sqlalchemy.orm import Session

from app.domain.agents import Agent
from app.store import agents, login_asks, trail
from app.store.agent_tables import Agent as AgentRow
from app.store.agent_tables import AgentSession, LoginLink
from app.store.base import insert
from app.store.sealed import Seal
from app.store.tables import Shop

LINK_LASTS = timedelta(minutes=15)
# A person hands each link over, so a session outlives a long weekend; and nobody is signed in for ever.
QUIET_FOR, AT_MOST = timedelta(days=4), timedelta(days=30)
SEEN_EVERY = timedelta(hours=1)
# A helpdesk vouches anew with every frame that it shows, so none need last longer than a day's work.
FRAME_LASTS = timedelta(hours=10)
REMEMBERED = timedelta(hours=1)  # after its end, so that what vouched for it does not let in twice


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """Who looks at the desk, and whose desk it is."""

    shop_id: int
    session_id: int
    agent: Agent
    seen_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """In how many browsers somebody is signed in, and when they were last seen there."""

    browsers: int
    seen_at: datetime


def link(session: Session, *, shop_id: int, agent_id: int, now: datetime) -> str | None:
    """Make a login link's code, instead of the one before; None where nobody of that number may come in."""
    if not _may_come_in(session, shop_id, agent_id):
        return None
    session.execute(delete(LoginLink).where(LoginLink.shop_id == shop_id, LoginLink.agent_id == agent_id))
    code = secrets.token_urlsafe(32)
    session.add(LoginLink(agent_id=agent_id, shop_id=shop_id, code_digest=_digest(code), expires_at=now + LINK_LASTS))
    session.flush()
    trail.note(session, shop_id=shop_id, what="agent_linked", why=f"agent {agent_id}")
    return code


def opens(session: Session, *, code: str, browser: str, now: datetime) -> bool:
    """Return whether a code lets that browser in."""
    handed_over = session.scalar(select(LoginLink.agent_id).where(*_good(code, browser, now))) is not None
    return handed_over or login_asks.opened_by(session, code=code, browser=browser, now=now) is not None


def enter(session: Session, *, code: str, browser: str, seal: Seal, now: datetime) -> tuple[str, Visitor] | None:
    """Sign the browser in that comes first with a code; return its token, or None where the code opens nothing to it.

    Its answer may be lost, so the same browser may come again; no other may. A link that was asked for by mail is its
    asker's browser's alone.
    """
    theirs = update(LoginLink).where(*_good(code, browser, now)).values(browser_digest=_digest(browser))
    came_first = session.execute(theirs.returning(LoginLink.shop_id, LoginLink.agent_id)).one_or_none()
    found = came_first or login_asks.opened_by(session, code=code, browser=browser, now=now)
    if found is None:
        return None
    shop_id, agent_id = found
    _forget_old(session, shop_id, agent_id, now)
    token = secrets.token_urlsafe(32)
    row = AgentSession(shop_id=shop_id, agent_id=agent_id, token_digest=_digest(token), since=now, seen_at=now)
    row.expires_at = now + QUIET_FOR
    session.add(row)
    session.flush()
    visitor = who(session, token=token, seal=seal, now=now)
    return None if visitor is None else (token, visitor)


def admit(
    session: Session, *, shop_id: int, agent_id: int, vouched_by: str, seal: Seal, now: datetime
) -> tuple[str, Visitor] | None:
    """Sign a frame in whose helpdesk vouches for an agent; return its token, or None where that let somebody in before.

    None too where the agent was let go.
    """
    if not _may_come_in(session, shop_id, agent_id):
        return None
    _forget_old(session, shop_id, agent_id, now)
    token = secrets.token_urlsafe(32)
    values = {"shop_id": shop_id, "agent_id": agent_id, "token_digest": _digest(token), "since": now, "seen_at": now}
    values |= {"vouched_by": _digest(f"{shop_id}:{vouched_by}"), "expires_at": now + FRAME_LASTS}
    made = insert(session, AgentSession).values(values).on_conflict_do_nothing().returning(AgentSession.id)
    if session.scalar(made) is None:
        return None
    visitor = who(session, token=token, seal=seal, now=now)
    return None if visitor is None else (token, visitor)


def was_vouched_for(session: Session, *, shop_id: int, agent_id: int, since: datetime) -> bool:
    """Return whether a helpdesk has vouched for an agent since then."""
    theirs = (AgentSession.shop_id == shop_id, AgentSession.agent_id == agent_id, AgentSession.vouched_by.is_not(None))
    return session.scalar(select(AgentSession.id).where(*theirs, AgentSession.since >= since).limit(1)) is not None


def who(session: Session, *, token: str, seal: Seal, now: datetime) -> Visitor | None:
    """Return whose token it is; None once they were signed out, let go, or silent for too long."""
    statement = (
        select(AgentSession, AgentRow)
        .join(AgentRow, AgentRow.id == AgentSession.agent_id)
        .join(Shop, Shop.id == AgentSession.shop_id)
        .where(AgentSession.token_digest == _digest(token), AgentSession.expires_at > now)
        .where(AgentRow.active, Shop.uninstalled_at.is_(None))
    )
    found = session.execute(statement).one_or_none()
    if found is None:
        return None
    row, agent = found
    return Visitor(shop_id=row.shop_id, session_id=row.id, agent=agents.agent_of(agent, seal), seen_at=row.seen_at)


def stay(session: Session, *, shop_id: int, session_id: int, now: datetime) -> None:
    """Write down that somebody was seen, and let them stay signed in for as long again."""
    row = session.scalar(select(AgentSession).where(AgentSession.shop_id == shop_id, AgentSession.id == session_id))
    if row is not None:
        ends = row.since + FRAME_LASTS if row.vouched_by else min(now + QUIET_FOR, row.since + AT_MOST)
        row.seen_at, row.expires_at = now, ends
        session.flush()


def leave(session: Session, *, shop_id: int, session_id: int, now: datetime) -> None:
    """Sign one browser out."""
    this = (AgentSession.shop_id == shop_id, AgentSession.id == session_id)
    over = update(AgentSession).where(*this, AgentSession.vouched_by.is_not(None)).values(expires_at=now)
    for ended in (over, delete(AgentSession).where(*this, AgentSession.vouched_by.is_(None))):
        session.execute(ended.execution_options(synchronize_session=False))


def revoke(session: Session, *, shop_id: int, agent_id: int) -> None:
    """Sign somebody out everywhere, and let no link of theirs open anything."""
    session.execute(_of(shop_id, agent_id))
    links = delete(LoginLink).where(LoginLink.shop_id == shop_id, LoginLink.agent_id == agent_id)
    session.execute(links.execution_options(synchronize_session=False))
    login_asks.drop_of(session, shop_id=shop_id, agent_id=agent_id)


def signed_in(session: Session, *, shop_id: int, now: datetime) -> dict[int, SignedIn]:
    """Return who is signed in; however many frames a helpdesk shows them, that is one browser."""
    browsers = func.count(distinct(case((AgentSession.vouched_by.is_(None), AgentSession.id), else_=0)))
    counted = (
        select(AgentSession.agent_id, browsers, func.max(AgentSession.seen_at))
        .where(AgentSession.shop_id == shop_id, AgentSession.expires_at > now)
        .group_by(AgentSession.agent_id)
    )
    return {agent_id: SignedIn(browsers=count, seen_at=seen) for agent_id, count, seen in session.execute(counted)}


def _may_come_in(session: Session, shop_id: int, agent_id: int) -> bool:
    this = select(AgentRow.id).where(AgentRow.shop_id == shop_id, AgentRow.id == agent_id, AgentRow.active)
    return session.scalar(this.with_for_update()) is not None


def _forget_old(session: Session, shop_id: int, agent_id: int, now: datetime) -> None:
    session.execute(_of(shop_id, agent_id).where(AgentSession.expires_at <= now - REMEMBERED))


def _good(code: str, browser: str, now: datetime) -> tuple[ColumnElement[bool], ...]:
    """Hold for the link of a code, as long as it lasts, and only for the browser that came first."""
    first_or_same = or_(LoginLink.browser_digest.is_(None), LoginLink.browser_digest == _digest(browser))
    return LoginLink.code_digest == _digest(code), LoginLink.expires_at > now, first_or_same


def _of(shop_id: int, agent_id: int) -> Delete:
    theirs = delete(AgentSession).where(AgentSession.shop_id == shop_id, AgentSession.agent_id == agent_id)
    return theirs.execution_options(synchronize_session=False)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
