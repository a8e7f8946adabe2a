"""How long a version of the API lives."""

from datetime import UTC, datetime

import pytest

from integrations.shopify.versions import newest, served_until


@pytest.mark.parametrize(
    ("now", "version"),
    [
        (datetime(2026, 11, 26, tzinfo=UTC), "2026-10"),
        (datetime(2026, 10, 1, 16, 59, tzinfo=UTC), "2026-07"),
        (datetime(2026, 10, 1, 17, tzinfo=UTC), "2026-10"),
        (datetime(2027, 1, 1, 16, tzinfo=UTC), "2026-10"),
        (datetime(2027, 1, 1, 17, tzinfo=UTC), "2027-01"),
    ],
)
def test_given_a_moment_when_asked_then_the_newest_version_is_that_of_the_quarter(now: datetime, version: str) -> None:
    assert newest(now) == version


def test_given_a_version_when_asked_then_it_is_served_for_a_year() -> None:
    assert served_until("2026-01") == datetime(2027, 1, 1, 17, tzinfo=UTC)
