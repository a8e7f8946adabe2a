"""Trying again: soon at first, ever more slowly, and not for ever."""

from datetime import timedelta

import pytest

from app.domain.errors import Busy, OurMistake, Unavailable
from app.domain.retry import MOST_ATTEMPTS, MOST_MISTAKES, pause_before_next, pause_when_busy, wait_after


def test_given_a_first_failure_when_waiting_then_it_is_two_seconds() -> None:
    assert wait_after(1) == timedelta(seconds=2)


@pytest.mark.parametrize("attempts", range(1, 12))
def test_given_one_more_failure_when_waiting_then_the_pause_doubles(attempts: int) -> None:
    assert wait_after(attempts + 1) == 2 * wait_after(attempts)


@pytest.mark.parametrize("attempts", [14, 20, 1_000, 10**9])
def test_given_many_failures_when_waiting_then_it_is_four_hours_at_most(attempts: int) -> None:
    assert wait_after(attempts) == timedelta(hours=4)


@pytest.mark.parametrize("attempts", [0, -1])
def test_given_no_failure_when_waiting_then_that_is_a_mistake(attempts: int) -> None:
    with pytest.raises(ValueError, match="nothing was tried"):
        wait_after(attempts)


def test_given_all_tries_when_their_pauses_are_summed_then_an_outage_of_a_day_is_survived() -> None:
    patience = sum((wait_after(attempts) for attempts in range(1, MOST_ATTEMPTS)), timedelta())

    assert timedelta(hours=24) < patience < timedelta(hours=36)


@pytest.mark.parametrize(("asked", "seconds"), [(None, 2), (0.0, 2), (0.7, 0.7), (3600.0, 3600)])
def test_given_somebody_busy_when_they_say_how_long_then_that_is_the_pause(asked: float | None, seconds: float) -> None:
    assert pause_when_busy(Busy("busy", retry_after=asked)) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("tries", "asked", "pause"),
    [
        (1, None, timedelta(seconds=2)),
        (1, 3600.0, timedelta(hours=1)),
        (10, 60.0, wait_after(10)),
        (MOST_ATTEMPTS - 1, None, timedelta(hours=4)),
        (MOST_ATTEMPTS, 60.0, None),
    ],
)
def test_given_a_failure_when_the_next_try_is_set_then_the_longer_pause_counts_and_there_is_a_last_try(
    tries: int, asked: float | None, pause: timedelta | None
) -> None:
    assert pause_before_next(Unavailable("away", retry_after=asked), tries) == pause


def test_given_a_mistake_of_ours_when_tried_then_a_new_version_gets_its_chance_and_no_day_is_wasted() -> None:
    pauses = [pause_before_next(OurMistake("wrong", retry_after=600.0), tries) for tries in range(1, MOST_MISTAKES + 1)]

    assert pauses == [timedelta(minutes=10), timedelta(minutes=10), None]
