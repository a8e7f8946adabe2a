"""What deliveries say is packed by the quicker of PostgreSQL's two ways, where the server has it."""

from alembic import op
from sqlalchemy import text

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_HAS_LZ4 = text("SELECT 'lz4' = ANY(enumvals) FROM pg_settings WHERE name = 'default_toast_compression'")


def upgrade() -> None:
    _pack("lz4")


def downgrade() -> None:
    _pack("pglz")


def _pack(way: str) -> None:
    connection = op.get_bind()
    # Older rows stay as they are, and are read all the same.
    if connection.dialect.name == "postgresql" and connection.scalar(_HAS_LZ4):
        op.execute(f"ALTER TABLE deliveries ALTER COLUMN body SET COMPRESSION {way}")
