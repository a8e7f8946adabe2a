"""What a purse was given beyond its monthly limit, by whom, and which share of it was told of."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.add_column("pools", sa.Column("granted_minor", sa.BigInteger, nullable=False, server_default="0"))
    op.add_column("pools", sa.Column("warned", sa.BigInteger, nullable=False, server_default="0"))
    op.create_table(
        "pool_grants",
        sa.Column("shop_id", _BIG, nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("pool_id", _BIG, nullable=False),
        sa.Column("minor", sa.BigInteger, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("shop_id", "key", name="pk_pool_grants"),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name="fk_pool_grants_shop_id_shops"),
        sa.ForeignKeyConstraint(["pool_id"], ["pools.id"], name="fk_pool_grants_pool_id_pools"),
        sa.CheckConstraint("minor > 0", name="ck_pool_grants_positive"),
    )


def downgrade() -> None:
    op.drop_table("pool_grants")
    op.drop_column("pools", "warned")
    op.drop_column("pools", "granted_minor")
