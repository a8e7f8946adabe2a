"""What the rules would have done, had they been on: walks through a shop's past, and what they came to."""

import sqlalchemy as sa
from alembic import op

revision = "0050"
down_revision = "0049"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "backtests",
        sa.Column("shop_id", _BIG, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("policy", sa.JSON, nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("held_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tries", sa.BigInteger, nullable=False),
        sa.Column("percent", sa.BigInteger, nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.JSON, nullable=True),
        sa.Column("problem", sa.String(32), nullable=True),
        sa.PrimaryKeyConstraint("shop_id", "kind", name="pk_backtests"),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name="fk_backtests_shop_id_shops"),
    )


def downgrade() -> None:
    op.drop_table("backtests")
