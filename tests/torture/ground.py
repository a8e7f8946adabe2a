"""What stays when a process dies: the database as it would be found. Copied at any moment, and laid down again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import Engine, create_engine, func, select, text

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
        tables = Base.metadata.sorted_tables
        with self._other.begin() as connection:
            # The trail is only added to, whoever asks; but for us, who go back in time.
            connection.execute(text("SET LOCAL session_replication_role = replica"))
            connection.execute(text(f"TRUNCATE {', '.join(table.name for table in tables)} RESTART IDENTITY CASCADE"))
            for table in tables:
                rows = copy[table.name]
                if rows:
                    connection.execute(table.insert(), rows)
                number = table.autoincrement_column
                if number is not None and rows:
                    sequence = func.pg_get_serial_sequence(table.name, number.name)
                    connection.execute(select(func.setval(sequence, max(row[number.name] for row in rows))))

    def close(self) -> None:
        self.engine.dispose()
        self._other.dispose()
