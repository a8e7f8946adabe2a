"""What each agent may give by themselves, in one act and in a month."""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("agents", sa.Column("limit_minor", sa.BigInteger, nullable=True))
    op.add_column("agents", sa.Column("month_minor", sa.BigInteger, nullable=True))


def downgrade() -> None:
    op.drop_column("agents", "month_minor")
    op.drop_column("agents", "limit_minor")
