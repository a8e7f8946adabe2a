"""Count who is above and who is marked, and find an order by its name, without a look at all of them."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_customers_sums", "customers", ["shop_id", "net_minor", "orders", "last_order_at"])
    op.create_index(
        "ix_customers_marked",
        "customers",
        ["shop_id"],
        postgresql_where=sa.text("marked"),
        sqlite_where=sa.text("marked = 1"),
    )
    op.drop_index("ix_customers_net", "customers")
    op.create_index("ix_orders_name", "orders", ["shop_id", "name"])


def downgrade() -> None:
    op.drop_index("ix_orders_name", "orders")
    op.create_index("ix_customers_net", "customers", ["shop_id", "net_minor"])
    op.drop_index("ix_customers_marked", "customers")
    op.drop_index("ix_customers_sums", "customers")
