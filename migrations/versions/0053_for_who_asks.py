"""Rules, kinds and days of deeds: indices for whoever asks for them alone.

Without statistics SQLite takes them for as good as a customer's or an order's, and walks through the whole shop.
"""

import sqlalchemy as sa
from alembic import op

revision = "0053"
down_revision = "0052"
branch_labels = None
depends_on = None

_COLUMNS = {
    "ix_effects_created": ["shop_id", "created_at"],
    "ix_effects_kind": ["shop_id", "kind", "id"],
    "ix_effects_rule": ["shop_id", "rule", "id"],
}


def upgrade() -> None:
    _anew(sa.text("id > 0"))


def downgrade() -> None:
    _anew(None)


def _anew(where: sa.TextClause | None) -> None:
    for name, columns in _COLUMNS.items():
        op.drop_index(name, "effects")
        op.create_index(name, "effects", columns, postgresql_where=where, sqlite_where=where)
