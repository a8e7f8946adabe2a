"""What a merchant's cards may begin with."""

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "card_templates",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("shop_id", _BIG, nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("words", sa.String(600), nullable=False),
        sa.Column("sympathy", sa.Boolean, nullable=False),
        sa.Column("active", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_card_templates"),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name="fk_card_templates_shop_id_shops"),
        sa.UniqueConstraint("shop_id", "name", name="uq_card_templates_shop_id_name"),
    )


def downgrade() -> None:
    op.drop_table("card_templates")
