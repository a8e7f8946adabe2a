"""The tables of days on a customer's way: birthdays, and orders that are late."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.store.base import Base


class Birthday(Base):
    """What the store said of a customer's birthday when it was last asked: month and day, and never the year."""

    __tablename__ = "birthdays"
    __table_args__ = (Index("ix_birthdays_day", "shop_id", "month_day"),)

    shop_id: Mapped[int] = mapped_column(ForeignKey("shops.id"), primary_key=True)
    customer_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    month_day: Mapped[str | None] = mapped_column(String(5))  # "05-17"; empty: the store knows of none
    said_at: Mapped[datetime | None]  # when it was written down there
    metafield: Mapped[str] = mapped_column(String(160))  # in which field
    looked_at: Mapped[datetime]


class LateOrder(Base):
    """An order whose parcel took too long, and when it arrived at last."""

    __tablename__ = "late_orders"
    __table_args__ = (Index("ix_late_orders_arrived", "shop_id", "arrived_at"),)

    shop_id: Mapped[int] = mapped_column(ForeignKey("shops.id"), primary_key=True)
    order_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    ordered_at: Mapped[datetime]  # by the store's clock
    arrived_at: Mapped[datetime | None]  # empty: it is still on its way
