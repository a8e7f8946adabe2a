"""What the merchant's team is written, and who asks for a login link by mail."""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "mails",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("shop_id", _BIG, nullable=False),
        sa.Column("agent_id", _BIG, nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("sealed_words", sa.LargeBinary, nullable=True),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tries", sa.BigInteger, nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("problem", sa.String(200), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_mails"),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name="fk_mails_shop_id_shops"),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name="fk_mails_agent_id_agents"),
        sa.UniqueConstraint("shop_id", "key", name="uq_mails_shop_id_key"),
    )
    op.create_index("ix_mails_next_try_at", "mails", ["next_try_at"])
    op.create_table(
        "login_asks",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("shop_id", _BIG, nullable=False),
        sa.Column("sealed_said", sa.LargeBinary, nullable=True),
        sa.Column("browser_digest", sa.String(64), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("agent_id", _BIG, nullable=True),
        sa.Column("code_digest", sa.String(64), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_login_asks"),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name="fk_login_asks_shop_id_shops"),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name="fk_login_asks_agent_id_agents"),
        sa.UniqueConstraint("code_digest", name="uq_login_asks_code_digest"),
    )


def downgrade() -> None:
    op.drop_table("login_asks")
    op.drop_table("mails")
