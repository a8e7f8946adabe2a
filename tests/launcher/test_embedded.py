"""The tests' own PostgreSQL really is one."""

import subprocess
from pathlib import Path

import psycopg
import pytest

from tests import embedded
from tests.embedded import private_postgres, private_redis


def test_given_a_block_when_it_runs_then_a_real_postgresql_answers_and_afterwards_is_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TEST_DATABASE_URL", raising=False)
    with private_postgres(tmp_path) as url, psycopg.connect(url) as connection:
        row = connection.execute("select current_setting('server_encoding'), current_setting('timezone')").fetchone()
        assert row == ("UTF8", "UTC")
        connection.close()
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(url)


def test_given_programs_behind_a_closed_door_when_root_serves_as_nobody_then_they_are_copied_with_their_libraries(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedded, "is_open_to_all", lambda folder: False)
    programs = embedded.reachable_programs(tmp_path, "nobody")
    assert programs.is_relative_to(tmp_path)
    assert subprocess.run([programs / "postgres", "--version"], check=True, capture_output=True).stdout


def test_given_named_servers_when_asked_then_they_are_used_as_they_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEST_DATABASE_URL", "postgresql://there/db")
    monkeypatch.setenv("TEST_REDIS_URL", "redis://there:6379/0")
    with private_postgres(tmp_path) as database, private_redis(tmp_path) as redis:
        assert (database, redis) == ("postgresql://there/db", "redis://there:6379/0")
