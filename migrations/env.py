"""How Alembic meets our database: our engine, our tables, one transaction for all that is missing."""

from alembic import context

from app.store import tables
from app.store.base import open_database

engine = open_database(context.config.get_main_option("sqlalchemy.url") or "")
with engine.begin() as connection:
    context.configure(connection=connection, target_metadata=tables.Base.metadata, render_as_batch=True)
    with context.begin_transaction():
        context.run_migrations()
engine.dispose()
