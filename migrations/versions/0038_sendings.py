"""What becomes of gifts that vendors have."""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_LOOKED_AT = sa.text("next_look_at IS NOT NULL")


def upgrade() -> None:
    op.create_table(
        "sendings",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("shop_id", _BIG, nullable=False),
        sa.Column("effect_id", sa.BigInteger, nullable=False),
        sa.Column("vendor", sa.String(32), nullable=False),
        sa.Column("reference", sa.String(255), nullable=False),
        sa.Column("other", sa.String(255), nullable=True),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("confirmed", sa.Boolean, nullable=False),
        sa.Column("status_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("placed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("day", sa.Date, nullable=True),
        sa.Column("cancel_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("next_look_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("looks", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_sendings"),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name="fk_sendings_shop_id_shops"),
        sa.UniqueConstraint("shop_id", "effect_id", name="uq_sendings_shop_id_effect_id"),
    )
    op.create_index("ix_sendings_reference", "sendings", ["shop_id", "vendor", "reference"])
    op.create_index("ix_sendings_other", "sendings", ["shop_id", "vendor", "other"])
    op.create_index(
        "ix_sendings_due",
        "sendings",
        ["shop_id", "next_look_at"],
        postgresql_where=_LOOKED_AT,
        sqlite_where=_LOOKED_AT,
    )


def downgrade() -> None:
    op.drop_table("sendings")
