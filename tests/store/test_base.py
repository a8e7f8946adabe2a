"""The ground rules of the database: moments in UTC, nothing half written, no update lost."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, select, text, update
from sqlalchemy.exc import DBAPIError, StatementError

from app.store.base import Session, Sessions, reading, unit_of_work
from app.store.shops import Merchant
from app.store.tables import Pool, Shop
from tests.builders import NOON
from tests.store.crowd import at_once


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30, deadline=None)
@given(
    st.datetimes(datetime(1990, 1, 1), datetime(2200, 1, 1), timezones=st.timezones()).filter(  # noqa: DTZ001
        lambda moment: moment.astimezone(UTC).astimezone(moment.tzinfo) == moment
    )
)
def test_given_any_moment_when_kept_then_it_comes_back_as_the_same_moment_in_utc(
    sessions: Sessions, shop: Merchant, moment: datetime
) -> None:
    with rolled_back(sessions) as session:
        session.execute(update(Shop).where(Shop.id == shop.id).values(swept_to=moment))
        kept = session.scalars(select(Shop.swept_to).where(Shop.id == shop.id)).one()

    assert kept == moment.astimezone(UTC)
    assert kept is not None
    assert kept.utcoffset() == timedelta()


def test_given_a_statement_that_fails_when_the_error_is_told_then_nothing_that_it_was_given_is_in_it(
    sessions: Sessions, shop: Merchant
) -> None:
    with rolled_back(sessions) as session, pytest.raises(DBAPIError) as caught:
        session.execute(text("SELECT :canary FROM nowhere"), {"canary": "ada@example.com"})

    assert "ada@example.com" not in str(caught.value)


def test_given_a_moment_without_a_zone_when_kept_then_it_is_refused(sessions: Sessions, shop: Merchant) -> None:
    naive = datetime(2026, 11, 21, 12)  # noqa: DTZ001  # that is what this is about

    with pytest.raises(StatementError, match="time zone"), unit_of_work(sessions) as session:
        session.execute(update(Shop).where(Shop.id == shop.id).values(swept_to=naive))


def test_given_moments_of_many_zones_when_compared_then_the_database_compares_moments(
    sessions: Sessions, shop: Merchant
) -> None:
    tokyo = NOON.astimezone(ZoneInfo("Asia/Tokyo"))

    with unit_of_work(sessions) as session:
        found = session.scalars(select(Shop.id).where(Shop.installed_at <= tokyo, Shop.installed_at >= tokyo)).all()

    assert found == [shop.id]


def test_given_a_unit_of_work_that_breaks_when_looked_at_then_nothing_of_it_was_written(
    sessions: Sessions, shop: Merchant
) -> None:
    def breaks_half_way() -> None:
        with unit_of_work(sessions) as session:
            session.execute(update(Shop).where(Shop.id == shop.id).values(paused=True))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        breaks_half_way()

    with unit_of_work(sessions) as session:
        assert session.scalars(select(Shop.paused).where(Shop.id == shop.id)).one() is False


@pytest.mark.parametrize("database", ["sqlite"])
def test_given_read_modify_write_on_sqlite_when_many_do_it_at_once_then_no_update_is_lost(
    sessions: Sessions, shop: Merchant
) -> None:
    with unit_of_work(sessions) as session:
        session.add(Pool(shop_id=shop.id, name="team", month="2026-11", limit_minor=10**6))

    def add_one(_number: int) -> None:
        for _ in range(10):
            with unit_of_work(sessions) as session:
                row = session.scalars(select(Pool)).one()
                row.spent_minor += 1

    at_once(8, add_one)

    with unit_of_work(sessions) as session:
        assert session.scalars(select(Pool.spent_minor)).one() == 80


@contextmanager
def rolled_back(sessions: Sessions) -> Iterator[Session]:
    """Open a transaction that leaves no trace: one example does not meet the next."""
    with sessions() as session:
        yield session
        session.rollback()


def test_given_a_writer_at_work_when_somebody_only_looks_then_they_need_not_wait(sessions: Sessions) -> None:
    with unit_of_work(sessions) as writing:
        writing.execute(text("SELECT 1"))
        with reading(sessions) as looking:
            assert looking.execute(text("SELECT 1")).scalar_one() == 1


def test_given_somebody_who_falls_silent_in_a_transaction_when_time_passes_then_the_server_ends_it(
    postgres_engine: Engine,
) -> None:
    """A host that is cut off keeps no row locked: asked of the server, not waited for."""
    with postgres_engine.connect() as connection:
        patience = connection.scalar(text("SHOW idle_in_transaction_session_timeout"))

    assert patience == "15s"
