"""The people who work at the merchant's helpdesk, and the numbers that helpdesks know them by."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "agents",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("shop_id", _BIG, nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("sealed_email", sa.LargeBinary, nullable=False),
        sa.Column("email_digest", sa.String(64), nullable=False),
        sa.Column("role", sa.String(8), nullable=False),
        sa.Column("active", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_agents"),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name="fk_agents_shop_id_shops"),
        sa.UniqueConstraint("shop_id", "email_digest", name="uq_agents_shop_id_email_digest"),
    )
    op.create_table(
        "agent_refs",
        sa.Column("shop_id", _BIG, nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("ref", sa.String(64), nullable=False),
        sa.Column("agent_id", _BIG, nullable=False),
        sa.PrimaryKeyConstraint("shop_id", "kind", "ref", name="pk_agent_refs"),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name="fk_agent_refs_shop_id_shops"),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name="fk_agent_refs_agent_id_agents"),
    )


def downgrade() -> None:
    op.drop_table("agent_refs")
    op.drop_table("agents")
