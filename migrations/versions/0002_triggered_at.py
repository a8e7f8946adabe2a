"""Deliveries know when their news happened, and the same news twice for what it is."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("deliveries", sa.Column("event_key", sa.String(length=64), nullable=True))
    op.add_column("deliveries", sa.Column("triggered_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index("ix_deliveries_event", "deliveries", ["source", "sender", "topic", "event_key"], unique=True)


def downgrade() -> None:
    op.drop_index("ix_deliveries_event", "deliveries")
    op.drop_column("deliveries", "triggered_at")
    op.drop_column("deliveries", "event_key")
