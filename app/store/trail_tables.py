"""The tables of the audit trail."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column

from app.store.base import Base, BigId


class Trail(Base):
    """The audit trail: what moved, when, in whose name. Added to, never changed; the seal comes a little later."""

    __tablename__ = "trail"
    __table_args__ = (
        UniqueConstraint("shop_id", "place"),
        Index(
            "ix_trail_unsealed",
            "shop_id",
            "id",
            postgresql_where=text("place IS NULL"),
            sqlite_where=text("place IS NULL"),
        ),
        Index("ix_trail_effect", "effect_id", "id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    shop_id: Mapped[int] = mapped_column(ForeignKey("shops.id"))
    at: Mapped[datetime] = mapped_column(server_default=func.current_timestamp())
    what: Mapped[str] = mapped_column(String(32))  # the state that a deed moved to, or a word for anything else
    who: Mapped[str] = mapped_column(String(64))
    rule: Mapped[str | None] = mapped_column(String(32))
    why: Mapped[str] = mapped_column(String(200))
    amount_minor: Mapped[int | None]
    effect_id: Mapped[int | None]
    reference: Mapped[str | None] = mapped_column(String(255))  # the other side's own number, where money moved
    place: Mapped[int | None]  # in its shop's chain, counted from 1
    seal: Mapped[str | None] = mapped_column(String(64))


class TrailHead(Base):
    """Where a shop's chain ends so far, and the key that its seals are made with."""

    __tablename__ = "trail_heads"

    shop_id: Mapped[int] = mapped_column(ForeignKey("shops.id"), primary_key=True)
    place: Mapped[int] = mapped_column(default=0)
    seal: Mapped[str] = mapped_column(String(64), default="")
    sealed_key: Mapped[bytes] = mapped_column(LargeBinary)
