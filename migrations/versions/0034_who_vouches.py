"""By what a helpdesk's frames vouch for whoever looks, and which sessions of agents came of it."""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("connections", sa.Column("voucher", sa.JSON, nullable=True))
    op.add_column("agent_sessions", sa.Column("vouched_by", sa.String(64), nullable=True))
    op.create_index("ix_agent_sessions_vouched_by", "agent_sessions", ["vouched_by"], unique=True)


def downgrade() -> None:
    op.drop_index("ix_agent_sessions_vouched_by", table_name="agent_sessions")
    op.drop_column("agent_sessions", "vouched_by")
    op.drop_column("connections", "voucher")
