"""The tables of the people who work at the merchant's helpdesk."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.store.base import Base, BigId


class Agent(Base):
    """One person of a merchant's team. Never taken out again: the trail goes on speaking of them."""

    __tablename__ = "agents"
    __table_args__ = (UniqueConstraint("shop_id", "email_digest"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    shop_id: Mapped[int] = mapped_column(ForeignKey("shops.id"))
    name: Mapped[str] = mapped_column(String(64))
    sealed_email: Mapped[bytes] = mapped_column(LargeBinary)
    email_digest: Mapped[str] = mapped_column(String(64))  # what a press is known by
    role: Mapped[str] = mapped_column(String(8))
    active: Mapped[bool] = mapped_column(default=True)
    limit_minor: Mapped[int | None]  # of one act; empty: as the settings say
    month_minor: Mapped[int | None]  # of a month's acts together; empty: as the pool holds


class AgentRef(Base):
    """The number that one helpdesk knows an agent by."""

    __tablename__ = "agent_refs"

    shop_id: Mapped[int] = mapped_column(ForeignKey("shops.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(32), primary_key=True)
    ref: Mapped[str] = mapped_column(String(64), primary_key=True)
    agent_id: Mapped[int] = mapped_column(ForeignKey("agents.id"))


class LoginLink(Base):
    """The newest login link that was made for an agent; one they have had before is none any more."""

    __tablename__ = "login_links"

    agent_id: Mapped[int] = mapped_column(ForeignKey("agents.id"), primary_key=True, autoincrement=False)
    shop_id: Mapped[int] = mapped_column(ForeignKey("shops.id"))
    code_digest: Mapped[str] = mapped_column(String(64), unique=True)
    browser_digest: Mapped[str | None] = mapped_column(String(64))  # of the browser that came first, and alone counts
    expires_at: Mapped[datetime]


class AgentSession(Base):
    """One browser in which an agent is signed in. Whoever is signed out has no row, or one that is over."""

    __tablename__ = "agent_sessions"
    __table_args__ = (Index("ix_agent_sessions_vouched_by", "vouched_by", unique=True),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    shop_id: Mapped[int] = mapped_column(ForeignKey("shops.id"))
    agent_id: Mapped[int] = mapped_column(ForeignKey("agents.id"), index=True)
    token_digest: Mapped[str] = mapped_column(String(64), unique=True)
    since: Mapped[datetime]
    seen_at: Mapped[datetime]
    # Of one that a helpdesk vouched for, by what: it lets in once, and no longer than a day's work.
    vouched_by: Mapped[str | None] = mapped_column(String(64))
    expires_at: Mapped[datetime]


class Attention(Base):
    """One customer for whom an agent is preparing something; it holds nobody up, and is over by itself."""

    __tablename__ = "attentions"

    shop_id: Mapped[int] = mapped_column(ForeignKey("shops.id"), primary_key=True)
    customer_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    agent_id: Mapped[int]
    what: Mapped[str] = mapped_column(String(24))
    since: Mapped[datetime]
    until: Mapped[datetime]
