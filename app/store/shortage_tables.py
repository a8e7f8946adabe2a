"""The table of what is kept back when something runs short."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.store.base import Base, BigId


class Shortage(Base):
    """One variant of which so many are kept for special customers, and how many there were at the last look."""

    __tablename__ = "shortages"
    __table_args__ = (UniqueConstraint("shop_id", "variant_id"), Index("ix_shortages_next_look_at", "next_look_at"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    shop_id: Mapped[int] = mapped_column(ForeignKey("shops.id"))
    variant_id: Mapped[int]
    title: Mapped[str] = mapped_column(String(120))
    kept: Mapped[int]
    available: Mapped[int | None]  # at the last look; empty: the store does not count it
    looked_at: Mapped[datetime | None]
    next_look_at: Mapped[datetime]
    short_since: Mapped[datetime | None]  # empty while there is more than is kept
    seen_to_at: Mapped[datetime | None]  # somebody has done what is to be done about it
