"""Every known trap has a test that is there and is run."""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.integrations.shopify.traps import ANSWERS, TRAPS, TWIN

ROOT = Path(__file__).parents[3]
PLACES = {**ANSWERS, **TRAPS, **TWIN}


@pytest.fixture(scope="module")
def collected() -> list[str]:
    """What pytest would run of the files that are named, each by its id."""
    files = sorted({f"tests/{place.partition('::')[0]}" for places in PLACES.values() for place in places})
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:xdist", *files],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-2000:]
    return done.stdout.splitlines()


def is_there(place: str, collected: Sequence[str]) -> bool:
    """Return whether a test of that file is run whose name, and whose row where one is named, contain the words."""
    file, _, words = place.partition("::")
    name, _, row = words.removesuffix("]").partition("[")
    for each in collected:
        where, _, what = each.partition("::")
        test, _, its_row = what.partition("[")
        if where == f"tests/{file}" and name in test and row in its_row:
            return True
    return False


def test_given_every_known_trap_when_its_tests_are_looked_for_then_each_is_run(collected: list[str]) -> None:
    assert all(PLACES.values())
    assert len(PLACES) == len(ANSWERS) + len(TRAPS) + len(TWIN)
    lost = {place for places in PLACES.values() for place in places if not is_there(place, collected)}

    assert lost == set()


@pytest.mark.parametrize(
    ("place", "found"),
    [
        ("a.py::a_door", True),
        ("a.py::a_door[402]", True),
        ("a.py::a_door[403]", False),
        ("a.py::a_window", False),
        ("b.py::a_door", False),
    ],
)
def test_given_a_place_when_looked_for_then_file_name_and_row_must_fit(place: str, found: bool) -> None:
    """Prove that the search above can fail."""
    assert is_there(place, ["tests/a.py::test_given_a_door_when_shut[x-402, frozen]"]) is found
