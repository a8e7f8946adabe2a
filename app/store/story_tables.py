"""The tables of who is sent the month's story by mail, and of what became of each."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.store.base import Base, BigId


class StoryReader(Base):
    """An address that the merchant named. Whoever wants no more has none, and is known again should they be named anew.

    So nobody is told of one month twice, however often they come and go.
    """

    __tablename__ = "story_readers"
    __table_args__ = (UniqueConstraint("shop_id", "address_digest"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    shop_id: Mapped[int] = mapped_column(ForeignKey("shops.id"))
    sealed_address: Mapped[bytes | None] = mapped_column(LargeBinary)
    address_digest: Mapped[str] = mapped_column(String(64))
    language: Mapped[str] = mapped_column(String(2))  # of whoever named it; the shop's own goes before it


class StoryMail(Base):
    """One month's story to one reader. Its words are kept nowhere: they are figures, and written when it leaves."""

    __tablename__ = "story_mails"
    __table_args__ = (UniqueConstraint("reader_id", "month"), Index("ix_story_mails_due", "shop_id", "next_try_at"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    shop_id: Mapped[int] = mapped_column(ForeignKey("shops.id"))
    reader_id: Mapped[int] = mapped_column(ForeignKey("story_readers.id"))
    month: Mapped[str] = mapped_column(String(7))
    next_try_at: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(default=0)
    sent_at: Mapped[datetime | None]
    problem: Mapped[str | None] = mapped_column(String(200))
