"""The table of how often each rule answered what, as of the last night."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from app.store.base import Base


class ReasonCount(Base):
    """One shop's decisions as last counted: of those since a moment all up to a number. What came later is not in it.

    Dropped where decisions that were counted change: no row is better than a wrong one, for then all are counted anew.
    """

    __tablename__ = "reason_counts"

    shop_id: Mapped[int] = mapped_column(ForeignKey("shops.id"), primary_key=True)
    counted_at: Mapped[datetime]
    since: Mapped[datetime]
    upto: Mapped[int]  # the last decision that is counted
    counts: Mapped[list[list[Any]]] = mapped_column(JSON)  # rule, code, how many subjects, the newest decision
