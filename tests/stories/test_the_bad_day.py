"""Story 6, in small. Everything dies with kill -9 in the middle of the work, and comes back: the same end state."""

import os
import signal
from pathlib import Path

import pytest

from tests.stack import Stack, running, until

CUSTOMERS = 12


@pytest.mark.timeout(240)
def test_given_work_under_way_when_everything_is_killed_and_started_again_then_each_deed_is_done_once(
    database_url: str, tmp_path: Path
) -> None:
    folder = tmp_path / "var"
    with running(folder, database_url) as up:
        customers = up.get("/town/cast")["fourth_order_customers"][:CUSTOMERS]
        orders = [up.order(customer, times=2)["order_id"] for customer in customers]
        until(lambda: any(up.gift_lines(order) for order in orders))
        os.kill(up.process.pid, signal.SIGKILL)
        up.process.wait()

    with running(folder, database_url) as again:
        until(lambda: all(again.gift_lines(order) for order in orders))
        until(lambda: _idle(again))
        assert [len(again.gift_lines(order)) for order in orders] == [1] * len(orders)


def _idle(stack: Stack) -> bool:
    counts = stack.summary()["counts"]
    return bool(counts["deliveries_waiting"] == 0 and counts["effects_due"] == 0)
