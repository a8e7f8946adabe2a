"""Find what an agent waits for without a look at all that the store has sent."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

_WAITING_AND_NOT_THE_STORES = "next_try_at IS NOT NULL AND source <> 'shopify'"


def upgrade() -> None:
    op.create_index(
        "ix_deliveries_of_agents",
        "deliveries",
        ["shop_id", "next_try_at", "id"],
        postgresql_where=sa.text(_WAITING_AND_NOT_THE_STORES),
        sqlite_where=sa.text(_WAITING_AND_NOT_THE_STORES),
    )


def downgrade() -> None:
    op.drop_index("ix_deliveries_of_agents", "deliveries")
