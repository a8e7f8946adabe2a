"""Brings the database to the newest shape; the migrations themselves lie in `migrations/`."""

import sys

from alembic import command
from alembic.config import Config

from app.config import ROOT, settings


def to_head(url: str) -> None:
    """Apply every migration that is missing."""
    command.upgrade(_config(url), "head")


def to_nothing(url: str) -> None:
    """Take every migration back, the newest first; all data goes."""
    command.downgrade(_config(url), "base")


def main() -> int:
    """Migrate the configured database and say so."""
    chosen = settings()
    if not chosen.database_url:
        chosen.app_var.mkdir(parents=True, exist_ok=True)
    to_head(chosen.database)
    sys.stdout.write("database is up to date\n")
    return 0


def _config(url: str) -> Config:
    config = Config(toml_file=ROOT / "pyproject.toml")
    # Percent signs in passwords would be read as interpolation.
    config.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    return config
