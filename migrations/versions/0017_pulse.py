"""The database's pulse, by which an old copy of it is known, and the shops that are held back meanwhile."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "pulses",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("installation", sa.String(32), nullable=False),
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stale_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_pulses"),
    )
    op.add_column("shops", sa.Column("restored_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("shops", sa.Column("held_since", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("shops", "held_since")
    op.drop_column("shops", "restored_at")
    op.drop_table("pulses")
