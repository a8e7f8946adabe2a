"""A sample of all orders in which five letters can come, with a worker that dies on the way."""

from collections.abc import Iterator

import pytest

from tests.torture.orders import LETTERS, SEEDS, told_by_seed, written_down
from tests.torture.theatre import Theatre, theatre


@pytest.fixture(scope="module")
def here() -> Iterator[Theatre]:
    with theatre() as opened:
        yield opened


def test_given_a_story_when_written_down_then_it_is_five_letters(here: Theatre) -> None:
    assert len(written_down(here).letters) == LETTERS


@pytest.mark.parametrize("seed", SEEDS)
def test_given_five_letters_in_any_order_when_a_worker_dies_on_the_way_then_all_end_alike(
    here: Theatre, seed: int
) -> None:
    ends = told_by_seed(here, seed, every=23)

    assert len(ends) == 6
    assert len(set(ends)) == 1
    assert ends[0].endswith("gifts (0, 0, 0)")
