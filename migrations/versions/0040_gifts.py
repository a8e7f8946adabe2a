"""What a shop gives."""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "gifts",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("shop_id", _BIG, nullable=False),
        sa.Column("vendor", sa.String(32), nullable=False),
        sa.Column("sku", sa.String(128), nullable=False),
        sa.Column("size", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("title", sa.String(120), nullable=False),
        sa.Column("photo", sa.String(500), nullable=False),
        sa.Column("cost_minor", sa.BigInteger, nullable=True),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("flags", sa.JSON, nullable=False),
        sa.Column("countries", sa.JSON, nullable=True),
        sa.Column("stock", sa.BigInteger, nullable=True),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sympathy", sa.Boolean, nullable=False),
        sa.Column("active", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_gifts"),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name="fk_gifts_shop_id_shops"),
        sa.UniqueConstraint("shop_id", "vendor", "sku", "size", name="uq_gifts_shop_id_vendor_sku_size"),
    )


def downgrade() -> None:
    op.drop_table("gifts")
