"""The table of what a merchant's cards may begin with."""

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.store.base import Base, BigId


class CardTemplate(Base):
    """Words for a card, with names in braces for what is filled in; `sympathy` says that they are for a hard time."""

    __tablename__ = "card_templates"
    __table_args__ = (UniqueConstraint("shop_id", "name"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    shop_id: Mapped[int] = mapped_column(ForeignKey("shops.id"))
    name: Mapped[str] = mapped_column(String(60))
    words: Mapped[str] = mapped_column(String(600))
    sympathy: Mapped[bool] = mapped_column(default=False)
    active: Mapped[bool] = mapped_column(default=True)
