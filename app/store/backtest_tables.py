"""The table of walks through a shop's past."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from app.store.base import Base


class Backtest(Base):
    """One walk: with the settings as they stand, or as the merchant tries them; the newest of each kind alone."""

    __tablename__ = "backtests"

    shop_id: Mapped[int] = mapped_column(ForeignKey("shops.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(16), primary_key=True)  # domain.backtest.asked.Kind
    policy: Mapped[dict[str, Any]] = mapped_column(JSON)
    asked_at: Mapped[datetime]
    held_until: Mapped[datetime | None]  # by the worker that walks
    tries: Mapped[int] = mapped_column(default=0)
    percent: Mapped[int] = mapped_column(default=0)  # of the way that is behind it
    done_at: Mapped[datetime | None]
    outcome: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    problem: Mapped[str | None] = mapped_column(String(32))  # the code of why it came to nothing
