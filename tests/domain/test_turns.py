"""How an order came to be what it is, in a few bytes: nothing is lost between writing and reading."""

from dataclasses import replace
from datetime import datetime

import pytest

from app.domain import turns
from app.domain.turns import Told, Turn
from tests.builders import HOUR, NOON, order, usd


def test_given_an_order_when_its_turns_are_written_and_read_then_they_are_the_same() -> None:
    told = Told(NOON - HOUR, (Turn(NOON, 50_00, turns.traits(counted=True, settled=True)), Turn(NOON + HOUR, 0, 0)))

    assert turns.read(turns.written(*told)) == told


@pytest.mark.parametrize("left", [None, NOON - 2 * HOUR, NOON - HOUR, NOON])
def test_given_an_order_as_most_are_when_written_with_less_ado_then_it_is_the_same_text(left: datetime | None) -> None:
    placed, sent = turns.traits(counted=True), turns.traits(counted=True, shipped=True)
    made, told = NOON - HOUR, [Turn(NOON - HOUR, 50_00, placed)]
    if left is not None:
        told.append(Turn(max(left, made), 50_00, sent))

    assert turns.written_plain(made, 50_00, placed, left, sent) == turns.written(made, told)


def test_given_an_order_that_is_new_when_it_goes_on_then_its_first_turn_is_what_it_is_now() -> None:
    made, turn = turns.read(turns.gone_on(None, order(created_at=NOON - 2 * HOUR)))

    assert (made, turn) == (NOON - 2 * HOUR, (turns.turn_of(order()),))


@pytest.mark.parametrize("changes", [{"shipped": True}, {"cancelled": True}, {"net": usd(1)}, {"disputed": True}])
def test_given_news_to_the_rules_when_an_order_goes_on_then_it_is_one_more_turn(changes: dict[str, object]) -> None:
    later = replace(order(updated_at=NOON), **changes)  # type: ignore[arg-type]  # whatever it is

    text = turns.gone_on(turns.gone_on(None, order()), later)

    assert turns.read(text).turns == (turns.turn_of(order()), turns.turn_of(later))


def test_given_nothing_that_rules_see_when_an_order_goes_on_then_its_turns_stay() -> None:
    text = turns.gone_on(None, order())

    assert turns.gone_on(text, order(updated_at=NOON, name="#1001-A")) == text


def test_given_traits_when_each_is_asked_for_then_it_alone_is_there() -> None:
    for name in turns.TRAITS:
        alone = turns.traits(**{name: True})
        assert [each for each in turns.TRAITS if turns.has(alone, each)] == [name]


def test_given_what_is_in_an_order_when_it_is_written_then_each_variant_once() -> None:
    assert turns.aboard([7, 9, 7]) == "7,9"


def test_given_any_traits_when_written_then_their_text_looks_like_each_that_is_true_and_says_which_are() -> None:
    for number in range(1 << len(turns.TRAITS)):
        if number % 37:
            continue
        text = turns.written(NOON, [turns.Turn(NOON, 12_345, number)])
        for name in turns.TRAITS:
            back, digits = turns.looks_like(name)
            assert turns.is_now(text, name) is turns.has(number, name)
            assert text[-back] in digits or not turns.has(number, name)
