"""What was done and what would have been, summed without the rows: SQLite needs the state in the index for that."""

import sqlalchemy as sa
from alembic import op

revision = "0052"
down_revision = "0051"
branch_labels = None
depends_on = None

_DONE = ["shop_id", "ended_at", "rule", "kind", "code", "cost_minor"]
_OBSERVED = ["shop_id", "rule", "created_at", "kind", "cost_minor"]


def upgrade() -> None:
    _anew("ix_effects_done", [*_DONE, "state"], "state = 'done'")
    _anew("ix_effects_observed", [*_OBSERVED, "state"], "state = 'observed'")


def downgrade() -> None:
    _anew("ix_effects_done", _DONE, "state = 'done'")
    _anew("ix_effects_observed", _OBSERVED, "state = 'observed'")


def _anew(name: str, columns: list[str], where: str) -> None:
    op.drop_index(name, "effects")
    op.create_index(name, "effects", columns, postgresql_where=sa.text(where), sqlite_where=sa.text(where))
