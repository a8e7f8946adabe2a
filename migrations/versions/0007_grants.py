"""What each store lets us do: tokens that expire, their scopes, and who fetches the next ones.

The tokens there are stay readable where they were, for the version that runs beside this one: both write and read
`shops.sealed_token`. A later release drops that column.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
# Copied as they are sealed: a migration has no key, and what they are sealed for did not change.
_MOVE_TOKENS = """
    INSERT INTO grants (shop_id, state, reason, sealed_token)
    SELECT id,
           CASE WHEN sealed_token IS NULL THEN 'needs_reauth' ELSE 'live' END,
           CASE WHEN sealed_token IS NULL THEN 'not opened yet' END,
           sealed_token
    FROM shops
"""


def upgrade() -> None:
    op.create_table(
        "grants",
        sa.Column("shop_id", _ID, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("reason", sa.String(64), nullable=True),
        sa.Column("sealed_token", sa.LargeBinary(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sealed_refresh_token", sa.LargeBinary(), nullable=True),
        sa.Column("refresh_expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("scopes", sa.JSON(), nullable=True),
        sa.Column("secret", sa.String(16), nullable=True),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease", sa.String(32), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name=op.f("fk_grants_shop_id_shops")),
        sa.PrimaryKeyConstraint("shop_id", name=op.f("pk_grants")),
    )
    op.execute(_MOVE_TOKENS)


def downgrade() -> None:
    op.drop_table("grants")
