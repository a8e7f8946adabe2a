"""The rows that nearly every test begins with, put back as they were made for the first: made anew, they took longer.

Only an empty database gets them, so whoever has written anything first gets this made as the app makes it.
"""

from typing import Any

from sqlalchemy import Column, ColumnElement, Engine, Table, func, insert, select

from app.store.base import Base, Session
from app.store.tables import Shop

Rows = list[dict[str, Any]]
_KEPT: dict[str, list[tuple[Table, Rows]]] = {}  # by database


def put_back(session: Session, engine: Engine) -> int | None:
    """Write the rows that were remembered, and return the shop's id; None where there are none, or others stand."""
    if str(engine.url) not in _KEPT or session.scalar(select(Shop.id).limit(1)) is not None:
        return None
    kept = _KEPT[str(engine.url)]
    if engine.dialect.name == "postgresql":
        session.execute(select(*(_goes_on_after(rows, one) for one, rows in _numbered(kept))))
    for table, rows in kept:
        session.execute(insert(table), rows)
    return session.scalars(select(Shop.id)).one()


def remember(engine: Engine) -> None:
    """Remember every row that stands, once all of it is committed: some are only written then."""
    with engine.connect() as books:
        found = [(table, books.execute(select(table)).mappings().all()) for table in Base.metadata.sorted_tables]
    _KEPT[str(engine.url)] = [(table, [dict(row) for row in rows]) for table, rows in found if rows]


def is_empty(session: Session, engine: Engine) -> bool:
    """Return whether what is written next is worth remembering: nothing stands yet, and nothing is remembered."""
    if str(engine.url) in _KEPT:
        return False
    return not any(session.execute(select(table).limit(1)).first() for table in Base.metadata.sorted_tables)


def _numbered(kept: list[tuple[Table, Rows]]) -> list[tuple[Column[int], Rows]]:
    return [(table.autoincrement_column, rows) for table, rows in kept if table.autoincrement_column is not None]


def _goes_on_after(rows: Rows, number: Column[int]) -> ColumnElement[Any]:
    """Let the next row be numbered behind these, where another test has set the numbers back."""
    sequence, last = func.pg_get_serial_sequence(number.table.name, number.name), max(row[number.name] for row in rows)
    return func.setval(sequence, func.greatest(func.nextval(sequence), last))
