"""The table of what purses were given beyond their monthly limits."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from app.store.base import Base


class PoolGrant(Base):
    """One person's word that a month may give more. The key names the word, so that it counts once."""

    __tablename__ = "pool_grants"
    __table_args__ = (CheckConstraint("minor > 0", name="positive"),)

    shop_id: Mapped[int] = mapped_column(ForeignKey("shops.id"), primary_key=True)
    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    pool_id: Mapped[int] = mapped_column(ForeignKey("pools.id"))
    minor: Mapped[int]
    at: Mapped[datetime]
