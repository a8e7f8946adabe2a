"""Addresses that are looked at before something leaves, and asked for where they are in doubt."""

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_WAITS = sa.text("next_at IS NOT NULL")


def upgrade() -> None:
    op.create_table(
        "address_asks",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("shop_id", _BIG, nullable=False),
        sa.Column("effect_id", sa.BigInteger, nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sealed_address", sa.LargeBinary, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_address_asks"),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name="fk_address_asks_shop_id_shops"),
        sa.UniqueConstraint("shop_id", "effect_id", name="uq_address_asks_shop_id_effect_id"),
    )
    op.create_index(
        "ix_address_asks_next_at", "address_asks", ["next_at"], postgresql_where=_WAITS, sqlite_where=_WAITS
    )


def downgrade() -> None:
    op.drop_table("address_asks")
