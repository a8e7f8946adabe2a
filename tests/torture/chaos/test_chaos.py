"""The bad day, in full: everything that can go wrong with a store goes wrong at once, and the promises are kept.

One storm, on PostgreSQL, small enough to be weathered with every change. `python3 -m app torture chaos` makes those on
SQLite and the great ones; `--log-cli-level=INFO` tells what happened.
"""

import logging
from pathlib import Path

import pytest

from tests.torture.chaos import storm
from tests.torture.chaos.storm import Plan
from tests.torture.chaos.weather import SQUALL

log = logging.getLogger("storm")


@pytest.mark.timeout(420)
def test_given_a_storm_in_every_flow_when_it_is_over_then_every_promise_was_kept(tmp_path: Path) -> None:
    came = storm.blow(Plan(kind="postgresql", seed=1, orders=30, kills=6, workers=2, weather=SQUALL), tmp_path)

    log.info("%s", came.figures)
    assert came.figures["kills"], "nobody died"
    assert came.figures["faults"], "nothing went wrong in the store"
    assert not came.wrong, "\n".join(came.wrong)
