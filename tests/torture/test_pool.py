"""A short storm on the purse, on either database, and the control that must fail; the long one is `torture pool`."""

import pytest

from tests.torture import pool
from tests.torture.pool import Storm

SHORT = Storm(agents=8, processes=1, requests=200, limit_minor=60_00)


def test_given_agents_at_one_purse_around_the_end_of_a_month_when_they_all_ask_then_it_is_never_overspent(
    database_url: str,
) -> None:
    did, seen, wrong = pool.run(database_url, SHORT)

    assert did.total() == SHORT.requests
    assert {"over budget", "settle dearer", "refuse", "withdraw", "give back", "lift", "grant"} <= set(did)
    assert seen.looks > 0
    assert (seen.overspent, wrong) == ([], [])


@pytest.mark.parametrize("database", ["postgres"])
def test_given_a_purse_that_is_read_first_when_the_same_agents_ask_then_it_is_overspent(database_url: str) -> None:
    gave, had = pool.naive(database_url, SHORT)

    assert gave > had
