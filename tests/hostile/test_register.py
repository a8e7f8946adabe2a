"""No class of the corpus is missing, and what is held elsewhere is there."""

import re
from collections import Counter
from pathlib import Path

import pytest

from tests.hostile.cases import EVERYTHING, named
from tests.hostile.classes import CLASSES, ELSEWHERE

ROOT = Path(__file__).resolve().parents[2]


def test_given_the_register_when_counted_then_every_class_has_a_case_here_or_a_test_elsewhere() -> None:
    assert list(CLASSES) == list(range(1, 202))
    assert {case.number for case in EVERYTHING} | set(ELSEWHERE) == set(CLASSES)


def test_given_the_cases_when_named_then_no_two_are_called_the_same() -> None:
    assert [name for name, count in Counter(map(named, EVERYTHING)).items() if count > 1] == []


@pytest.mark.parametrize("test", sorted({test for tests in ELSEWHERE.values() for test in tests}))
def test_given_a_test_that_is_named_here_when_looked_for_then_it_is_there(test: str) -> None:
    file, _, name = test.partition("::")

    assert re.search(rf"^def {name}\(", (ROOT / file).read_text(), re.MULTILINE)
