"""Months by a shop's own calendar, where a day is 23 or 25 hours long as well."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.domain import months

PARIS = "Europe/Paris"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(PARIS))


@pytest.mark.parametrize(
    ("there", "told"),
    [
        ("2026-10-31 23:59", None),
        ("2026-11-01 08:59", None),
        ("2026-11-01 09:00", "2026-10"),
        ("2026-11-02 00:00", "2026-10"),
        ("2026-11-07 23:59", "2026-10"),
        ("2026-11-08 00:00", None),
        ("2027-01-01 12:00", "2026-12"),
    ],
)
def test_given_a_shops_own_clock_when_asked_then_the_last_month_may_be_mailed_on_its_first_days(
    there: str, told: str | None
) -> None:
    assert months.to_mail(at(there), hour=9) == told


def test_given_a_month_in_which_clocks_are_put_back_when_measured_then_it_has_an_hour_more() -> None:
    begins, ends = months.bounds("2026-10", PARIS)

    assert (begins, ends) == (at("2026-10-01 00:00"), at("2026-11-01 00:00"))
    assert ends.timestamp() - begins.timestamp() == (timedelta(days=31) + timedelta(hours=1)).total_seconds()
    assert months.fresh_until("2026-10", PARIS) == at("2026-11-08 00:00")


def test_given_december_when_measured_then_it_ends_with_the_year() -> None:
    assert months.bounds("2026-12", PARIS)[1] == at("2027-01-01 00:00")
