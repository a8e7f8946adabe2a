"""The table of what merchants changed in their settings."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.store.base import Base, BigId


class PolicyChange(Base):
    """One setting that was changed: what it was, what it is, when, and in whose name. Rows are only added."""

    __tablename__ = "policy_changes"
    __table_args__ = (Index("ix_policy_changes_path", "shop_id", "path", "id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    shop_id: Mapped[int] = mapped_column(ForeignKey("shops.id"))
    at: Mapped[datetime]
    who: Mapped[str] = mapped_column(String(64))  # as the trail names them: staff by the store's number
    path: Mapped[str] = mapped_column(String(64))  # as in the policy, such as "team.refund_mode"
    before: Mapped[Any] = mapped_column(JSON)  # both as the policy's document has them
    after: Mapped[Any] = mapped_column(JSON)
