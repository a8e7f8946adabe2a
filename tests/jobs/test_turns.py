"""Turns: whoever comes finds room while others have much to do, and gives way when their quantum is spent."""

import pytest

from jobs.turns import QUANTUM_SECONDS, TURN_SECONDS, Arrival, Turns


def test_given_a_shop_alone_then_half_of_the_hands_stay_free_for_whoever_comes_next() -> None:
    turns = Turns(32)

    assert turns.come(1) is Arrival.BEGINS
    assert turns.share == 16


@pytest.mark.parametrize("hands", [1, 2, 7, 16, 32])
def test_given_any_number_of_shops_then_their_shares_never_add_up_to_more_than_there_are_hands(hands: int) -> None:
    turns = Turns(hands)

    for shop in range(min(turns.places, hands)):
        assert turns.come(shop) is Arrival.BEGINS
        assert 1 <= turns.share * (shop + 1) <= hands


def test_given_all_places_taken_when_one_more_comes_then_it_waits_and_begins_when_one_has_left() -> None:
    turns = Turns(32)
    for shop in range(turns.places):
        turns.come(shop)

    assert turns.come(99) is Arrival.WAITS
    assert turns.leave(0)
    assert turns.come(99) is Arrival.BEGINS


def test_given_a_served_shop_when_its_bell_is_heard_again_then_it_is_looked_at_once_more_before_it_leaves() -> None:
    turns = Turns(32)
    turns.come(1)

    assert turns.come(1) is Arrival.IS_SERVED
    assert not turns.leave(1)
    assert turns.leave(1)
    assert turns.come(1) is Arrival.BEGINS


def test_given_a_bell_heard_before_the_last_look_when_the_shop_leaves_then_that_look_was_the_one_it_asked_for() -> None:
    turns = Turns(32)
    turns.come(1)
    turns.come(1)

    turns.looks(1)

    assert turns.leave(1)


def test_given_somebody_waits_then_a_turn_is_a_quantum_and_else_it_is_long() -> None:
    turns = Turns(32)
    turns.come(1)

    assert turns.may_go_on(QUANTUM_SECONDS)
    assert not turns.may_go_on(TURN_SECONDS)
    turns.waiting = 1
    assert not turns.may_go_on(QUANTUM_SECONDS)


def test_given_a_turn_that_ended_badly_then_its_place_is_free_whatever_was_heard_meanwhile() -> None:
    turns = Turns(32)
    turns.come(1)
    turns.come(1)

    turns.give_up(1)

    assert turns.come(1) is Arrival.BEGINS
