"""What agents know of a customer that no order tells: a hard time, what they like, what must never be sent."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_HARD = sa.text("sensitive_until IS NOT NULL")


def upgrade() -> None:
    op.create_table(
        "care",
        sa.Column("shop_id", _BIG, nullable=False),
        sa.Column("customer_id", sa.BigInteger, nullable=False),
        sa.Column("sensitive_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sensitive_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("agent", sa.String(64), nullable=True),
        sa.Column("likes", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("never", sa.JSON(none_as_null=True), nullable=True),
        sa.PrimaryKeyConstraint("shop_id", "customer_id", name="pk_care"),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name="fk_care_shop_id_shops"),
    )
    op.create_index(
        "ix_care_hard_times",
        "care",
        ["shop_id", "sensitive_until"],
        postgresql_where=_HARD,
        sqlite_where=_HARD,
    )


def downgrade() -> None:
    op.drop_table("care")
