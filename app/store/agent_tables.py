"""The tables of the people who work at the merchant's helpdesk."""

from sqlalchemy import ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.store.base import Base, BigId


class Agent(Base):
    """One person of a merchant's team. Never taken out again: the trail goes on speaking of them."""

    __tablename__ = "agents"
    __table_args__ = (UniqueConstraint("shop_id", "email_digest"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    shop_id: Mapped[int] = mapped_column(ForeignKey("shops.id"))
    name: Mapped[str] = mapped_column(String(64))
    sealed_email: Mapped[bytes] = mapped_column(LargeBinary)
    email_digest: Mapped[str] = mapped_column(String(64))  # what a press is known by
    role: Mapped[str] = mapped_column(String(8))
    active: Mapped[bool] = mapped_column(default=True)


class AgentRef(Base):
    """The number that one helpdesk knows an agent by."""

    __tablename__ = "agent_refs"

    shop_id: Mapped[int] = mapped_column(ForeignKey("shops.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(32), primary_key=True)
    ref: Mapped[str] = mapped_column(String(64), primary_key=True)
    agent_id: Mapped[int] = mapped_column(ForeignKey("agents.id"))
