"""Customers' sums are read from an index alone."""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_DATES = ("shop_id", "customer_id", "counted", "processed_at", "order_id")


def upgrade() -> None:
    op.create_index("ix_orders_sums", "orders", [*_DATES, "net_minor"])
    op.drop_index("ix_orders_counted", "orders")


def downgrade() -> None:
    op.create_index("ix_orders_counted", "orders", [*_DATES])
    op.drop_index("ix_orders_sums", "orders")
