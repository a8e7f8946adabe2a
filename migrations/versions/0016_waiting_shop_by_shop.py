"""What waits is looked for shop by shop; what followed from a delivery is found by it."""

from alembic import op
from sqlalchemy import text

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_WAITING = text("next_try_at IS NOT NULL")
_WHERE = {"postgresql_where": _WAITING, "sqlite_where": _WAITING}


def upgrade() -> None:
    for table in ("deliveries", "effects"):
        op.drop_index(f"ix_{table}_waiting", table)
        op.create_index(f"ix_{table}_waiting", table, ["shop_id", "next_try_at", "id"], **_WHERE)
    op.create_index("ix_decisions_delivery", "decisions", ["delivery_id"])


def downgrade() -> None:
    op.drop_index("ix_decisions_delivery", "decisions")
    for table in ("deliveries", "effects"):
        op.drop_index(f"ix_{table}_waiting", table)
        op.create_index(f"ix_{table}_waiting", table, ["next_try_at", "shop_id"], **_WHERE)
