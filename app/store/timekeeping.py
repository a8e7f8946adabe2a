"""The database's own clock: all who share the database share it."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import NullPool, create_engine, func, select

from app.store.base import Sessions

_SECONDS = 5  # to be let in


def asking(sessions: Sessions) -> Callable[[], datetime] | None:
    """Return what asks the database for its time; None for SQLite, which is a file and goes by this machine's clock.

    It comes by a connection of its own, at once given back: it is asked from within transactions, too.
    """
    engine = sessions.kw["bind"]
    if engine.dialect.name == "sqlite":
        return None
    options = {"isolation_level": "AUTOCOMMIT", "connect_args": {"connect_timeout": _SECONDS}}
    aside = create_engine(engine.url, poolclass=NullPool, hide_parameters=True, **options)

    def ask() -> datetime:
        with aside.connect() as connection:
            moment: datetime = connection.scalars(select(func.clock_timestamp())).one()
        return moment

    return ask
