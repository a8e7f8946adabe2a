"""What is set up in merchants' helpdesks, and when somebody looks after it next."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for column in _new():
        op.add_column("connections", column)


def downgrade() -> None:
    for column in reversed(_new()):
        op.drop_column("connections", column.name)


def _new() -> list[sa.Column[object]]:
    return [
        sa.Column("sealed_token", sa.LargeBinary, nullable=True),
        sa.Column("state", sa.String(16), nullable=False, server_default="live"),
        sa.Column("parts", sa.JSON, nullable=True),
        sa.Column("ails", sa.JSON, nullable=True),
        sa.Column("trouble", sa.String(200), nullable=True),
        sa.Column("tries", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("look_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("held_until", sa.DateTime(timezone=True), nullable=True),
    ]
