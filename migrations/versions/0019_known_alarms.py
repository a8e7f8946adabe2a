"""What a merchant knows of, and leaves at that."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("alarms", sa.Column("known_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("alarms", "known_at")
