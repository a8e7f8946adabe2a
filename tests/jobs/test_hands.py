"""Hands: several things at once and no more, each outcome told, and no failure that goes unnoticed."""

from collections.abc import Iterator
from threading import Barrier, Event, Lock, current_thread

import pytest

from jobs.hands import Hands

LONG = 20  # seconds; only a failing test waits so long


class Died(BaseException):
    """The process is gone; nothing in it may catch this."""


@pytest.fixture
def four() -> Hands:
    return Hands(4)


def together(found: Iterator[list[int]]) -> list[int]:
    return [outcome for gathered in found for outcome in gathered]


def test_given_one_hand_then_the_caller_does_everything_itself_and_each_thing_is_told_before_the_next_begins() -> None:
    begun: list[int] = []

    def act(number: int) -> str:
        begun.append(number)
        return current_thread().name

    told = Hands(1).each(act, [1, 2, 3])

    assert next(told) == [current_thread().name]
    assert begun == [1]


def test_given_four_hands_then_four_things_are_under_way_at_once(four: Hands) -> None:
    meeting = Barrier(4)

    met = four.each(lambda _: meeting.wait(LONG) >= 0, range(4))

    assert [each for gathered in met for each in gathered] == [True] * 4


def test_given_a_smaller_share_then_no_more_are_under_way_and_all_get_done(four: Hands) -> None:
    lock, under_way, most = Lock(), 0, 0

    def act(number: int) -> int:
        nonlocal under_way, most
        with lock:
            under_way += 1
            most = max(most, under_way)
        with lock:
            under_way -= 1
        return number

    assert sorted(together(four.lent(lambda: 2).each(act, range(50)))) == list(range(50))
    assert most <= 2


def test_given_a_slow_thing_then_the_others_are_told_before_it_ends(four: Hands) -> None:
    let_go = Event()

    def act(number: int) -> int:
        if number == 0:
            let_go.wait(LONG)
        return number

    told = four.each(act, range(10))
    early: list[int] = []
    while len(early) < 9:
        early += next(told)
    let_go.set()

    assert sorted(early) == list(range(1, 10))
    assert together(told) == [0]


@pytest.mark.parametrize("count", [1, 4])
@pytest.mark.parametrize("fault", [RuntimeError, Died])
def test_given_one_that_fails_then_what_had_ended_is_told_and_the_failure_flies_and_nothing_more_is_begun(
    count: int, fault: type[BaseException]
) -> None:
    begun: list[int] = []

    def act(number: int) -> int:
        begun.append(number)
        if number == 2:
            raise fault
        return number

    told: list[int] = []
    with pytest.raises(fault):
        told.extend(one for gathered in Hands(count).each(act, range(100_000)) for one in gathered)

    assert sorted(told) == sorted(set(begun) - {2})
    assert len(begun) < 100_000


def test_given_a_caller_that_breaks_off_then_nothing_is_under_way_any_more_when_it_goes_on(four: Hands) -> None:
    first_told, ended = Event(), []

    def act(number: int) -> int:
        if number:
            first_told.wait(LONG)
            ended.append(number)
        return number

    def ask() -> None:
        for gathered in four.each(act, range(4)):
            assert gathered == [0]
            first_told.set()
            raise RuntimeError("the database is away")

    with pytest.raises(RuntimeError, match="the database is away"):
        ask()

    assert sorted(ended) == [1, 2, 3]


def test_given_a_thing_that_takes_long_when_gathered_with_little_patience_then_nothing_is_told_yet(four: Hands) -> None:
    may_end = Event()
    with four.crew() as crew:
        crew.begin(lambda _: may_end.wait(LONG), 1)

        assert crew.gather(seconds=0.01) == []
        assert crew.under_way == 1

        may_end.set()
        assert crew.gather() == [True]


def test_given_a_call_while_somebody_waits_for_hands_then_they_come_at_once_and_the_hands_go_on(four: Hands) -> None:
    may_end = Event()
    with four.crew() as crew:
        crew.begin(lambda _: may_end.wait(LONG), 1)

        four.call()

        assert crew.gather() == []
        assert (crew.was_called(), crew.was_called(), crew.under_way) == (True, False, 1)
        may_end.set()
        assert crew.gather() == [True]


def test_given_a_call_when_something_has_ended_as_well_then_both_are_told(four: Hands) -> None:
    with four.crew() as crew:
        crew.begin(lambda number: number, 1)
        told: list[int] = []
        four.call()
        while crew.under_way:
            told += crew.gather()

        assert (told, crew.was_called()) == ([1], True)
