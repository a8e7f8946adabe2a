"""A merchant's first minutes: their past in a few figures, what they picked, how far they came, how quickly it reads."""

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "insights",
        sa.Column("shop_id", _BIG, nullable=False),
        sa.Column("taken_at", _MOMENT, nullable=False),
        sa.Column("figures", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("shop_id", name="pk_insights"),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name="fk_insights_shop_id_shops"),
    )
    op.create_table(
        "picked_gifts",
        sa.Column("shop_id", _BIG, nullable=False),
        sa.Column("variant_id", sa.BigInteger, nullable=False),
        sa.Column("title", sa.String(255), nullable=False),
        sa.Column("cost_minor", sa.BigInteger, nullable=False),
        sa.Column("picked_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("shop_id", "variant_id", name="pk_picked_gifts"),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name="fk_picked_gifts_shop_id_shops"),
    )
    op.create_table(
        "welcomes",
        sa.Column("shop_id", _BIG, nullable=False),
        sa.Column("skipped_helpdesk_at", _MOMENT, nullable=True),
        sa.Column("finished_at", _MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("shop_id", name="pk_welcomes"),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name="fk_welcomes_shop_id_shops"),
    )
    for name in ("read_from", "read_to"):
        op.add_column("exports", sa.Column(name, _MOMENT, nullable=True))


def downgrade() -> None:
    for name in ("read_to", "read_from"):
        op.drop_column("exports", name)
    for name in ("welcomes", "picked_gifts", "insights"):
        op.drop_table(name)
