"""The tables of what is tried: who is in a rule's trial, and what was found of it last night."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.store.base import Base


class TrialMember(Base):
    """One customer in one edition of a rule's trial, since the moment when the rule first would have acted for them."""

    __tablename__ = "trial_members"
    __table_args__ = (Index("ix_trial_members_customer", "shop_id", "customer_id"),)

    shop_id: Mapped[int] = mapped_column(ForeignKey("shops.id"), primary_key=True)
    rule: Mapped[str] = mapped_column(String(32), primary_key=True)
    edition: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    customer_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    held_out: Mapped[bool]
    entered_at: Mapped[datetime]


class Result(Base):
    """What was found of one rule's trial, in sums that lead to nobody."""

    __tablename__ = "results"

    shop_id: Mapped[int] = mapped_column(ForeignKey("shops.id"), primary_key=True)
    rule: Mapped[str] = mapped_column(String(32), primary_key=True)
    taken_at: Mapped[datetime]
    found: Mapped[dict[str, Any]] = mapped_column(JSON)
