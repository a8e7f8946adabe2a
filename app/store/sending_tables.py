"""The table of what vendors have taken on."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.store.base import Base, BigId


class Sending(Base):
    """One gift that a vendor has: how far it is by the vendor's word, and when that is asked for again.

    For whom it is, and what it cost, its deed says. Nothing here leads to a person but the numbers by which the vendor
    knows the order, and the digest of the door where it went.
    """

    __tablename__ = "sendings"
    __table_args__ = (
        UniqueConstraint("shop_id", "effect_id"),
        Index("ix_sendings_reference", "shop_id", "vendor", "reference"),
        Index("ix_sendings_other", "shop_id", "vendor", "other"),
        Index(
            "ix_sendings_due",
            "shop_id",
            "next_look_at",
            postgresql_where=text("next_look_at IS NOT NULL"),
            sqlite_where=text("next_look_at IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    shop_id: Mapped[int] = mapped_column(ForeignKey("shops.id"))
    effect_id: Mapped[int]
    vendor: Mapped[str] = mapped_column(String(32))
    reference: Mapped[str] = mapped_column(String(255))
    other: Mapped[str | None] = mapped_column(String(255))  # what news of it may be called by instead
    status: Mapped[str] = mapped_column(String(16))
    confirmed: Mapped[bool] = mapped_column(default=True)  # False: by the calendar, and by nobody's word
    status_at: Mapped[datetime]
    placed_at: Mapped[datetime]
    day: Mapped[date | None]  # on which it is to arrive
    cancel_until: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]  # when nobody can take it up any more; empty for what nobody must
    next_look_at: Mapped[datetime | None]  # empty when nobody asks any more
    door: Mapped[str | None] = mapped_column(String(64))  # empty where nobody noted it, and for what has none
    looks: Mapped[int] = mapped_column(default=0)  # tells a look from the next, and from one before the bell was rung
