"""Keys that helpdesks give us with a merchant's click, and merchants who are on their way there."""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.add_column("connections", sa.Column("sealed_refresh", sa.LargeBinary, nullable=True))
    op.add_column("connections", sa.Column("key_expires_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("connections", sa.Column("key_lease", sa.String(32), nullable=True))
    op.add_column("connections", sa.Column("key_lease_until", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "oauth_trips",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("shop_id", _BIG, nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("account", sa.String(255), nullable=False),
        sa.Column("user", sa.String(255), nullable=False),
        sa.Column("who", sa.String(64), nullable=False),
        sa.Column("start_digest", sa.String(64), nullable=False),
        sa.Column("state_digest", sa.String(64), nullable=True),
        sa.Column("cookie_digest", sa.String(64), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_oauth_trips"),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name="fk_oauth_trips_shop_id_shops"),
        sa.UniqueConstraint("start_digest", name="uq_oauth_trips_start_digest"),
        sa.UniqueConstraint("state_digest", name="uq_oauth_trips_state_digest"),
    )


def downgrade() -> None:
    op.drop_table("oauth_trips")
    for name in ("key_lease_until", "key_lease", "key_expires_at", "sealed_refresh"):
        op.drop_column("connections", name)
