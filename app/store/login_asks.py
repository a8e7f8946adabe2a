"""Who asks for a login link by mail: kept alike for everybody, and looked at where nobody sees how long it takes."""

import hashlib
import json
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import CursorResult, delete, select, update
from sqlalchemy.orm import Session

from app.store.mail_tables import LoginAsk
from app.store.sealed import Seal

LASTS = timedelta(minutes=15)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What somebody said who asks; nothing of it is proven."""

    id: int
    email: str = field(repr=False)
    desk: str
    about: str = field(repr=False)  # a pass, or what they call one


def keep(
    session: Session, *, shop_id: int, email: str, desk: str, about: str, browser: str, seal: Seal, now: datetime
) -> None:
    """Keep that somebody asks."""
    said = seal.close(json.dumps([email, desk, about]), place=place(shop_id))
    row = LoginAsk(shop_id=shop_id, sealed_said=said, browser_digest=_digest(browser), expires_at=now + LASTS)
    session.add(row)
    session.flush()


def take(session: Session, *, shop_id: int, seal: Seal) -> Ask | None:
    """Return who asked first and waits for an answer; theirs until this transaction ends."""
    waiting = (
        select(LoginAsk)
        .where(LoginAsk.shop_id == shop_id, LoginAsk.code_digest.is_(None))
        .order_by(LoginAsk.id)
        .limit(1)
    )
    row = session.scalars(waiting.with_for_update(skip_locked=True)).one_or_none()
    if row is None:
        return None
    email, desk, about = json.loads(seal.open(row.sealed_said or b"", place=place(shop_id)))
    return Ask(id=row.id, email=email, desk=desk, about=about)


def answer(session: Session, *, shop_id: int, ask_id: int, agent_id: int, now: datetime) -> str:
    """Make a link for somebody of the team out of what was taken; return its code, and forget what they said."""
    code = secrets.token_urlsafe(32)
    link = {"agent_id": agent_id, "code_digest": _digest(code), "expires_at": now + LASTS, "sealed_said": None}
    this = update(LoginAsk).where(LoginAsk.shop_id == shop_id, LoginAsk.id == ask_id).values(link)
    session.execute(this.execution_options(synchronize_session=False))
    return code


def drop(session: Session, *, shop_id: int, ask_id: int) -> None:
    """Forget that somebody asked."""
    session.execute(delete(LoginAsk).where(LoginAsk.shop_id == shop_id, LoginAsk.id == ask_id))


def drop_of(session: Session, *, shop_id: int, agent_id: int) -> None:
    """Let no mailed link of somebody's open anything."""
    these = delete(LoginAsk).where(LoginAsk.shop_id == shop_id, LoginAsk.agent_id == agent_id)
    session.execute(these.execution_options(synchronize_session=False))


def clear_out(session: Session, *, shop_id: int, now: datetime) -> int:
    """Forget links that are over, and asks that nobody has looked at in time; return how many."""
    old = delete(LoginAsk).where(LoginAsk.shop_id == shop_id, LoginAsk.expires_at <= now)
    done = session.execute(old.execution_options(synchronize_session=False))
    return cast("CursorResult[tuple[()]]", done).rowcount


def opened_by(session: Session, *, code: str, browser: str, now: datetime) -> tuple[int, int] | None:
    """Return whose mailed link it is, by shop and agent; None for any browser but the one that asked for it."""
    theirs = (LoginAsk.code_digest == _digest(code), LoginAsk.browser_digest == _digest(browser))
    found = select(LoginAsk.shop_id, LoginAsk.agent_id).where(*theirs, LoginAsk.expires_at > now)
    row = session.execute(found).one_or_none()
    return None if row is None or row.agent_id is None else (row.shop_id, row.agent_id)


def place(shop_id: int) -> str:
    """Name what an ask's words are sealed for."""
    return f"login_asks.sealed_said:{shop_id}"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
