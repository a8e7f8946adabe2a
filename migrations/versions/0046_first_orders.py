"""Whose first order it was on a day: found without looking at everybody."""

from alembic import op

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_customers_first", "customers", ["shop_id", "first_order_at"])


def downgrade() -> None:
    op.drop_index("ix_customers_first", table_name="customers")
