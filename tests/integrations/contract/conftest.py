"""The practice town, served over real HTTP, once for all the contract tests of a process."""

from collections.abc import Iterator
from datetime import UTC, datetime
from random import Random

import pytest

from integrations.sandbox.serve import start
from integrations.sandbox.store.catalogue import stock_up
from integrations.sandbox.store.people import newcomer
from integrations.sandbox.town import PRACTICE_SHOP, Town, TownSettings
from tests.integrations.contract.town import TownDoor


@pytest.fixture(scope="session")
def town() -> Iterator[TownDoor]:
    # A suite in a hurry is no merchant's day: what a full bucket means is tested where buckets are.
    with start(TownSettings(year=False, bucket_size=100_000)) as running:
        yield TownDoor(url=running.url, inside=running.town, customer=_furnish(running.town))


def _furnish(town: Town) -> int:
    """Fill the shelves, and return somebody who buys."""
    with town.books.turn() as turn:
        shop = turn.get("shops", PRACTICE_SHOP) or {}
        stock_up(turn, shop)
        return int(newcomer(turn, Random(7), shop, datetime(2025, 1, 1, tzinfo=UTC))["id"])
