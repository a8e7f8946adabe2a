"""What orders were before they were what they are, and what was in them: the rules are asked about the past by it."""

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("orders", sa.Column("variants", sa.String(), nullable=True))
    op.add_column("orders", sa.Column("turns", sa.String(), nullable=True))


def downgrade() -> None:
    op.drop_column("orders", "turns")
    op.drop_column("orders", "variants")
