"""How much the rules may give away in a month: an amount, and a share of what the store takes."""

from datetime import timedelta
from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain import gift_pool
from app.domain.backtest.takings import Takings
from tests.builders import DAY, NOON, auto_policy


@pytest.mark.parametrize(
    ("share", "taken", "limit"),
    [
        (50, 64_000_00, 320_00),  # half a percent
        (50, 200_000_00, 500_00),  # the amount is less
        (50, 199, 0),  # not a whole cent
        (50, 0, 0),
        (50, -5_00, 0),  # more was given back than came in
        (1, 1_000_000_00, 100_00),
        (None, 0, 500_00),  # no share was asked for
        (50, None, 500_00),  # nobody has counted yet
    ],
)
def test_given_what_a_store_took_when_a_month_is_limited_then_the_lesser_of_amount_and_share_holds(
    share: int | None, taken: int | None, limit: int
) -> None:
    policy = auto_policy(gifts_share=share, gifts_monthly_minor=500_00)

    assert gift_pool.limit(policy, taken) == limit


MOVES = st.tuples(st.integers(0, 90 * 24), st.integers(-50, 50), st.integers(0, 20))


@given(st.lists(MOVES, max_size=40))
def test_given_orders_that_come_late_and_change_when_nights_pass_then_the_last_thirty_days_are_added_up(
    moves: list[tuple[int, int, int]],
) -> None:
    takings, known = Takings(), list[tuple[timedelta, int]]()

    for now, (hours, more, _) in zip(accumulate(pause for *_, pause in moves), moves, strict=True):
        known.append((timedelta(hours=hours), more))
        takings.move(NOON + timedelta(hours=hours), more)
        night = NOON + now * DAY
        since = night - NOON - gift_pool.LATELY
        assert takings.by(night) == sum(minor for at, minor in known if at > since)
