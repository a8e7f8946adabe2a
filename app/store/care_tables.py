"""The table of what agents know of a customer that no order tells."""

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from app.store.base import Base


class Care(Base):
    """One customer's hard time, without a word of why; what they like, and what must never be sent to them."""

    __tablename__ = "care"
    __table_args__ = (
        Index(
            "ix_care_hard_times",
            "shop_id",
            "sensitive_until",
            postgresql_where=text("sensitive_until IS NOT NULL"),
            sqlite_where=text("sensitive_until IS NOT NULL"),
        ),
    )

    shop_id: Mapped[int] = mapped_column(ForeignKey("shops.id"), primary_key=True)
    customer_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    sensitive_since: Mapped[datetime | None]
    sensitive_until: Mapped[datetime | None]  # empty: nobody says that it is a hard time
    agent: Mapped[str | None] = mapped_column(String(64))  # who said so, by the trail's name for them
    likes: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))
    never: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))
