"""Whose day it is: the same day each year, whatever the calendar does, and nonsense is nobody's birthday."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.moments import day_of_year, in_year, next_on, same_days, unseen


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("1990-05-17", (5, 17)),
        ("05-17", (5, 17)),
        (" --05-17\n", (5, 17)),
        ("1990-05-17T00:00:00Z", (5, 17)),
        ("2000-02-29", (2, 29)),
        ("1999-02-29", (2, 29)),  # the year is not looked at
    ],
)
def test_given_a_birthday_as_stores_write_it_when_read_then_it_is_a_month_and_a_day(
    said: str, found: tuple[int, int]
) -> None:
    assert day_of_year(said) == found


@pytest.mark.parametrize(
    "said",
    [
        *("", "-", "soon", "17/05/1990", "May 17", "1990-13-01", "1990-02-30", "1990-05-1", "0000-00-00", "05-17-1990"),
        *("٠٥-١٧", "05-17\x00", '{"month": 5}', "[]", "null", "1e9", "05-17" * 1_000, "<b>05-17</b>", "\ud800"),
    ],
)
def test_given_nonsense_in_the_field_when_read_then_nobody_has_a_birthday(said: str) -> None:
    assert day_of_year(said) is None


@given(st.text(max_size=40))
def test_given_whatever_somebody_typed_when_read_then_it_is_a_day_of_a_year_or_nothing(said: str) -> None:
    found = day_of_year(said)

    assert found is None or in_year(*found, 2028)


def test_given_the_leap_day_when_a_year_has_none_then_it_is_kept_a_day_early() -> None:
    assert [in_year(2, 29, year) for year in (2027, 2028)] == [date(2027, 2, 28), date(2028, 2, 29)]


@pytest.mark.parametrize(
    ("since", "comes"),
    [
        (date(2026, 5, 17), date(2026, 5, 17)),
        (date(2026, 5, 18), date(2027, 5, 17)),
        (date(2026, 12, 31), date(2027, 5, 17)),
    ],
)
def test_given_a_day_of_the_year_when_asked_for_the_next_then_today_is_still_one(since: date, comes: date) -> None:
    assert next_on(5, 17, since=since) == comes


def test_given_every_day_of_four_years_when_later_years_come_then_each_is_kept_once_a_year() -> None:
    first = [date(2020, 1, 1) + timedelta(days=number) for number in range(1_461)]
    for year in (2024, 2025, 2028):
        days = [date(year, 1, 1) + timedelta(days=number) for number in range(366)]
        kept = [each for day in days if day.year == year for each in same_days(day, years=10)]

        assert sorted(each for each in kept if each in set(first)) == first


@given(st.lists(st.integers(min_value=0, max_value=60), min_size=1, max_size=30))
def test_given_a_lead_that_changes_each_night_when_days_are_looked_at_then_each_comes_once_and_in_turn(
    leads: list[int],
) -> None:
    tonight, looked_at = date(2028, 2, 1), list[date]()
    for lead in leads:
        last = looked_at[-1] if looked_at else None
        looked_at += unseen(last, tonight + timedelta(days=lead), oldest=tonight - timedelta(days=7))
        tonight += timedelta(days=1)

    assert looked_at == [looked_at[0] + timedelta(days=number) for number in range(len(looked_at))]


def test_given_long_nights_without_anybody_when_days_are_looked_at_then_what_is_long_gone_is_left() -> None:
    assert unseen(date(2028, 1, 1), date(2028, 2, 29), oldest=date(2028, 2, 28)) == (
        date(2028, 2, 28),
        date(2028, 2, 29),
    )
