"""A worker is frozen, or its host cut off, until others have done its work; then it wakes, and goes on where it was."""

from collections.abc import Iterator

import pytest

from tests.torture.frozen import wrong_when_frozen
from tests.torture.theatre import Theatre, theatre
from tests.torture.weather import CALM


@pytest.fixture(scope="module")
def here() -> Iterator[Theatre]:
    with theatre() as opened:
        yield opened


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("gift", slice(8, 16)),  # while it is decided
        ("gift-order", slice(-12, None)),  # while it is done
        ("gift-draft", slice(-42, -36)),  # while it is drafted
        ("note", slice(-10, None)),
        ("refund", slice(-12, None)),
    ],
    ids=["gift", "gift-order", "gift-draft", "note", "refund"],
)
def test_given_a_worker_that_was_frozen_when_it_comes_back_late_then_its_answers_change_nothing(
    here: Theatre, name: str, part: slice
) -> None:
    assert wrong_when_frozen(here.tell(name, CALM[name]), part) == {}
