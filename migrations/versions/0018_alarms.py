"""What somebody should look at."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "alarms",
        sa.Column("shop_id", _BIG, nullable=False),
        sa.Column("effect_id", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("what", sa.String(16), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("shop_id", "effect_id", "what", name="pk_alarms"),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name="fk_alarms_shop_id_shops"),
    )


def downgrade() -> None:
    op.drop_table("alarms")
