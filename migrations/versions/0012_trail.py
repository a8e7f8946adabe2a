"""The audit trail, which the database itself lets nobody change."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_CONTENT = ("id", "shop_id", "at", "what", "who", "rule", "why", "amount_minor", "effect_id", "reference")
_ONLY_SEALED = "OLD.place IS NOT NULL OR NEW.place IS NULL OR NEW.seal IS NULL OR {changed}"
_STILL_HERE = "EXISTS (SELECT 1 FROM shops WHERE id = OLD.shop_id AND uninstalled_at IS NULL)"
_NO = "the trail is only added to"
_SQLITE = (
    f"""CREATE TRIGGER trail_is_not_changed BEFORE UPDATE ON trail
    WHEN {_ONLY_SEALED.format(changed=" OR ".join(f"NEW.{name} IS NOT OLD.{name}" for name in _CONTENT))}
    BEGIN SELECT RAISE(ABORT, '{_NO}'); END""",
    f"""CREATE TRIGGER trail_is_not_shortened BEFORE DELETE ON trail
    WHEN {_STILL_HERE}
    BEGIN SELECT RAISE(ABORT, '{_NO}'); END""",
)
_CHANGED = " OR ".join(f"NEW.{name} IS DISTINCT FROM OLD.{name}" for name in _CONTENT)
_POSTGRES = (
    f"""CREATE FUNCTION trail_is_only_added_to() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'TRUNCATE' THEN
            RAISE EXCEPTION '{_NO}';
        ELSIF TG_OP = 'DELETE' THEN
            IF {_STILL_HERE} THEN RAISE EXCEPTION '{_NO}'; END IF;
            RETURN OLD;
        ELSIF {_ONLY_SEALED.format(changed=_CHANGED)} THEN
            RAISE EXCEPTION '{_NO}';
        END IF;
        RETURN NEW;
    END $$""",
    """CREATE TRIGGER trail_is_only_added_to BEFORE UPDATE OR DELETE ON trail
    FOR EACH ROW EXECUTE FUNCTION trail_is_only_added_to()""",
    """CREATE TRIGGER trail_is_not_emptied BEFORE TRUNCATE ON trail
    FOR EACH STATEMENT EXECUTE FUNCTION trail_is_only_added_to()""",
)


def upgrade() -> None:
    op.create_table(
        "trail",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("shop_id", _BIG, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.func.current_timestamp(), nullable=False),
        sa.Column("what", sa.String(32), nullable=False),
        sa.Column("who", sa.String(64), nullable=False),
        sa.Column("rule", sa.String(32), nullable=True),
        sa.Column("why", sa.String(200), nullable=False),
        sa.Column("amount_minor", sa.BigInteger, nullable=True),
        sa.Column("effect_id", sa.BigInteger, nullable=True),
        sa.Column("reference", sa.String(255), nullable=True),
        sa.Column("place", sa.BigInteger, nullable=True),
        sa.Column("seal", sa.String(64), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_trail"),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name="fk_trail_shop_id_shops"),
        sa.UniqueConstraint("shop_id", "place", name="uq_trail_shop_id_place"),
    )
    unsealed = sa.text("place IS NULL")
    op.create_index("ix_trail_unsealed", "trail", ["shop_id", "id"], postgresql_where=unsealed, sqlite_where=unsealed)
    op.create_index("ix_trail_effect", "trail", ["effect_id", "id"])
    op.create_table(
        "trail_heads",
        sa.Column("shop_id", _BIG, nullable=False),
        sa.Column("place", sa.BigInteger, nullable=False),
        sa.Column("seal", sa.String(64), nullable=False),
        sa.Column("sealed_key", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("shop_id", name="pk_trail_heads"),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name="fk_trail_heads_shop_id_shops"),
    )
    for statement in _SQLITE if op.get_bind().dialect.name == "sqlite" else _POSTGRES:
        op.execute(statement)


def downgrade() -> None:
    op.drop_table("trail_heads")
    op.drop_table("trail")
    if op.get_bind().dialect.name != "sqlite":
        op.execute("DROP FUNCTION trail_is_only_added_to")
