"""What stays when a process dies: the database as it would be found. Copied at any moment, and laid down again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import Column, ColumnElement, Engine, create_engine, func, select, text

from app.store.base import Base, open_database


class Ground(Protocol):
    """A database under the feet of one process."""

    engine: Engine

    def copied(self) -> Any:
        """Return what another process would find now; equal copies are one and the same."""

    def lay(self, copy: Any) -> None:
        """Let every process that comes find exactly that."""

    def close(self) -> None:
        """Let go of it."""


@dataclass(frozen=True, slots=True)
class Files:
    """A SQLite database as it lies on the disk, with what was written ahead and never tidied up."""

    database: bytes
    log: bytes


class SqliteGround:
    """Copies the very files: what is in nobody's memory but on the disk is what a dead process leaves."""

    def __init__(self, path: Path) -> None:
        self._path, self._log = path, path.with_name(f"{path.name}-wal")
        self.engine = open_database(f"sqlite:///{path}")

    def copied(self) -> Files:
        return Files(self._path.read_bytes(), self._log.read_bytes() if self._log.exists() else b"")

    def lay(self, copy: Files) -> None:
        self.engine.dispose()
        self._path.with_name(f"{self._path.name}-shm").unlink(missing_ok=True)
        self._path.write_bytes(copy.database)
        self._log.write_bytes(copy.log)

    def close(self) -> None:
        self.engine.dispose()


Rows = Mapping[str, Sequence[Mapping[str, Any]]]


class PostgresGround:
    """Copies all rows through a connection of its own, which sees what was committed and nothing else."""

    def __init__(self, url: str) -> None:
        self.engine = open_database(url)
        self._other = create_engine(url, pool_size=1)

    def copied(self) -> Rows:
        with self._other.begin() as connection:
            return {
                table.name: [
                    dict(row) for row in connection.execute(select(table).order_by(*table.primary_key)).mappings()
                ]
                for table in Base.metadata.sorted_tables
            }

    def lay(self, copy: Rows) -> None:
        self.engine.dispose()
        tables, now = Base.metadata.sorted_tables, self.copied()
        other = [table for table in tables if now[table.name] != copy[table.name]]
        with self._other.begin() as connection:
            # The trail is only added to, whoever asks; but for us, who go back in time.
            connection.execute(text("SET LOCAL session_replication_role = replica"))
            for table in other:
                connection.execute(table.delete())
                if copy[table.name]:
                    connection.execute(table.insert(), copy[table.name])
            numbers = [(table.autoincrement_column, copy[table.name]) for table in tables]
            connection.execute(select(*(_goes_on_after(rows, one) for one, rows in numbers if one is not None)))

    def close(self) -> None:
        self.engine.dispose()
        self._other.dispose()


def _goes_on_after(rows: Sequence[Mapping[str, Any]], number: Column[int]) -> ColumnElement[Any]:
    """Let the next row be numbered after the last one, also where one was begun and given up."""
    last = max((row[number.name] for row in rows), default=None)
    return func.setval(func.pg_get_serial_sequence(number.table.name, number.name), last or 1, last is not None)
