"""Who is preparing something for whom just now."""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "attentions",
        sa.Column("shop_id", _BIG, nullable=False),
        sa.Column("customer_id", sa.BigInteger, nullable=False),
        sa.Column("agent_id", sa.BigInteger, nullable=False),
        sa.Column("what", sa.String(24), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("shop_id", "customer_id", name="pk_attentions"),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name="fk_attentions_shop_id_shops"),
    )


def downgrade() -> None:
    op.drop_table("attentions")
