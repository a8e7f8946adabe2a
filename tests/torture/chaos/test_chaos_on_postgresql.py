"""The bad day once more, on PostgreSQL: in a file of its own, so that both are weathered at the same time."""

from pathlib import Path

import pytest

from tests.torture.chaos.test_chaos import weather


@pytest.mark.timeout(420)
def test_given_a_storm_in_every_flow_when_it_is_over_then_every_promise_was_kept(tmp_path: Path) -> None:
    weather("postgresql", tmp_path)
