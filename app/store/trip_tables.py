"""The table of merchants who are on their way to a helpdesk, to let us in there with a click."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from app.store.base import Base, BigId


class Trip(Base):
    """One trip: begun on a merchant's page, in one browser, and back within minutes, once."""

    __tablename__ = "oauth_trips"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    shop_id: Mapped[int] = mapped_column(ForeignKey("shops.id"))
    kind: Mapped[str] = mapped_column(String(32))
    account: Mapped[str] = mapped_column(String(255))
    user: Mapped[str] = mapped_column(String(255))  # as whom our notes are signed there
    who: Mapped[str] = mapped_column(String(64))  # began it, by the trail's name for them
    start_digest: Mapped[str] = mapped_column(String(64), unique=True)
    state_digest: Mapped[str | None] = mapped_column(String(64), unique=True)  # once they have set out
    cookie_digest: Mapped[str | None] = mapped_column(String(64))  # of their browser
    expires_at: Mapped[datetime]
