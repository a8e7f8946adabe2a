"""The town as a process of its own, killed without warning and started again."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests

ROOT = Path(__file__).parents[3]
MAIN = "from integrations.sandbox.serve import main; raise SystemExit(main())"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def town(folder: Path, port: int, target: str) -> Iterator[str]:
    """Run the town until the block ends, then kill it."""
    environment = os.environ | {
        "APP_VAR": str(folder),
        "SANDBOX_BOOKS": str(folder / "town.db"),
        "SANDBOX_PORT": str(port),
        "SANDBOX_TARGET": target,
        "CLOCK_FILE": str(folder / "clock"),
    }
    process = subprocess.Popen([sys.executable, "-c", MAIN], cwd=ROOT, env=environment)
    url = f"http://127.0.0.1:{port}"
    try:
        wait_until(lambda: process.poll() is None and answers(url))
        yield url
    finally:
        os.kill(process.pid, signal.SIGKILL)
        process.wait()


def answers(url: str) -> bool:
    try:
        return requests.get(f"{url}/town/state", timeout=30).ok
    except requests.ConnectionError:
        return False


def wait_until(done: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not done():
        assert time.monotonic() < deadline, "it did not happen within 60 s"
        time.sleep(0.05)


def state(url: str) -> dict[str, Any]:
    return dict(requests.get(f"{url}/town/state", timeout=30).json())


def test_given_a_town_killed_with_letters_waiting_when_started_again_then_nothing_is_lost(tmp_path: Path) -> None:
    port, closed = free_port(), f"http://127.0.0.1:{free_port()}"
    with town(tmp_path, port, closed) as url:
        cast = requests.get(f"{url}/town/cast", timeout=30).json()
        wish = {"customer_id": cast["fourth_order_customer"], "amount": "45.00"}
        placed = requests.post(f"{url}/town/orders", json=wish, timeout=30).json()
        requests.post(f"{url}/town/clock", json={"days": 2}, timeout=30)
        before = state(url)

    with town(tmp_path, port, closed) as url:
        after = state(url)
        order = requests.get(f"{url}/town/orders/{placed['order_id']}", timeout=30).json()

    assert placed["ordinal"] == 4
    assert (after["orders"], after["customers"]) == (before["orders"], before["customers"])
    assert after["letters"] == before["letters"] == {"waiting": 3}
    assert order["name"] == placed["name"]
    assert after["now"] > before["now"]
