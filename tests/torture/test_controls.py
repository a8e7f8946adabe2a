"""A harness that sees nothing where something is missing would prove nothing."""

import pytest

from tests.torture.control_table import CONTROLS
from tests.torture.controls import violations
from tests.torture.theatre import theatre


@pytest.mark.parametrize("name", CONTROLS)
def test_given_a_house_without_one_of_its_safeguards_when_its_processes_die_then_violations_are_seen(name: str) -> None:
    with theatre() as here:
        assert next(violations(here, CONTROLS[name]), None) is not None
