"""The list of mistakes does not rot: each can still be made, in one place, and its tests are there."""

import ast
from pathlib import Path

import pytest

from tests.torture.mutant_table import MUTANTS, TABLES
from tests.torture.mutants import mutated

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("name", MUTANTS)
def test_given_a_mistake_when_it_is_made_then_it_changes_one_place_and_the_file_still_reads(name: str) -> None:
    mutant = MUTANTS[name]

    wrong = mutated((ROOT / mutant.file).read_text(encoding="utf-8"), mutant)

    assert ast.parse(wrong)


@pytest.mark.parametrize("name", MUTANTS)
def test_given_a_mistake_when_its_tests_are_looked_for_then_they_are_there(name: str) -> None:
    for word in MUTANTS[name].tests.partition(" -k ")[0].split():
        path, _, test = word.partition("::")
        assert (ROOT / path).exists()
        if test:
            assert f"def {test.partition('[')[0]}(" in (ROOT / path).read_text(encoding="utf-8")


def test_given_enough_mistakes_when_counted_then_they_are_many_and_no_two_have_one_name() -> None:
    assert len(MUTANTS) >= 100
    assert len(MUTANTS) == sum(map(len, TABLES))
