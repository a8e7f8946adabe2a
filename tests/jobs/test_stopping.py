"""SIGTERM to real processes, whatever they have in hand: they leave in time, and nothing is lost or done twice."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from redis import Redis

from app.config import ROOT
from jobs.queue import Bell, Task
from tests.conftest import SEAL_KEY
from tests.jobs.conftest import Practice
from tests.late import hold_back

IN_TIME_SECONDS = 30  # ten are what is promised, of a machine that has nothing else to do
PATIENCE_SECONDS = 60.0
ORDERS = 12


@pytest.fixture
def surroundings(inside: Practice, redis_url: str) -> Iterator[dict[str, str]]:
    """The environment of the practice shop's processes."""
    chosen = inside.world.settings
    with Redis.from_url(redis_url) as redis:
        redis.flushdb()
    yield os.environ | {
        "APP_VAR": str(chosen.app_var),
        "DATABASE_URL": chosen.database_url,
        "REDIS_URL": redis_url,
        "SEAL_KEYS": SEAL_KEY,
        "PRACTICE": "1",
        "CLOCK_FILE": str(chosen.app_var / "clock"),
        "SHOPIFY_CLIENT_ID": chosen.shopify_client_id,
        "SHOPIFY_CLIENT_SECRETS": ",".join(chosen.webhook_secrets),
        "SHOPIFY_ORIGIN": chosen.shopify_origin,
        "GORGIAS_ORIGIN": chosen.gorgias_origin,
        "FLORIST_ORIGIN": chosen.florist_origin,
        "VENDOR_ORIGINS": chosen.vendor_origins,
        "WEB_PORT": str(free_port()),
        "LEASE_SECONDS": "90",
        "QUARANTINE_SECONDS": "1",
    }
    with Redis.from_url(redis_url) as redis:
        redis.flushdb()


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@contextmanager
def process(name: str, environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    log = Path(environment["APP_VAR"]) / f"{name}.log"
    with log.open("ab") as out:
        running = subprocess.Popen(
            [sys.executable, "-m", "app", name], cwd=ROOT, env=environment, stdout=out, stderr=out
        )
        try:
            yield running
        finally:
            running.kill()
            running.wait()


def until(look: Callable[[], object]) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while not look():
        assert time.monotonic() < end, "did not come true"
        time.sleep(0.02)


def said(environment: dict[str, str], name: str, word: str) -> bool:
    log = Path(environment["APP_VAR"]) / f"{name}.log"
    return log.exists() and word in log.read_text()


def answers(environment: dict[str, str]) -> bool:
    page = f"http://127.0.0.1:{environment['WEB_PORT']}/healthz"
    with suppress(OSError), urllib.request.urlopen(page, timeout=30) as answer:
        return bool(answer.status == 200)
    return False


@pytest.mark.parametrize("name", ["worker", "ticker", "web"])
def test_given_nothing_in_hand_when_told_to_stop_then_it_leaves_with_a_good_word(
    surroundings: dict[str, str], name: str
) -> None:
    with process(name, surroundings) as running:
        until(lambda: answers(surroundings) if name == "web" else said(surroundings, name, "process.started"))
        running.send_signal(signal.SIGTERM)

        assert running.wait(IN_TIME_SECONDS) == 0


def test_given_a_worker_in_the_middle_of_it_when_it_is_stopped_again_and_again_then_each_gift_is_given_once(
    inside: Practice, surroundings: dict[str, str]
) -> None:
    customers = inside.call("/town/cast")["fourth_order_customers"][:ORDERS]
    orders = [inside.order(customer_id=customer) for customer in customers]
    for order in orders:
        inside.deliver(order, key=f"delivery-{order}")
    stops = 0
    while not all(inside.gifts_on(order) for order in orders):
        # A few writes further each time: it is struck in another place of the flow.
        enough = writes(inside) + 3 + 2 * stops
        with process("worker", surroundings) as running:
            bell = Bell.at(surroundings["REDIS_URL"], patient=True)
            bell.heard(Task.DRAIN, inside.shop_id)
            bell.ring(Task.DRAIN, inside.shop_id)
            until(lambda most=enough: writes(inside) >= most or idle(inside))
            running.send_signal(signal.SIGTERM)
            assert running.wait(IN_TIME_SECONDS) == 0
        stops += 1
        inside.later(2)  # as long as an answer may be late

    assert stops > 1, "it was never stopped in the middle of it"
    assert [inside.gifts_on(order) for order in orders] == [1] * ORDERS
    assert {(row.state, row.sends) for row in inside.effects("add_gift_line")} == {("done", 1)}


def writes(inside: Practice) -> int:
    return sum(inside.call("/town/writes").values())


def idle(inside: Practice) -> bool:
    rows = inside.effects("add_gift_line")
    return len(rows) == ORDERS and all(row.state == "done" for row in rows)


def test_given_a_worker_whose_store_is_silent_when_told_twice_then_it_leaves_at_once_and_the_next_one_finds_out(
    inside: Practice, surroundings: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    carry_out, order = hold_back(monkeypatch), inside.order()
    inside.deliver(order)
    inside.fault("OrderEditCommit", "late_commit")
    with process("worker", surroundings) as running:
        bell = Bell.at(surroundings["REDIS_URL"], patient=True)
        bell.ring(Task.DRAIN, inside.shop_id)
        until(lambda: inside.call("/town/state")["calls"].get("OrderEditCommit"))
        running.send_signal(signal.SIGTERM)
        running.send_signal(signal.SIGTERM)
        assert running.wait(IN_TIME_SECONDS) == 0

    assert inside.gifts_on(order) == 0
    carry_out()  # it had reached the store
    assert inside.gifts_on(order) == 1
    inside.later(300)
    inside.drain()
    inside.later(300)
    inside.drain()

    (row,) = inside.effects("add_gift_line")
    assert (row.state, row.sends, inside.gifts_on(order)) == ("done", 1, 1)
