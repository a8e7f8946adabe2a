"""How far a helpdesk was looked through for marks that it lost."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("connections", sa.Column("marks_to", sa.BigInteger, nullable=True))
    op.add_column("connections", sa.Column("marks_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("connections", "marks_at")
    op.drop_column("connections", "marks_to")
