"""What merchants changed in their settings; and the ways to a rule's deeds, decisions and money."""

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_ANSWERED = sa.text("why IN ('approved', 'declined')")
_OBSERVED = sa.text("state = 'observed'")
_PAID = sa.text("pool_id IS NOT NULL")
_DONE = sa.text("state = 'done'")
# By their names: table, columns, and the rows that are in it where not all are.
_NEW: dict[str, tuple[str, list[str], sa.TextClause | None]] = {
    "ix_decisions_rule": ("decisions", ["shop_id", "rule", "id"], None),
    "ix_effects_created": ("effects", ["shop_id", "created_at"], None),
    "ix_effects_done": ("effects", ["shop_id", "ended_at", "rule", "kind", "code", "cost_minor"], _DONE),
    "ix_effects_kind": ("effects", ["shop_id", "kind", "id"], None),
    "ix_effects_observed": ("effects", ["shop_id", "rule", "created_at", "kind", "cost_minor"], _OBSERVED),
    "ix_effects_paid": ("effects", ["shop_id", "pool_id", "rule", "state", "code", "cost_minor"], _PAID),
    "ix_effects_rule": ("effects", ["shop_id", "rule", "id"], None),
    "ix_trail_answers": ("trail", ["shop_id", "rule", "why", "effect_id"], _ANSWERED),
}


def upgrade() -> None:
    op.create_table(
        "policy_changes",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("shop_id", _BIG, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("who", sa.String(64), nullable=False),
        sa.Column("path", sa.String(64), nullable=False),
        sa.Column("before", sa.JSON, nullable=False),
        sa.Column("after", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_policy_changes"),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name="fk_policy_changes_shop_id_shops"),
    )
    op.create_index("ix_policy_changes_path", "policy_changes", ["shop_id", "path", "id"])
    for name, (table, columns, some) in _NEW.items():
        op.create_index(name, table, columns, postgresql_where=some, sqlite_where=some)


def downgrade() -> None:
    for name, (table, _, _) in _NEW.items():
        op.drop_index(name, table)
    op.drop_table("policy_changes")
