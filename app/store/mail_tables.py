"""The tables of what the merchant's team is written, and of who asks for a login link by mail."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.store.base import Base, BigId


class Mail(Base):
    """A mail to somebody of the team: nobody else can be named here. Once it has left, or never will, it is blank."""

    __tablename__ = "mails"
    __table_args__ = (UniqueConstraint("shop_id", "key"), Index("ix_mails_next_try_at", "next_try_at"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    shop_id: Mapped[int] = mapped_column(ForeignKey("shops.id"))
    agent_id: Mapped[int] = mapped_column(ForeignKey("agents.id"))
    key: Mapped[str] = mapped_column(String(64))  # what is the same mail is sent once
    sealed_words: Mapped[bytes | None] = mapped_column(LargeBinary)
    until: Mapped[datetime]  # later than this nobody has any use for it
    next_try_at: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(default=0)
    sent_at: Mapped[datetime | None]
    problem: Mapped[str | None] = mapped_column(String(200))


class LoginAsk(Base):
    """Somebody asks for a login link from one browser; with a code it is that link, which opens nothing to any other.

    Who is nobody of the team has no row any more as soon as somebody has looked.
    """

    __tablename__ = "login_asks"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    shop_id: Mapped[int] = mapped_column(ForeignKey("shops.id"))
    sealed_said: Mapped[bytes | None] = mapped_column(LargeBinary)  # their address, and what the desk is about
    browser_digest: Mapped[str] = mapped_column(String(64))
    expires_at: Mapped[datetime]
    agent_id: Mapped[int | None] = mapped_column(ForeignKey("agents.id"))
    code_digest: Mapped[str | None] = mapped_column(String(64), unique=True)
