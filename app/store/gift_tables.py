"""The table of what a shop gives."""

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.store.base import Base, BigId


class CatalogueGift(Base):
    """One gift of a shop's catalogue; one that comes in sizes has a row for each."""

    __tablename__ = "gifts"
    __table_args__ = (UniqueConstraint("shop_id", "vendor", "sku", "size"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    shop_id: Mapped[int] = mapped_column(ForeignKey("shops.id"))
    vendor: Mapped[str] = mapped_column(String(32))
    sku: Mapped[str] = mapped_column(String(128))  # the vendor's name for it
    size: Mapped[str] = mapped_column(String(32), default="")
    kind: Mapped[str] = mapped_column(String(16))  # domain.gifts.GiftKind
    title: Mapped[str] = mapped_column(String(120))
    photo: Mapped[str] = mapped_column(String(500), default="")
    cost_minor: Mapped[int | None]  # all in; empty: nobody has said it
    currency: Mapped[str] = mapped_column(String(3))
    flags: Mapped[list[str]] = mapped_column(JSON)  # domain.gifts.Flag
    countries: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))  # empty: wherever
    stock: Mapped[int | None]  # how many there were when they were counted; empty: nobody counts
    counted_at: Mapped[datetime | None]  # what was asked for since is off the stock
    sympathy: Mapped[bool] = mapped_column(default=False)
    active: Mapped[bool] = mapped_column(default=False)
