"""The test ticket of a shop in a helpdesk."""

import sqlalchemy as sa
from alembic import op

revision = "0058"
down_revision = "0057"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "sample_tickets",
        sa.Column("id", BIG, nullable=False),
        sa.Column("shop_id", BIG, nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("key", sa.String(32), nullable=False),
        sa.Column("stage", sa.String(8), nullable=False),
        sa.Column("sealed_email", sa.LargeBinary(), nullable=True),
        sa.Column("number", sa.String(32), nullable=True),
        sa.Column("tries", sa.BigInteger(), nullable=False),
        sa.Column("trouble", sa.String(200), nullable=True),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name="fk_sample_tickets_shop_id_shops"),
        sa.PrimaryKeyConstraint("id", name="pk_sample_tickets"),
        sa.UniqueConstraint("shop_id", "kind", name="uq_sample_tickets_shop_id_kind"),
    )


def downgrade() -> None:
    op.drop_table("sample_tickets")
