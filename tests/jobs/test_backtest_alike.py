"""What is walked through is what is lived: every decision, reason and gift of made-up lives is the same both ways."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.torture.backtest import CONTROLS, differences, lived_through, prepared
from tests.torture.made_up_lives import made_up

# The first of these two lives gives, runs out of what its store takes and lets go, with anniversaries and comebacks;
# the second sends afterwards, lets pass and asks. 200 are lived through by `python3 -m app torture backtest`.
SEEDS = (161, 121)


@pytest.fixture(scope="module")
def template() -> Iterator[Path]:
    with prepared() as file:
        yield file


@pytest.mark.parametrize("seed", SEEDS)
def test_given_a_life_when_walked_through_then_it_is_told_as_it_was_lived_and_careless_walks_are_caught(
    seed: int, template: Path
) -> None:
    with lived_through(made_up(seed, 16), template) as (lived, walked, careless):
        assert differences(lived, walked) == []
        assert lived.gifts
        assert len(careless) == len(CONTROLS)
        assert all(differences(lived, each) for each in careless)
