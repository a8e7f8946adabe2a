"""The way into the agents' desk: its address, the links that sign people in, and who is signed in."""

import secrets

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_CONNECTIONS = sa.table("connections", sa.column("id", _BIG), sa.column("public_id", sa.String))


def upgrade() -> None:
    op.add_column("connections", sa.Column("public_id", sa.String(32), nullable=True))
    op.create_index("ix_connections_public_id", "connections", ["public_id"], unique=True)
    bind = op.get_bind()
    for number in bind.scalars(sa.select(_CONNECTIONS.c.id)).all():
        this = sa.update(_CONNECTIONS).where(_CONNECTIONS.c.id == number)
        bind.execute(this.values(public_id=secrets.token_hex(16)))
    op.create_table(
        "login_links",
        sa.Column("agent_id", _BIG, nullable=False, autoincrement=False),
        sa.Column("shop_id", _BIG, nullable=False),
        sa.Column("code_digest", sa.String(64), nullable=False),
        sa.Column("browser_digest", sa.String(64), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("agent_id", name="pk_login_links"),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name="fk_login_links_agent_id_agents"),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name="fk_login_links_shop_id_shops"),
        sa.UniqueConstraint("code_digest", name="uq_login_links_code_digest"),
    )
    op.create_table(
        "agent_sessions",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("shop_id", _BIG, nullable=False),
        sa.Column("agent_id", _BIG, nullable=False),
        sa.Column("token_digest", sa.String(64), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_agent_sessions"),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name="fk_agent_sessions_shop_id_shops"),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name="fk_agent_sessions_agent_id_agents"),
        sa.UniqueConstraint("token_digest", name="uq_agent_sessions_token_digest"),
    )
    op.create_index("ix_agent_sessions_agent_id", "agent_sessions", ["agent_id"])


def downgrade() -> None:
    op.drop_table("agent_sessions")
    op.drop_table("login_links")
    op.drop_index("ix_connections_public_id", "connections")
    op.drop_column("connections", "public_id")
