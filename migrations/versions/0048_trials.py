"""Who is in a rule's trial, what was found of it; and an index along which the true costs of deeds are summed."""

import sqlalchemy as sa
from alembic import op

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_COSTS = sa.text("state = 'done' AND cost_minor IS NOT NULL")


def upgrade() -> None:
    op.create_table(
        "trial_members",
        sa.Column("shop_id", _BIG, nullable=False),
        sa.Column("rule", sa.String(32), nullable=False),
        sa.Column("edition", sa.BigInteger, nullable=False),
        sa.Column("customer_id", sa.BigInteger, nullable=False),
        sa.Column("held_out", sa.Boolean, nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("shop_id", "rule", "edition", "customer_id", name="pk_trial_members"),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name="fk_trial_members_shop_id_shops"),
    )
    op.create_index("ix_trial_members_customer", "trial_members", ["shop_id", "customer_id"])
    op.create_table(
        "results",
        sa.Column("shop_id", _BIG, nullable=False),
        sa.Column("rule", sa.String(32), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("found", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("shop_id", "rule", name="pk_results"),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name="fk_results_shop_id_shops"),
    )
    op.create_index(
        "ix_effects_costs",
        "effects",
        ["shop_id", "state", "pool_id", "rule", "agent_id", "code", "cost_minor"],
        postgresql_where=_COSTS,
        sqlite_where=_COSTS,
    )


def downgrade() -> None:
    op.drop_index("ix_effects_costs", "effects")
    op.drop_table("results")
    op.drop_index("ix_trial_members_customer", "trial_members")
    op.drop_table("trial_members")
