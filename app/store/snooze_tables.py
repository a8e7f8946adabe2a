"""The table of what agents have put off."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from app.store.base import Base


class Snooze(Base):
    """A customer for whom nothing is suggested until a moment, and the agent who said so."""

    __tablename__ = "snoozes"

    shop_id: Mapped[int] = mapped_column(ForeignKey("shops.id"), primary_key=True)
    customer_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    agent_id: Mapped[int] = mapped_column(ForeignKey("agents.id"))
    snoozed_until: Mapped[datetime]
