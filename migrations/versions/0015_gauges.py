"""What is set aside, awaited or in doubt, and this month's purses, are counted out of an index."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_ASIDE = sa.text("handled_at IS NULL AND next_try_at IS NULL")
_STANDING = sa.text("state IN ('awaiting', 'uncertain')")


def upgrade() -> None:
    op.create_index("ix_deliveries_aside", "deliveries", ["id"], postgresql_where=_ASIDE, sqlite_where=_ASIDE)
    op.create_index(
        "ix_effects_standing",
        "effects",
        ["state", "kind", "first_sent_at", "next_try_at"],
        postgresql_where=_STANDING,
        sqlite_where=_STANDING,
    )
    op.create_index("ix_pools_month", "pools", ["month"])


def downgrade() -> None:
    op.drop_index("ix_pools_month", "pools")
    op.drop_index("ix_effects_standing", "effects")
    op.drop_index("ix_deliveries_aside", "deliveries")
