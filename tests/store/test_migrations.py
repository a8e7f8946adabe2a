"""The migrations lead exactly to the tables that the code speaks of, and back again."""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text
from sqlalchemy.engine import make_url

from app.store import grants, migrate, tables
from app.store.base import Base, open_database, reading, sessions_of
from app.store.sealed import Seal
from tests.conftest import on_server

SHOP_BEFORE_GRANTS = """
    INSERT INTO shops (id, domain, name, currency, timezone, sealed_token, policy, paused, installed_at)
    VALUES (:id, :domain, 'A', 'USD', 'UTC', :token, '{}', false, '2026-11-21 12:00:00')
"""


@pytest.fixture
def empty_url(database: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Yield a database without a single table."""
    if database == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
        return
    server, name = request.getfixturevalue("postgres_url"), f"empty_{uuid4().hex}"
    on_server(server, f"CREATE DATABASE {name}")
    yield make_url(server).set(database=name).render_as_string(hide_password=False)
    on_server(server, f"DROP DATABASE {name} WITH (FORCE)")


def test_given_an_empty_database_when_migrated_then_it_is_what_the_tables_say(empty_url: str) -> None:
    migrate.to_head(empty_url)

    assert differences(empty_url) == []


def test_given_a_migrated_database_when_taken_back_and_forth_then_nothing_is_left_and_nothing_is_missing(
    empty_url: str,
) -> None:
    migrate.to_head(empty_url)
    migrate.to_nothing(empty_url)
    assert table_names(empty_url) == {"alembic_version"}

    migrate.to_head(empty_url)
    assert table_names(empty_url) == {"alembic_version", *Base.metadata.tables}
    assert differences(empty_url) == []


def test_given_a_migrated_database_when_migrated_again_then_nothing_happens(empty_url: str) -> None:
    migrate.to_head(empty_url)
    migrate.to_head(empty_url)

    assert differences(empty_url) == []


def test_given_a_token_of_the_version_before_when_migrated_then_it_opens_where_tokens_are_now(
    empty_url: str, seal: Seal
) -> None:
    command.upgrade(migrate._config(empty_url), "0006")
    engine = open_database(empty_url)
    old = {
        "id": 1,
        "domain": "a.myshopify.com",
        "token": seal.close("shpat_1", place="shops.sealed_token:a.myshopify.com"),
    }
    with engine.begin() as connection:
        connection.execute(text(SHOP_BEFORE_GRANTS), old)
        connection.execute(text(SHOP_BEFORE_GRANTS), {"id": 2, "domain": "b.myshopify.com", "token": None})
    migrate.to_head(empty_url)

    with reading(sessions_of(engine)) as session:
        one, two = (grants.read(session, shop_id=shop_id, seal=seal) for shop_id in (1, 2))
    engine.dispose()

    assert one is not None
    assert two is not None
    assert (one.live, one.token, one.expires_at, one.scopes) == (True, "shpat_1", None, None)
    assert (two.live, two.token) == (False, None)


def test_given_every_table_when_looked_at_then_it_names_its_shop() -> None:
    nameless = {name for name, table in Base.metadata.tables.items() if "shop_id" not in table.columns}

    assert nameless == {tables.Shop.__tablename__, "stops", "pulses"}


@pytest.mark.parametrize("database", ["postgres"])
def test_given_names_of_constraints_when_read_back_then_they_follow_the_convention(database_url: str) -> None:
    engine = open_database(database_url)
    found = {unique["name"] for unique in inspect(engine).get_unique_constraints("effects")}
    checks = {check["name"] for check in inspect(engine).get_check_constraints("pools")}
    engine.dispose()

    assert found == {"uq_effects_shop_id_key"}
    assert checks == {"ck_pools_not_negative", "ck_pools_within_limit"}


def differences(url: str) -> list[object]:
    engine = open_database(url)
    with engine.connect() as connection:
        found = compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), Base.metadata)
    engine.dispose()
    return list(found)


def table_names(url: str) -> set[str]:
    engine = open_database(url)
    names = set(inspect(engine).get_table_names())
    engine.dispose()
    return names
