"""The tables of campaigns: what was decided about each, and who is on its list."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, false, text
from sqlalchemy.orm import Mapped, mapped_column

from app.store.base import Base, BigId


class Campaign(Base):
    """One campaign. `next_at` is empty when nothing more happens by itself."""

    __tablename__ = "campaigns"
    __table_args__ = (
        Index("ix_campaigns_shop", "shop_id", "id"),
        Index(
            "ix_campaigns_due",
            "next_at",
            postgresql_where=text("next_at IS NOT NULL"),
            sqlite_where=text("next_at IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    shop_id: Mapped[int] = mapped_column(ForeignKey("shops.id"))
    name: Mapped[str] = mapped_column(String(80))
    stage: Mapped[str] = mapped_column(String(16))  # domain.campaigns.Stage
    terms: Mapped[dict[str, Any]] = mapped_column(JSON)  # domain.campaigns.Terms
    seed: Mapped[str] = mapped_column(String(32))  # made with the campaign, before anybody saw a list
    revision: Mapped[int] = mapped_column(default=0)  # what somebody has looked at who says yes
    created_at: Mapped[datetime]
    counted_at: Mapped[datetime | None]  # when its contenders were last looked for among all customers
    among: Mapped[int] = mapped_column(default=0)  # so many who may be given something
    left_out: Mapped[dict[str, int]] = mapped_column(JSON)  # how many may not, by why
    approved_at: Mapped[datetime | None]
    list_print: Mapped[str | None] = mapped_column(String(64))  # of the list as it was frozen
    next_at: Mapped[datetime | None]
    waits_for: Mapped[str | None] = mapped_column(String(16))  # why its last wave was smaller than it might be
    forgiven: Mapped[int] = mapped_column(default=0)  # failures that somebody has seen, and went on all the same
    ended_at: Mapped[datetime | None]


class CampaignPerson(Base):
    """Somebody who is on a campaign's list, or who may come to be while it is a draft.

    What the list was made by is kept as it was: whatever becomes of it later is shown beside it, and moves nobody.
    """

    __tablename__ = "campaign_people"
    __table_args__ = (
        Index("ix_campaign_people_customer", "shop_id", "customer_id"),
        Index("ix_campaign_people_place", "shop_id", "campaign_id", "place"),
    )

    shop_id: Mapped[int] = mapped_column(ForeignKey("shops.id"), primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"), primary_key=True, autoincrement=False)
    customer_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    net_minor: Mapped[int]
    tenure_days: Mapped[int]
    last_order_at: Mapped[datetime]
    poorer: Mapped[int]
    newer: Mapped[int]
    lot: Mapped[int]
    place: Mapped[int | None]  # on the frozen list
    held_out: Mapped[bool] = mapped_column(default=False, server_default=false())  # given nothing, to compare with
    planned_at: Mapped[datetime | None]
    effect_id: Mapped[int | None]  # their deed
    code: Mapped[str | None] = mapped_column(String(32))  # why they were passed over when their turn came
    because: Mapped[str | None]
