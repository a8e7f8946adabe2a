"""What is counted by the day and by the minute: rules' usual days, agents' presses."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_STOPPED = sa.text("stopped_at IS NOT NULL AND released_at IS NULL")
_BY_AGENTS = sa.text("kind IN ('refund_order', 'send_flowers')")


def upgrade() -> None:
    op.create_table(
        "tallies",
        sa.Column("shop_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("period", sa.String(length=16), nullable=False),
        sa.Column("deeds", sa.BigInteger(), nullable=False),
        sa.Column("minor", sa.BigInteger(), nullable=False),
        sa.Column("usual_deeds", sa.BigInteger(), nullable=False),
        sa.Column("usual_minor", sa.BigInteger(), nullable=False),
        sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name=op.f("fk_tallies_shop_id_shops")),
        sa.PrimaryKeyConstraint("shop_id", "name", "period", name=op.f("pk_tallies")),
    )
    op.create_index("ix_tallies_stopped", "tallies", ["shop_id"], postgresql_where=_STOPPED, sqlite_where=_STOPPED)
    op.create_index(
        "ix_effects_by_agents",
        "effects",
        ["shop_id", "kind", "created_at"],
        postgresql_where=_BY_AGENTS,
        sqlite_where=_BY_AGENTS,
    )


def downgrade() -> None:
    op.drop_index("ix_effects_by_agents", "effects")
    op.drop_table("tallies")
