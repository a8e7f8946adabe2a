"""What a mistake is: one replacement in one file, and the tests that must not let it pass."""

from dataclasses import dataclass

_DEATHS = "test_given_a_flow_when_its_process_dies_at_its_boundaries_then_both_ledgers_end_as_if_it_had_not"
_ROUGH = "test_given_rough_weather_when_its_process_dies_at_its_boundaries_then_both_ledgers_end_as_if_it_had_not"
_FROZEN = "test_given_a_worker_that_was_frozen_when_it_comes_back_late_then_its_answers_change_nothing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """`old` stands exactly once in the file; `tests` go to pytest, and one of them must fail by what it asserts."""

    file: str
    old: str
    new: str
    tests: str


def points(flow: str) -> str:
    """Return pytest's words for the crash points of a flow."""
    return f"tests/torture/test_points.py::{_DEATHS}[{flow}]"


def rough(flow: str) -> str:
    """Return the same for a flow in rough weather."""
    return f"tests/torture/test_points.py::{_ROUGH}[{flow}]"


def frozen(flow: str) -> str:
    """Return pytest's words for a worker that is frozen in a flow."""
    return f"tests/torture/test_frozen.py::{_FROZEN}[{flow}]"
