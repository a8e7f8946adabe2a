"""For whom agents want nothing suggested for a while."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "snoozes",
        sa.Column("shop_id", _BIG, nullable=False),
        sa.Column("customer_id", sa.BigInteger, nullable=False),
        sa.Column("agent_id", _BIG, nullable=False),
        sa.Column("snoozed_until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("shop_id", "customer_id", name="pk_snoozes"),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name="fk_snoozes_shop_id_shops"),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name="fk_snoozes_agent_id_agents"),
    )


def downgrade() -> None:
    op.drop_table("snoozes")
