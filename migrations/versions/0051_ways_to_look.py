"""The ways to what costs so much at least, and to whoever called last."""

import sqlalchemy as sa
from alembic import op

revision = "0051"
down_revision = "0050"
branch_labels = None
depends_on = None

_COSTS = sa.text("cost_minor IS NOT NULL")
_OF_OTHERS = sa.text("source <> 'shopify'")


def upgrade() -> None:
    cost, heard = ["shop_id", "id", "cost_minor"], ["shop_id", "source", "received_at"]
    op.create_index("ix_effects_cost", "effects", cost, postgresql_where=_COSTS, sqlite_where=_COSTS)
    op.create_index("ix_deliveries_heard", "deliveries", heard, postgresql_where=_OF_OTHERS, sqlite_where=_OF_OTHERS)


def downgrade() -> None:
    op.drop_index("ix_deliveries_heard", "deliveries")
    op.drop_index("ix_effects_cost", "effects")
