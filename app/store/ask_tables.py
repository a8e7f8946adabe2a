"""The table of addresses that customers are asked for."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from app.store.base import Base, BigId


class AddressAsk(Base):
    """A deed that brings something to a door some days ahead: whether that door is in doubt, asked for, and told.

    It is there as long as its deed may still leave, and not a moment longer: so long is an address kept. What came back
    to its sender is asked about anew, and kept for two weeks: for whoever would send it again.
    """

    __tablename__ = "address_asks"
    __table_args__ = (
        UniqueConstraint("shop_id", "effect_id"),
        Index(
            "ix_address_asks_next_at",
            "next_at",
            postgresql_where=text("next_at IS NOT NULL"),
            sqlite_where=text("next_at IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    shop_id: Mapped[int] = mapped_column(ForeignKey("shops.id"))
    effect_id: Mapped[int]
    next_at: Mapped[datetime | None]  # when to look at the address, to remind, or to ask no longer
    asked_at: Mapped[datetime | None]  # empty: nobody has looked yet
    reminded_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    town: Mapped[str | None] = mapped_column(String(64))  # a digest: where it would have gone when it was looked at
    came_back: Mapped[bool] = mapped_column(default=False, server_default=false())
    sealed_address: Mapped[bytes | None] = mapped_column(LargeBinary)
