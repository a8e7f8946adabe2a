"""Who of the team asked for a deed, and why if they said so."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("effects", sa.Column("agent_id", sa.BigInteger, nullable=True))
    op.add_column("effects", sa.Column("reason", sa.String(16), nullable=True))
    op.create_index(
        "ix_effects_agent",
        "effects",
        ["shop_id", "agent_id", "created_at"],
        postgresql_where=sa.text("agent_id IS NOT NULL"),
        sqlite_where=sa.text("agent_id IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_effects_agent", "effects")
    op.drop_column("effects", "reason")
    op.drop_column("effects", "agent_id")
