"""Both databases, empty and migrated, for as long as a bench runs."""

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from uuid import uuid4

from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from app.store import migrate
from tests.embedded import private_postgres


@contextmanager
def both(count: int = 1) -> Iterator[dict[str, list[str]]]:
    """Yield the URLs of so many databases of each kind. PostgreSQL runs as in tests: nothing waits for the disk."""
    with ExitStack() as open_things:
        folder = Path(open_things.enter_context(tempfile.TemporaryDirectory(prefix="lagniappe-bench-")))
        server = open_things.enter_context(private_postgres(folder / "postgres"))
        urls = {
            "SQLite": [f"sqlite:///{folder / f'bench-{number}.db'}" for number in range(count)],
            "PostgreSQL": [_created(server, f"bench_{number}") for number in range(count)],
        }
        for url in (url for kind in urls.values() for url in kind):
            migrate.to_head(url)
        yield urls


@contextmanager
def durable(kind: str, folder: Path) -> Iterator[str]:
    """Yield the URL of one database, "sqlite" or "postgresql", which waits for the disk as in production."""
    with ExitStack() as open_things:
        if kind == "sqlite":
            url = f"sqlite:///{folder / 'durable.db'}"
        else:
            server = open_things.enter_context(private_postgres(folder / "postgres", durable=True))
            url = _created(server, f"durable_{uuid4().hex}")
        migrate.to_head(url)
        yield url


def _created(server: str, name: str) -> str:
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    engine.dispose()
    return make_url(server).set(database=name).render_as_string(hide_password=False)
