"""The database's ground rules: naming, moments in UTC, engines that do not lose updates, one unit of work."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from sqlite3 import Connection as SqliteConnection

from sqlalchemy import (
    BigInteger,
    Connection,
    DateTime,
    Dialect,
    Engine,
    Index,
    Integer,
    MetaData,
    Table,
    TypeDecorator,
    create_engine,
    event,
    make_url,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker

Sessions = sessionmaker[Session]

__all__ = [
    "WHO",
    "Base",
    "BigId",
    "Moment",
    "Session",
    "Sessions",
    "StoreFault",
    "StoreUnavailable",
    "as_kept",
    "insert",
    "insert_in",
    "open_database",
    "reading",
    "sessions_of",
    "signed",
    "unit_of_work",
]

# The database is away, full or locked: nothing was written.
StoreUnavailable = OperationalError
# The database is there and will not have this.
StoreFault = DBAPIError

WHO = "lagniappe_who"  # in a session's info: in whose name it writes, when not in the house's own
_READING = "lagniappe_reading"

# A host that is cut off says no goodbye. Whoever is cut off must notice, and must not keep the rows that it has locked:
# the server ends a transaction in which nothing is said any more. None of ours thinks for that long.
_POSTGRES = {
    "connect_timeout": 5,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 15_000,
    "options": "-c idle_in_transaction_session_timeout=15000 -c tcp_user_timeout=15000"
    " -c tcp_keepalives_idle=5 -c tcp_keepalives_interval=2 -c tcp_keepalives_count=3",
}
_POOL = 5  # connections kept, beside one for each thread

# Ids of the store exceed 2^31; SQLite counts rows up by itself only for its own INTEGER type.
BigId = BigInteger().with_variant(Integer, "sqlite")


class Moment(TypeDecorator[datetime]):
    """A moment in UTC. SQLite keeps no zone, so it is taken off on the way in and put back on the way out."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a time zone cannot be kept")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        if value is None or value.tzinfo is not None:
            return value
        return value.replace(tzinfo=UTC)


class Base(DeclarativeBase):
    """All tables; constraint names follow one convention, so that migrations can name them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {datetime: Moment, int: BigInteger}  # noqa: RUF012  # SQLAlchemy reads it from the class


def open_database(url: str, *, threads: int = 1) -> Engine:
    """Return an engine that loses no update and survives a fork; `threads` may use it beside those who serve.

    SQLite's default transactions begin late and overwrite each other silently; these begin with the write lock.
    """
    # What a statement was given may be somebody's name or a body, and errors end in logs and in Redis.
    wire = _POSTGRES if make_url(url).get_backend_name() == "postgresql" else {}
    engine = create_engine(
        url, pool_pre_ping=True, hide_parameters=True, pool_size=_POOL + threads, connect_args=dict(wire)
    )
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin)
    os.register_at_fork(after_in_child=lambda: engine.dispose(close=False))
    return engine


@contextmanager
def unit_of_work(sessions: Sessions) -> Iterator[Session]:
    """Open one transaction; commit it at the end of the block, or nothing at all when the block raises."""
    with sessions.begin() as session:
        yield session


@contextmanager
def reading(sessions: Sessions) -> Iterator[Session]:
    """Open one look at the database as it is; on SQLite it does not stand in any writer's way. Nothing is kept."""
    engine: Engine = sessions.kw["bind"]
    with sessions(bind=engine.execution_options(**{_READING: True})) as session:
        yield session


def sessions_of(engine: Engine) -> Sessions:
    """Return the factory of sessions whose objects stay readable after the commit."""
    return sessionmaker(engine, expire_on_commit=False)


def signed(sessions: Sessions, who: str) -> Sessions:
    """Return sessions that write in somebody's name."""
    return sessionmaker(class_=sessions.class_, **(sessions.kw | {"info": {WHO: who}}))


def as_kept(moment: datetime) -> str:
    """Return a moment as SQLAlchemy's DateTime writes it into SQLite."""
    return moment.astimezone(UTC).isoformat(" ", "microseconds").removesuffix("+00:00")


def some_rows(name: str, *columns: str, where: str) -> Index:
    """Return an index that holds some of a table's rows alone, in either database."""
    return Index(name, *columns, postgresql_where=text(where), sqlite_where=text(where))


def insert(session: Session, table: type[Base] | Table) -> "postgresql.Insert | sqlite.Insert":
    """Return an INSERT that can say ON CONFLICT, in the dialect of this session's database."""
    return insert_in(session.get_bind().dialect.name, table)


def insert_in(dialect: str, table: type[Base] | Table) -> "postgresql.Insert | sqlite.Insert":
    """Return an INSERT that can say ON CONFLICT, in that dialect."""
    return sqlite.insert(table) if dialect == "sqlite" else postgresql.insert(table)


def _prepare_sqlite(connection: SqliteConnection, _record: object) -> None:
    connection.isolation_level = None  # the begin hook below decides when a transaction starts
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=30000", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    looks_only = connection.get_execution_options().get(_READING)
    connection.exec_driver_sql("BEGIN" if looks_only else "BEGIN IMMEDIATE")
