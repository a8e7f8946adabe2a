"""Campaigns with their lists, and what is kept back when something runs short."""

import sqlalchemy as sa
from alembic import op

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_MOMENT = sa.DateTime(timezone=True)
_GOES_ON = sa.text("next_at IS NOT NULL")


def upgrade() -> None:
    op.create_table(
        "campaigns",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("shop_id", _BIG, nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("stage", sa.String(16), nullable=False),
        sa.Column("terms", sa.JSON, nullable=False),
        sa.Column("seed", sa.String(32), nullable=False),
        sa.Column("revision", sa.BigInteger, nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("counted_at", _MOMENT, nullable=True),
        sa.Column("among", sa.BigInteger, nullable=False),
        sa.Column("left_out", sa.JSON, nullable=False),
        sa.Column("approved_at", _MOMENT, nullable=True),
        sa.Column("list_print", sa.String(64), nullable=True),
        sa.Column("next_at", _MOMENT, nullable=True),
        sa.Column("waits_for", sa.String(16), nullable=True),
        sa.Column("forgiven", sa.BigInteger, nullable=False),
        sa.Column("ended_at", _MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_campaigns"),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name="fk_campaigns_shop_id_shops"),
    )
    op.create_index("ix_campaigns_shop", "campaigns", ["shop_id", "id"])
    op.create_index("ix_campaigns_due", "campaigns", ["next_at"], postgresql_where=_GOES_ON, sqlite_where=_GOES_ON)
    op.create_table(
        "campaign_people",
        sa.Column("shop_id", _BIG, nullable=False),
        sa.Column("campaign_id", _BIG, nullable=False),
        sa.Column("customer_id", sa.BigInteger, nullable=False),
        sa.Column("net_minor", sa.BigInteger, nullable=False),
        sa.Column("tenure_days", sa.BigInteger, nullable=False),
        sa.Column("last_order_at", _MOMENT, nullable=False),
        sa.Column("poorer", sa.BigInteger, nullable=False),
        sa.Column("newer", sa.BigInteger, nullable=False),
        sa.Column("lot", sa.BigInteger, nullable=False),
        sa.Column("place", sa.BigInteger, nullable=True),
        sa.Column("held_out", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("planned_at", _MOMENT, nullable=True),
        sa.Column("effect_id", sa.BigInteger, nullable=True),
        sa.Column("code", sa.String(32), nullable=True),
        sa.Column("because", sa.String, nullable=True),
        sa.PrimaryKeyConstraint("shop_id", "campaign_id", "customer_id", name="pk_campaign_people"),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name="fk_campaign_people_shop_id_shops"),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name="fk_campaign_people_campaign_id_campaigns"),
    )
    op.create_index("ix_campaign_people_customer", "campaign_people", ["shop_id", "customer_id"])
    op.create_index("ix_campaign_people_place", "campaign_people", ["shop_id", "campaign_id", "place"])
    op.create_table(
        "shortages",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("shop_id", _BIG, nullable=False),
        sa.Column("variant_id", sa.BigInteger, nullable=False),
        sa.Column("title", sa.String(120), nullable=False),
        sa.Column("kept", sa.BigInteger, nullable=False),
        sa.Column("available", sa.BigInteger, nullable=True),
        sa.Column("looked_at", _MOMENT, nullable=True),
        sa.Column("next_look_at", _MOMENT, nullable=False),
        sa.Column("short_since", _MOMENT, nullable=True),
        sa.Column("seen_to_at", _MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_shortages"),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name="fk_shortages_shop_id_shops"),
        sa.UniqueConstraint("shop_id", "variant_id", name="uq_shortages_shop_id_variant_id"),
    )
    op.create_index("ix_shortages_next_look_at", "shortages", ["next_look_at"])


def downgrade() -> None:
    op.drop_table("shortages")
    op.drop_table("campaign_people")
    op.drop_table("campaigns")
