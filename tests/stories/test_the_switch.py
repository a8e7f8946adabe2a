"""The switch, thrown in a storm: several workers have their hands full, and the town's doors fall silent."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import func, select

from app.domain.effects import State
from app.store.base import open_database, reading, sessions_of
from app.store.tables import Effect
from tests.stack import ROOT, Stack, running, until

CUSTOMERS = 9  # twice as many still fit into a day of gifts
WITHIN_SECONDS = 2.0  # what the switch promises


@pytest.mark.timeout(240)
@pytest.mark.parametrize("database", ["postgres"])
def test_given_workers_in_a_storm_when_everything_is_stopped_then_the_doors_fall_silent_and_nothing_is_lost(
    database_url: str, tmp_path: Path
) -> None:
    with running(tmp_path / "var", database_url) as up:
        customers = up.get("/town/cast")["fourth_order_customers"][: 2 * CUSTOMERS]
        orders = [up.order(customer)["order_id"] for customer in customers[:CUSTOMERS]]
        begun = sum(writes(up).values())
        until(lambda: sum(writes(up).values()) > begun)

        command(database_url, "stop", "--why", "A rule ran wild.")
        time.sleep(WITHIN_SECONDS)
        until(lambda: not on_the_wire(database_url))  # what was may still arrive
        silent = writes(up)
        late = [up.order(customer)["order_id"] for customer in customers[CUSTOMERS:]]
        until(lambda: up.summary()["counts"]["deliveries_waiting"] == 0)  # what comes in is kept and decided
        time.sleep(WITHIN_SECONDS)

        assert writes(up) == silent
        assert not all(up.gift_lines(order) for order in late)

        command(database_url, "go")
        until(lambda: all(up.gift_lines(order) for order in [*orders, *late]))
        until(lambda: up.summary()["counts"]["effects_due"] == 0)
        assert [len(up.gift_lines(order)) for order in [*orders, *late]] == [1] * (2 * CUSTOMERS)


def on_the_wire(database_url: str) -> int:
    """Return how many deeds wait for an answer."""
    engine = open_database(database_url)
    try:
        with reading(sessions_of(engine)) as session:
            statement = select(func.count()).where(Effect.state == State.SENDING)
            return session.scalars(statement).one()
    finally:
        engine.dispose()


def writes(stack: Stack) -> dict[str, int]:
    """Return how many calls that could change something came to each of the town's doors."""
    counts: dict[str, int] = stack.get("/town/writes")
    return counts


def command(database_url: str, *words: str) -> None:
    environment = os.environ | {"DATABASE_URL": database_url}
    subprocess.run([sys.executable, "-m", "app", *words], cwd=ROOT, env=environment, check=True, capture_output=True)
