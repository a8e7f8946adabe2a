"""People who ask about their data, and those who were forgotten."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_WAITING = sa.text("next_try_at IS NOT NULL")


def upgrade() -> None:
    op.add_column("shops", sa.Column("sealed_alias_key", sa.LargeBinary(), nullable=True))
    op.create_table(
        "forgotten",
        sa.Column("shop_id", _ID, nullable=False),
        sa.Column("alias", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name=op.f("fk_forgotten_shop_id_shops")),
        sa.PrimaryKeyConstraint("shop_id", "alias", name=op.f("pk_forgotten")),
    )
    op.create_table(
        "privacy_requests",
        sa.Column("id", _ID, nullable=False),
        sa.Column("shop_id", sa.BigInteger(), nullable=True),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("problem", sa.String(), nullable=True),
        sa.Column("sealed_person", sa.LargeBinary(), nullable=True),
        sa.Column("sealed_copy", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_privacy_requests")),
    )
    op.create_index("ix_privacy_requests_shop", "privacy_requests", ["shop_id", "id"])
    op.create_index(
        "ix_privacy_requests_waiting",
        "privacy_requests",
        ["next_try_at", "shop_id"],
        postgresql_where=_WAITING,
        sqlite_where=_WAITING,
    )


def downgrade() -> None:
    op.drop_table("privacy_requests")
    op.drop_table("forgotten")
    op.drop_column("shops", "sealed_alias_key")
