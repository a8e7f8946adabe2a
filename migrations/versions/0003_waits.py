"""Rows know which of their attempts were only a wait."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("deliveries", "effects"):
        op.add_column(table, sa.Column("waits", sa.BigInteger(), server_default="0", nullable=False))


def downgrade() -> None:
    for table in ("effects", "deliveries"):
        op.drop_column(table, "waits")
