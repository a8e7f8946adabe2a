"""Which month pays, and when a day begins: by the shop's own clock, also in the nights in which it is changed."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from app.domain.effects import Pool
from app.store.shops import Merchant
from jobs.runtime import midnight, purse
from tests.builders import NOON

pytestmark = pytest.mark.parametrize("database", ["sqlite"])
NEW_YORK, BERLIN, KOLKATA = "America/New_York", "Europe/Berlin", "Asia/Kolkata"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "moment", "month"),
    [
        (NEW_YORK, "2026-11-01T03:59:59.999999", "2026-10"),  # summer time ends two hours later
        (NEW_YORK, "2026-11-01T04:00:00", "2026-11"),
        (NEW_YORK, "2026-11-01T05:30:00", "2026-11"),  # the first of two half past one
        (NEW_YORK, "2026-11-01T06:30:00", "2026-11"),  # and the second
        (NEW_YORK, "2026-12-01T04:59:59.999999", "2026-11"),
        (NEW_YORK, "2026-12-01T05:00:00", "2026-12"),
        (BERLIN, "2026-02-28T22:59:59.999999", "2026-02"),
        (BERLIN, "2026-02-28T23:00:00", "2026-03"),
        (BERLIN, "2026-03-31T21:59:59.999999", "2026-03"),  # in summer time by now
        (BERLIN, "2026-03-31T22:00:00", "2026-04"),
        (KOLKATA, "2026-11-30T18:29:59.999999", "2026-11"),
        (KOLKATA, "2026-11-30T18:30:00", "2026-12"),
    ],
)
def test_given_a_moment_around_the_end_of_a_month_when_paid_then_the_shops_own_month_pays(
    shop: Merchant, zone: str, moment: str, month: str
) -> None:
    assert purse(replace(shop, timezone=zone), at(moment)).month == month


def test_given_a_share_of_what_the_store_took_when_paid_then_gifts_have_no_more_and_it_is_said_why(
    shop: Merchant,
) -> None:
    policy = replace(shop.policy, gifts_monthly_minor=500_00, gifts_share=50)
    month, rich = (purse(replace(shop, policy=policy, taken_minor=minor), NOON) for minor in (64_000_00, 900_000_00))

    assert (month.limits[Pool.GIFTS], month.lowered_by) == (320_00, 64_000_00)
    assert (rich.limits[Pool.GIFTS], rich.lowered_by) == (500_00, None)
    assert month.limits[Pool.TEAM] == policy.team_monthly_minor


@pytest.mark.parametrize(
    ("zone", "moment", "begins"),
    [
        (NEW_YORK, "2026-11-01T05:30:00", "2026-11-01T04:00:00"),
        (NEW_YORK, "2026-11-01T06:30:00", "2026-11-01T04:00:00"),
        (NEW_YORK, "2026-11-02T04:59:59", "2026-11-01T04:00:00"),  # a day of 25 hours
        (NEW_YORK, "2026-11-02T05:00:00", "2026-11-02T05:00:00"),
        (BERLIN, "2026-03-29T12:00:00", "2026-03-28T23:00:00"),
        (BERLIN, "2026-03-29T21:59:59", "2026-03-28T23:00:00"),  # a day of 23 hours
        (BERLIN, "2026-03-29T22:00:00", "2026-03-29T22:00:00"),
        (KOLKATA, "2026-03-29T18:30:00", "2026-03-29T18:30:00"),
    ],
)
def test_given_a_night_in_which_clocks_are_changed_when_a_day_is_counted_then_it_begins_at_the_shops_midnight(
    shop: Merchant, zone: str, moment: str, begins: str
) -> None:
    assert midnight(replace(shop, timezone=zone), at(moment)).astimezone(UTC) == at(begins)
