"""On which day something arrives, and when it must leave for that: the table of cases."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.domain.delivery_days import MOST_DAYS_AHEAD, MOST_DAYS_LATER, choose, place_by, shut, wanted
from app.domain.policy import Sends

TODAY = date(2026, 11, 21)  # a Saturday
CHRISTMAS = date(2026, 12, 25)  # a Friday
ALL_BUT_SUNDAYS = [day for ahead in range(60) if (day := TODAY + timedelta(days=ahead)).weekday() != 6]

WANTED = [
    ("tomorrow", None, 1, TODAY + timedelta(days=1)),
    ("the last day in reach", None, 180, TODAY + timedelta(days=180)),
    ("today", None, 0, None),
    ("beyond reach", None, 181, None),
    ("far beyond what a calendar holds", None, 10**9, None),
    ("a date", CHRISTMAS, 14, CHRISTMAS),
    ("the last date in reach", TODAY + timedelta(days=180), 14, TODAY + timedelta(days=180)),
    ("a date beyond reach", TODAY + timedelta(days=181), 14, None),
    ("today's date", TODAY, 14, None),
    ("a date gone by", date(1, 1, 1), 14, None),
    ("the end of time", date.max, 14, None),
    ("a leap day", date(2028, 2, 29), 14, None),
]


@pytest.mark.parametrize(("day", "days", "found"), [case[1:] for case in WANTED], ids=[case[0] for case in WANTED])
def test_given_a_day_that_is_asked_for_when_looked_at_then_it_is_in_reach_or_none(
    day: date | None, days: int, found: date | None
) -> None:
    assert wanted(day, days, TODAY) == found


def test_given_a_leap_day_in_reach_when_asked_for_by_days_or_by_date_then_it_is_the_same_day() -> None:
    leap, before = date(2028, 2, 29), date(2028, 1, 30)

    assert wanted(None, 30, before) == wanted(leap, 14, before) == leap


CHOSEN = [
    ("nothing against it", CHRISTMAS, TODAY, Sends(), (), CHRISTMAS),
    ("every year's black-out", CHRISTMAS, TODAY, Sends(blackouts=("12-25",)), (), date(2026, 12, 26)),
    ("one year's black-out", CHRISTMAS, TODAY, Sends(blackouts=("2026-12-25",)), (), date(2026, 12, 26)),
    ("another year's black-out", CHRISTMAS, TODAY, Sends(blackouts=("2027-12-25",)), (), CHRISTMAS),
    ("black-outs in a row", CHRISTMAS, TODAY, Sends(blackouts=("12-25", "12-26", "12-27")), (), date(2026, 12, 28)),
    ("a black-out across the new year", date(2026, 12, 31), TODAY, Sends(blackouts=("01-01", "12-31")), (),
     date(2027, 1, 2)),
    ("no weekends", date(2026, 12, 5), TODAY, Sends(weekends=False), (), date(2026, 12, 7)),
    ("a black-out before a weekend", CHRISTMAS, TODAY, Sends(blackouts=("12-25",), weekends=False), (),
     date(2026, 12, 28)),
    ("a leap day that is ruled out", date(2028, 2, 29), date(2028, 2, 1), Sends(blackouts=("02-29",)), (),
     date(2028, 3, 1)),
    ("no leap day this year", date(2027, 3, 1), date(2027, 2, 1), Sends(blackouts=("02-29",)), (), date(2027, 3, 1)),
    ("a Sunday of the vendor's", date(2026, 12, 6), TODAY, Sends(), ALL_BUT_SUNDAYS, date(2026, 12, 7)),
    ("a Sunday before a black-out", date(2026, 12, 6), TODAY, Sends(blackouts=("12-07",)), ALL_BUT_SUNDAYS,
     date(2026, 12, 8)),
    ("a Sunday that the vendor has not told of yet", date(2027, 3, 7), TODAY, Sends(), ALL_BUT_SUNDAYS,
     date(2027, 3, 7)),
    ("a missed cut-off", TODAY, TODAY, Sends(), ALL_BUT_SUNDAYS[1:], TODAY + timedelta(days=2)),
    ("a day gone by, still soon enough", TODAY - timedelta(days=7), TODAY, Sends(), (), TODAY),
    ("a day gone by for too long", TODAY - timedelta(days=8), TODAY, Sends(), (), None),
    ("the last day that would do", TODAY + timedelta(days=1), TODAY, Sends(), [TODAY + timedelta(days=8)],
     TODAY + timedelta(days=8)),
    ("a whole week ruled out", CHRISTMAS, TODAY,
     Sends(blackouts=tuple((CHRISTMAS + timedelta(days=later)).isoformat() for later in range(8))), (), None),
]  # fmt: skip


@pytest.mark.parametrize(
    ("asked", "today", "sends", "open_days", "found"), [case[1:] for case in CHOSEN], ids=[case[0] for case in CHOSEN]
)
def test_given_a_day_that_will_not_do_when_chosen_then_it_is_the_next_that_does_within_a_week(
    asked: date, today: date, sends: Sends, open_days: list[date], found: date | None
) -> None:
    assert choose(asked, today=today, open_days=open_days, not_on=shut(sends, asked)) == found


@pytest.mark.parametrize("zone", ["America/New_York", "Europe/Berlin", "Pacific/Auckland", "Australia/Lord_Howe"])
def test_given_nights_in_which_clocks_change_when_it_must_leave_then_it_is_always_at_nine(zone: str) -> None:
    opening = datetime(2026, 3, 1, 9, tzinfo=ZoneInfo(zone))

    leaves = [place_by(opening.date() + timedelta(days=ahead), opening=opening) for ahead in range(MOST_DAYS_AHEAD)]

    assert {moment.hour for moment in leaves} == {9}
    assert len({moment.astimezone(UTC).time() for moment in leaves}) > 1  # the clocks did change meanwhile


def test_given_a_shop_whose_day_has_begun_before_ours_when_it_must_leave_then_days_are_the_shops() -> None:
    opening = datetime(2026, 11, 21, 9, tzinfo=ZoneInfo("Pacific/Kiritimati"))

    assert place_by(date(2026, 11, 22), opening=opening).astimezone(UTC) == datetime(2026, 11, 21, 19, tzinfo=UTC)


def test_given_a_way_of_some_days_when_it_must_leave_then_it_is_so_many_days_before() -> None:
    opening = datetime(2026, 11, 21, 9, tzinfo=ZoneInfo("America/New_York"))

    assert place_by(CHRISTMAS, opening=opening, lead_days=8) == opening.replace(month=12, day=17)


def test_given_a_day_when_asked_what_is_shut_around_it_then_no_day_that_would_do_is_left_out() -> None:
    every = tuple(f"{month:02}-{day:02}" for month in range(1, 13) for day in range(1, 32))

    assert len(shut(Sends(blackouts=every), CHRISTMAS)) == MOST_DAYS_LATER + 1
