"""The bad day, in full: everything that can go wrong with a store goes wrong at once, and the promises are kept.

One seed makes one storm. STORM_SEEDS="2 3 4" makes as many others, one after the other; `--log-cli-level=INFO` tells
what happened in each.
"""

import logging
import math
import os
import signal
from pathlib import Path
from random import Random

import pytest

from app.launcher.ports import is_taken
from integrations.sandbox.town import PRACTICE_SECRETS
from integrations.shopify.tokens import fingerprint
from tests.stack import free_port, running, until
from tests.torture.chaos import people
from tests.torture.chaos.books import Ledger, ledger, town_rows
from tests.torture.chaos.day import Day
from tests.torture.chaos.killer import Killer
from tests.torture.chaos.promises import Facts, broken

SEEDS = [int(seed) for seed in os.environ.get("STORM_SEEDS", "1").split()]
NEW_SECRET = "secret-of-the-afternoon"
SURROUNDINGS = {"QUARANTINE_SECONDS": "5", "LEASE_SECONDS": "10", "SWEEP_SECONDS": "5"}
SHOPS = 2
TOKEN_HOURS = 55 / 60  # a token of an hour is renewed five minutes before its end

log = logging.getLogger("storm")


@pytest.mark.timeout(420)
@pytest.mark.parametrize("seed", SEEDS)
def test_given_a_storm_in_every_flow_when_it_is_over_then_every_promise_was_kept(
    database_url: str, tmp_path: Path, seed: int
) -> None:
    folder, ports, fate = tmp_path / "var", (free_port(), free_port()), Random(seed)
    old, new = PRACTICE_SECRETS, (NEW_SECRET, *PRACTICE_SECRETS)
    with ledger(database_url) as books:
        with running(folder, database_url, ports=ports, **SURROUNDINGS) as stack:
            day = Day(stack=stack, ledger=books, rng=Random(seed), secrets=old)
            regulars = people.prepare(day)
            day.rage()
            with Killer(stack.process.pid, folder, fate) as killer:
                people.play(day, people.morning(day, regulars))
            kills = killer.kills
            day.note_calls()
            os.kill(stack.process.pid, signal.SIGKILL)
            stack.process.wait()
            until(lambda: not any(map(is_taken, ports)))

        rotated = SURROUNDINGS | {"SHOPIFY_CLIENT_SECRETS": ",".join(new)}
        with running(folder, database_url, ports=ports, **rotated) as stack:
            day.stack, day.secrets = stack, new
            with Killer(stack.process.pid, folder, fate) as killer:
                people.play(day, people.afternoon(day, regulars))
            kills += killer.kills
            day.calm()
            day.settle()
            day.the_bank_decides()
            day.settle()
            day.note_calls()

        facts = facts_of(day, books, folder, strikes=sum(kills.values()))
    log.info("seed %s: %s", seed, told(day, facts, kills))
    assert sum(kills.values()) > 0 < sum(day.struck.values()), "that was no storm"
    wrong = broken(facts)
    assert not wrong, "\n".join(wrong)


def facts_of(day: Day, books: Ledger, folder: Path, *, strikes: int) -> Facts:
    """Return both sides' books, now that everything has stopped."""
    lives = SHOPS * (2 + math.ceil(day.hours / TOKEN_HOURS))  # the first, and those of the new secret
    return Facts(
        **books.rows(),
        **town_rows(folder),
        calls=day.calls,
        gifted=frozenset(day.gifted),
        asked_back=day.asked_back,
        # An answer that was lost, by a fault or with whoever waited for it, is asked for again.
        most_refreshes=lives + day.expiries + day.struck["TokenRefresh"] + strikes,
        secret=fingerprint(day.secrets[0]),
    )


def told(day: Day, facts: Facts, kills: dict[str, int]) -> str:
    """Return what happened, in figures."""
    figures = {
        "orders": len(day.orders),
        "gifts due": len(day.gifted),
        "deliveries": len(facts.deliveries),
        "effects": len(facts.effects),
        "refunds": len(facts.of_kind("refund_order")),
        "kills": dict(kills),
        "faults": sum(day.struck.values()),
        "calls": sum(day.calls.values()),
        "refreshes": f"{day.calls['TokenRefresh']} of {facts.most_refreshes}",
        "town hours": round(day.hours, 1),
    }
    return ", ".join(f"{name} {figure}" for name, figure in figures.items())
