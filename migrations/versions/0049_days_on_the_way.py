"""Birthdays, by month and day alone, and orders that are late."""

import sqlalchemy as sa
from alembic import op

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None


_BIG = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "birthdays",
        sa.Column("shop_id", _BIG, nullable=False),
        sa.Column("customer_id", sa.BigInteger, nullable=False),
        sa.Column("month_day", sa.String(5), nullable=True),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("metafield", sa.String(160), nullable=False),
        sa.Column("looked_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("shop_id", "customer_id", name="pk_birthdays"),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name="fk_birthdays_shop_id_shops"),
    )
    op.create_index("ix_birthdays_day", "birthdays", ["shop_id", "month_day"])
    op.create_table(
        "late_orders",
        sa.Column("shop_id", _BIG, nullable=False),
        sa.Column("order_id", sa.BigInteger, nullable=False),
        sa.Column("ordered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("arrived_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("shop_id", "order_id", name="pk_late_orders"),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name="fk_late_orders_shop_id_shops"),
    )
    op.create_index("ix_late_orders_arrived", "late_orders", ["shop_id", "arrived_at"])


def downgrade() -> None:
    op.drop_table("late_orders")
    op.drop_table("birthdays")
