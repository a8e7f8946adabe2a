"""Who is sent the month's story by mail, and what became of each."""

import sqlalchemy as sa
from alembic import op

revision = "0054"
down_revision = "0053"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "story_readers",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("shop_id", _BIG, nullable=False),
        sa.Column("sealed_address", sa.LargeBinary, nullable=True),
        sa.Column("address_digest", sa.String(64), nullable=False),
        sa.Column("language", sa.String(2), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_story_readers"),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name="fk_story_readers_shop_id_shops"),
        sa.UniqueConstraint("shop_id", "address_digest", name="uq_story_readers_shop_id_address_digest"),
    )
    op.create_table(
        "story_mails",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("shop_id", _BIG, nullable=False),
        sa.Column("reader_id", _BIG, nullable=False),
        sa.Column("month", sa.String(7), nullable=False),
        sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tries", sa.BigInteger, nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("problem", sa.String(200), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_story_mails"),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name="fk_story_mails_shop_id_shops"),
        sa.ForeignKeyConstraint(["reader_id"], ["story_readers.id"], name="fk_story_mails_reader_id_story_readers"),
        sa.UniqueConstraint("reader_id", "month", name="uq_story_mails_reader_id_month"),
    )
    op.create_index("ix_story_mails_due", "story_mails", ["shop_id", "next_try_at"])


def downgrade() -> None:
    op.drop_table("story_mails")
    op.drop_table("story_readers")
