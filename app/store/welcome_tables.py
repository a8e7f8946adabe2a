"""The tables of a merchant's first minutes: their past in a few figures, what they picked, how far they came."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from app.store.base import Base


class Insight(Base):
    """One shop's past as last counted: numbers of customers alone, and no one of them."""

    __tablename__ = "insights"

    shop_id: Mapped[int] = mapped_column(ForeignKey("shops.id"), primary_key=True)
    taken_at: Mapped[datetime]
    figures: Mapped[dict[str, Any]] = mapped_column(JSON)  # domain.suggestions.Insight


class PickedGift(Base):
    """A variant of the store that somebody picked as a gift, as the store described it then."""

    __tablename__ = "picked_gifts"

    shop_id: Mapped[int] = mapped_column(ForeignKey("shops.id"), primary_key=True)
    variant_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    title: Mapped[str] = mapped_column(String(255))
    cost_minor: Mapped[int]
    picked_at: Mapped[datetime]


class Welcome(Base):
    """How far a merchant has come with their first steps; no row before the first one."""

    __tablename__ = "welcomes"

    shop_id: Mapped[int] = mapped_column(ForeignKey("shops.id"), primary_key=True)
    skipped_helpdesk_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
