"""How the past is read: exports that resume, guests, merged customers, the nightly recount."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_GUESTS = sa.text("customer_id IS NULL AND mail_digest IS NOT NULL")
_KNOWN = sa.text("mail_digest IS NOT NULL")


def upgrade() -> None:
    with op.batch_alter_table("shops") as shops:
        shops.add_column(sa.Column("sealed_mail_key", sa.LargeBinary(), nullable=True))
        shops.add_column(sa.Column("history_since", sa.DateTime(timezone=True), nullable=True))
        shops.add_column(sa.Column("swept_nightly_to", sa.DateTime(timezone=True), nullable=True))
    with op.batch_alter_table("orders") as orders:
        orders.add_column(sa.Column("mail_digest", sa.String(64), nullable=True))
        orders.create_index("ix_orders_counted", ["shop_id", "customer_id", "counted", "processed_at", "order_id"])
        orders.create_index(
            "ix_orders_guests", ["shop_id", "mail_digest"], postgresql_where=_GUESTS, sqlite_where=_GUESTS
        )
        orders.drop_index("ix_orders_customer")
    with op.batch_alter_table("customers") as customers:
        customers.add_column(sa.Column("mail_digest", sa.String(64), nullable=True))
        customers.add_column(sa.Column("store_net_minor", sa.BigInteger(), nullable=True))
        customers.add_column(sa.Column("store_orders", sa.BigInteger(), nullable=True))
        customers.create_index(
            "ix_customers_mail_digest", ["shop_id", "mail_digest"], postgresql_where=_KNOWN, sqlite_where=_KNOWN
        )
    with op.batch_alter_table("totals") as totals:
        totals.add_column(sa.Column("audited_at", sa.DateTime(timezone=True), nullable=True))
        totals.add_column(sa.Column("repaired", sa.BigInteger(), nullable=False, server_default="0"))
    op.create_table(
        "merged_customers",
        sa.Column("shop_id", _ID, nullable=False),
        sa.Column("customer_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kept_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name=op.f("fk_merged_customers_shop_id_shops")),
        sa.PrimaryKeyConstraint("shop_id", "customer_id", name=op.f("pk_merged_customers")),
    )
    op.create_table(
        "exports",
        sa.Column("shop_id", _ID, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("handle", sa.String(255), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("without_people", sa.Boolean(), nullable=False),
        sa.Column("lines", sa.BigInteger(), nullable=False),
        sa.Column("things", sa.BigInteger(), nullable=False),
        sa.Column("promised", sa.BigInteger(), nullable=False),
        sa.Column("refused", sa.BigInteger(), nullable=False),
        sa.Column("failures", sa.BigInteger(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name=op.f("fk_exports_shop_id_shops")),
        sa.PrimaryKeyConstraint("shop_id", "kind", name=op.f("pk_exports")),
    )


def downgrade() -> None:
    op.drop_table("exports")
    op.drop_table("merged_customers")
    with op.batch_alter_table("totals") as totals:
        totals.drop_column("repaired")
        totals.drop_column("audited_at")
    with op.batch_alter_table("customers") as customers:
        customers.drop_index("ix_customers_mail_digest")
        customers.drop_column("store_orders")
        customers.drop_column("store_net_minor")
        customers.drop_column("mail_digest")
    with op.batch_alter_table("orders") as orders:
        orders.create_index("ix_orders_customer", ["shop_id", "customer_id", "processed_at", "order_id"])
        orders.drop_index("ix_orders_guests")
        orders.drop_index("ix_orders_counted")
        orders.drop_column("mail_digest")
    with op.batch_alter_table("shops") as shops:
        shops.drop_column("swept_nightly_to")
        shops.drop_column("history_since")
        shops.drop_column("sealed_mail_key")
