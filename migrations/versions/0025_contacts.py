"""The addresses and telephones that customers go by, beside the one in their own row."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "contacts",
        sa.Column("shop_id", _BIG, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("customer_id", sa.BigInteger, nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.PrimaryKeyConstraint("shop_id", "digest", "customer_id", name="pk_contacts"),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name="fk_contacts_shop_id_shops"),
    )
    op.create_index("ix_contacts_customer", "contacts", ["shop_id", "customer_id"])


def downgrade() -> None:
    op.drop_table("contacts")
