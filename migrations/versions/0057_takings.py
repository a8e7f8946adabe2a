"""What a shop took lately, as counted at night: the gifts' purse holds no more than a share of it."""

import sqlalchemy as sa
from alembic import op

revision = "0057"
down_revision = "0056"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("totals", sa.Column("taken_minor", sa.BigInteger()))


def downgrade() -> None:
    op.drop_column("totals", "taken_minor")
