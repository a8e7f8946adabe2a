"""Brings the database to the newest shape; the migrations themselves lie in `migrations/`."""

import sys
from functools import cache

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from app.config import ROOT, settings


def to_head(url: str) -> None:
    """Apply every migration that is missing."""
    command.upgrade(_config(url), "head")


def to_nothing(url: str) -> None:
    """Take every migration back, the newest first; all data goes."""
    command.downgrade(_config(url), "base")


def where(url: str) -> tuple[str | None, str | None]:
    """Return the migration that the database is at, and the newest there is."""
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            current = MigrationContext.configure(connection).get_current_revision()
    finally:
        engine.dispose()
    return current, newest()


def revision(session: Session) -> str | None:
    """Return the migration that this database is at; None where there is nothing yet."""
    return MigrationContext.configure(session.connection()).get_current_revision()


def newest() -> str | None:
    """Return the newest migration that this version knows."""
    return _scripts().get_current_head()


def is_known(number: str | None) -> bool:
    """Return whether this version knows that migration; one that it does not know is of a version to come."""
    return number is None or number in {script.revision for script in _scripts().walk_revisions()}


def main() -> int:
    """Migrate the configured database and say so."""
    chosen = settings()
    if not chosen.database_url:
        chosen.app_var.mkdir(parents=True, exist_ok=True)
    to_head(chosen.database)
    sys.stdout.write("database is up to date\n")
    return 0


@cache
def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(_config("sqlite://"))


def _config(url: str) -> Config:
    config = Config(toml_file=ROOT / "pyproject.toml")
    # Percent signs in passwords would be read as interpolation.
    config.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    return config
