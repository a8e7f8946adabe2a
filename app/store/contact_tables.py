"""The tables of who is who: what customers go, or went, by, and who was merged into whom."""

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.store.base import Base


class Contact(Base):
    """One address or telephone of a customer, as a digest: beside the one that stands in their own row."""

    __tablename__ = "contacts"
    __table_args__ = (Index("ix_contacts_customer", "shop_id", "customer_id"),)

    shop_id: Mapped[int] = mapped_column(ForeignKey("shops.id"), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    customer_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(String(8))  # "mail" or "phone"


class MergedCustomer(Base):
    """A customer whom the store merged into another: whatever still names them belongs to the one kept."""

    __tablename__ = "merged_customers"

    shop_id: Mapped[int] = mapped_column(ForeignKey("shops.id"), primary_key=True)
    customer_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kept_id: Mapped[int]
