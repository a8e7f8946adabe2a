"""Where gifts went, until when they can be taken up, and which came back: with what is asked because of it."""

import sqlalchemy as sa
from alembic import op

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("sendings", sa.Column("door", sa.String(64), nullable=True))
    op.add_column("sendings", sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("address_asks", sa.Column("town", sa.String(64), nullable=True))
    op.add_column("address_asks", sa.Column("came_back", sa.Boolean, nullable=False, server_default=sa.false()))


def downgrade() -> None:
    op.drop_column("address_asks", "came_back")
    op.drop_column("address_asks", "town")
    op.drop_column("sendings", "expires_at")
    op.drop_column("sendings", "door")
