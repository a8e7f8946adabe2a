"""Gifts by several vendors: whose a deed is, when it was tried last, and what a vendor's account says of itself."""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("effects", sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("effects", sa.Column("vendor", sa.String(32), nullable=True))
    op.add_column("connections", sa.Column("options", sa.JSON(), nullable=True))
    op.add_column("connections", sa.Column("mode", sa.String(8), nullable=True))
    op.add_column("connections", sa.Column("balance_minor", sa.BigInteger(), nullable=True))
    op.add_column("connections", sa.Column("balance_currency", sa.String(3), nullable=True))


def downgrade() -> None:
    for name in ("balance_currency", "balance_minor", "mode", "options"):
        op.drop_column("connections", name)
    for name in ("vendor", "sent_at"):
        op.drop_column("effects", name)
