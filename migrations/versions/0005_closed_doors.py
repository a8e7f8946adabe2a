"""Shops that let nobody in are left alone as a whole."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("shops", sa.Column("closed_until", sa.DateTime(timezone=True), nullable=True))
    op.add_column("shops", sa.Column("closed_because", sa.String(), nullable=True))


def downgrade() -> None:
    op.drop_column("shops", "closed_because")
    op.drop_column("shops", "closed_until")
