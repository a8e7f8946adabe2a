"""What the merchant's team is written: each mail leaves once, or never.

    queue ─▶ waiting ─ take (committed) ─▶ on its way ─▶ sent
                ▲                              ├─ later: it was not taken
                └──────────────────────────────┘
                                               └─ lost: refused, too late, or nobody knows; it is not sent again

Whoever dies over one that is on its way leaves it there: twice would be worse than never, for its reader asks again.
"""

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import cast

from sqlalchemy import CursorResult, delete, select, union, update
from sqlalchemy.orm import Session

from app.store import agents
from app.store.agent_tables import Agent
from app.store.base import insert
from app.store.mail_tables import LoginAsk, Mail
from app.store.sealed import Seal

ON_ITS_WAY = "It was on its way when last seen."
_LONGEST_WORDS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A mail in hand; `to` is None when its reader is not in the team any more."""

    id: int
    shop_id: int
    key: str
    to: str | None = field(repr=False)
    subject: str
    text: str = field(repr=False)
    until: datetime
    tries: int


def queue(
    session: Session,
    *,
    shop_id: int,
    agent_id: int,
    key: str,
    subject: str,
    text: str,
    seal: Seal,
    now: datetime,
    until: datetime,
) -> bool:
    """Let a mail be sent; return False where that key was used before, or nobody of that number may be written to."""
    reader = select(Agent.id).where(Agent.shop_id == shop_id, Agent.id == agent_id, Agent.active)
    if session.scalar(reader) is None:
        return False
    words = seal.close(json.dumps([subject, text]), place=place(shop_id))
    values = {"shop_id": shop_id, "agent_id": agent_id, "key": key, "sealed_words": words, "until": until}
    fresh = insert(session, Mail).values(values | {"next_try_at": now, "tries": 0})
    return session.scalar(fresh.on_conflict_do_nothing().returning(Mail.id)) is not None


def take(session: Session, *, shop_id: int, seal: Seal, now: datetime) -> Taken | None:
    """Take the next mail that is due in hand, for good: nobody else ever will, unless it is put back."""
    waiting = (
        select(Mail)
        .where(Mail.shop_id == shop_id, Mail.next_try_at <= now)
        .order_by(Mail.next_try_at, Mail.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    row = session.scalars(waiting).one_or_none()
    if row is None:
        return None
    row.next_try_at, row.tries, row.problem = None, row.tries + 1, ON_ITS_WAY
    session.flush()
    reader = session.scalar(select(Agent).where(Agent.shop_id == shop_id, Agent.id == row.agent_id, Agent.active))
    subject, text = json.loads(seal.open(row.sealed_words or b"", place=place(shop_id)))
    return Taken(
        id=row.id,
        shop_id=shop_id,
        key=row.key,
        to=None if reader is None else agents.agent_of(reader, seal).email,
        subject=subject,
        text=text,
        until=row.until,
        tries=row.tries,
    )


def sent(session: Session, taken: Taken, *, now: datetime) -> None:
    """Write down that it has left; what it said is forgotten."""
    _end(session, taken, sent_at=now, problem=None, sealed_words=None)


def later(session: Session, taken: Taken, *, why: str, at: datetime) -> None:
    """Put it back: it was not taken."""
    _end(session, taken, next_try_at=at, problem=why[:_LONGEST_WORDS])


def lost(session: Session, taken: Taken, *, why: str) -> None:
    """Write down why it is not sent (any more); what it said is forgotten."""
    _end(session, taken, problem=why[:_LONGEST_WORDS], sealed_words=None)


def clear_out(session: Session, *, shop_id: int, now: datetime) -> int:
    """Drop mails that nobody has any use for, sent or not; return how many."""
    old = delete(Mail).where(Mail.shop_id == shop_id, Mail.until <= now)
    done = session.execute(old.execution_options(synchronize_session=False))
    return cast("CursorResult[tuple[()]]", done).rowcount


def due(session: Session, *, now: datetime, limit: int) -> list[int]:
    """Return the shops whose team is to be written, or asks for a login link.

    Crosses tenants: only the ticker may ask, and it learns ids alone.
    """
    mails = select(Mail.shop_id).where(Mail.next_try_at <= now)
    asks = select(LoginAsk.shop_id).where(LoginAsk.code_digest.is_(None))
    return list(session.scalars(union(mails, asks).limit(limit)))


def place(shop_id: int) -> str:
    """Name what a mail's words are sealed for."""
    return f"mails.sealed_words:{shop_id}"


def _end(session: Session, taken: Taken, **values: object) -> None:
    this = update(Mail).where(Mail.shop_id == taken.shop_id, Mail.id == taken.id, Mail.tries == taken.tries)
    session.execute(this.values(**values).execution_options(synchronize_session=False))
