"""Many rows at once, the way each database takes them quickest: COPY and one merge, or one statement for all."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from psycopg import sql
from sqlalchemy import Column, ColumnClause, MetaData, Table, bindparam, delete, literal_column, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session
from sqlalchemy.schema import CreateTable
from sqlalchemy.sql.base import ReadOnlyColumnCollection

from app.store.base import Moment, as_kept

Values = Sequence[object]
Same = dict[str, ColumnClause[Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """How a shop's rows come: the columns in their order, what each new row begins with, and which a known row changes.

    With `newer`, a known row is left alone whose value there is higher.
    """

    table: Table
    columns: tuple[str, ...]
    changes: tuple[str, ...]
    begins: tuple[tuple[str, object], ...] = ()
    newer: str | None = None


def pour(session: Session, shape: Shape, rows: Sequence[Values], *, shop_id: int) -> None:
    """Write the shop's rows, no two of one key, each new or over the known one."""
    if not rows:
        return
    same: Same = {name: literal_column(str(value)) for name, value in (("shop_id", shop_id), *shape.begins)}
    if session.get_bind().dialect.name == "sqlite":
        _all_in_one(session, shape, rows, same)
    else:
        _copy_and_merge(session, shape, rows, same)


def weigh(session: Session, *shapes: Shape) -> None:
    """Let PostgreSQL see how much was poured: it plans by what it last saw, which may have been an empty table."""
    if session.get_bind().dialect.name == "postgresql":
        for shape in shapes:
            session.execute(text(f"ANALYZE {shape.table.name}"))


def _copy_and_merge(session: Session, shape: Shape, rows: Sequence[Values], same: Same) -> None:
    staged = Table(
        f"staged_{shape.table.name}",
        MetaData(),
        *(Column(name, shape.table.c[name].type) for name in shape.columns),
        prefixes=["TEMPORARY"],
        postgresql_on_commit="DELETE ROWS",
    )
    session.execute(CreateTable(staged, if_not_exists=True))
    names = sql.SQL(", ").join(map(sql.Identifier, shape.columns))
    into = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(staged.name), names)
    driver: Any = session.connection().connection.driver_connection
    with driver.cursor() as cursor, cursor.copy(into) as copy:
        for row in rows:
            copy.write_row(row)
    statement = postgresql.insert(shape.table).from_select([*shape.columns, *same], select(*staged.c, *same.values()))
    session.execute(statement.on_conflict_do_update(**_conflict(shape, statement.excluded)))
    session.execute(delete(staged))  # the same transaction may pour again, into another shop too


def _all_in_one(session: Session, shape: Shape, rows: Sequence[Values], same: Same) -> None:
    # What is the same in all rows stands in the statement itself.
    statement = sqlite.insert(shape.table).values({name: bindparam(name) for name in shape.columns} | same)
    statement = statement.on_conflict_do_update(**_conflict(shape, statement.excluded))
    compiled = statement.compile(dialect=sqlite.dialect(paramstyle="qmark"))
    # Past SQLAlchemy, which would look at each value: here moments are text already, and columns stand in its order.
    columns = dict(zip(shape.columns, zip(*rows, strict=True), strict=True))
    for name, found in columns.items():
        if isinstance(shape.table.c[name].type, Moment):
            columns[name] = tuple(map(as_kept, found))
    values = list(zip(*(columns[name] for name in compiled.positiontup or ()), strict=True))
    session.connection().exec_driver_sql(str(compiled), values)


def _conflict(shape: Shape, excluded: ReadOnlyColumnCollection[str, Any]) -> dict[str, Any]:
    key = [column.name for column in shape.table.primary_key]
    guard = None if shape.newer is None else shape.table.c[shape.newer] <= excluded[shape.newer]
    return {"index_elements": key, "set_": {name: excluded[name] for name in shape.changes}, "where": guard}
