"""Seals everything that is kept sealed anew with the current key, so that an older one can be thrown away.

A new column of secrets is one more line in the table below; a test misses it there.
"""

from collections.abc import Mapping
from typing import Any, cast

from sqlalchemy import CursorResult, RowMapping, Table, select, update
from sqlalchemy.orm import Session

from app.store.base import Base
from app.store.sealed import Seal

# For what each secret was sealed, in the words of whoever seals it.
PLACES: Mapping[tuple[str, str], str] = {
    ("connections", "sealed_key"): "connections.key:{shop_id}:{kind}",
    ("connections", "sealed_secrets"): "connections.secrets:{shop_id}:{kind}",
    ("grants", "sealed_refresh_token"): "grants.sealed_refresh_token:{shop_id}",
    ("grants", "sealed_token"): "shops.sealed_token:{domain}",
    ("privacy_requests", "sealed_copy"): "privacy_requests.sealed_copy:{shop_id}",
    ("privacy_requests", "sealed_person"): "privacy_requests.sealed_person:{shop_id}",
    ("shops", "sealed_alias_key"): "shops.sealed_alias_key:{domain}",
    ("shops", "sealed_mail_key"): "shops.sealed_mail_key:{domain}",
    ("shops", "sealed_token"): "shops.sealed_token:{domain}",
}


def older(session: Session, seal: Seal) -> int:
    """Return how many secrets are not sealed with the current key."""
    return sum(len(_rows(session, _table(name), column, seal)) for name, column in PLACES)


def reseal(session: Session, seal: Seal) -> int:
    """Seal with the current key what an older one sealed; return how many. Raises Unsealable where no key opens it."""
    done = 0
    for (name, column), place in PLACES.items():
        table = _table(name)
        (key,) = table.primary_key.columns
        for row in _rows(session, table, column, seal):
            meant = place.format_map(row)
            anew = seal.close(seal.open(row[column], place=meant), place=meant)
            # Whoever sealed something newer meanwhile did so with the current key.
            same = (key == row[key.name], table.c[column] == row[column])
            done += _changed(session, update(table).where(*same).values({column: anew}))
    return done


def _table(name: str) -> Table:
    return Base.metadata.tables[name]


def _rows(session: Session, table: Table, column: str, seal: Seal) -> list[RowMapping]:
    statement = select(table).where(table.c[column].is_not(None))
    shop = _table("shops")
    if table is not shop:
        statement = statement.add_columns(shop.c.domain).outerjoin(shop, shop.c.id == table.c.shop_id)
    return [row for row in session.execute(statement).mappings() if not seal.is_current(row[column])]


def _changed(session: Session, statement: Any) -> int:  # noqa: ANN401  # an UPDATE of one row
    return cast("CursorResult[Any]", session.execute(statement)).rowcount
