"""Effects keep the call that they make, and the moment from which it may have come through."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("effects", sa.Column("request", sa.String(), nullable=True))
    op.add_column("effects", sa.Column("first_sent_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("effects", "first_sent_at")
    op.drop_column("effects", "request")
