"""`versions`: an older version and this one on one database, after this one's migrations: each deed is done once."""

import argparse
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

from app.launcher.places import ROOT
from jobs.practice import POLICY
from tests.embedded import private_postgres
from tests.stack import Stack, running, until

CUSTOMERS = 18  # as many gifts as still fit into one day
COMPLAINTS = 8  # of those customers
BACK = "5.00"
TAG = POLICY.special_customer.tag
OLDER_WORKERS = 2
LOCK = {"LEASE_SECONDS": "90", "QUARANTINE_SECONDS": "2"}


def main(arguments: list[str]) -> int:
    """Let both versions work side by side; return 1 when a deed was lost or done twice."""
    parser = argparse.ArgumentParser(prog="python3 -m app torture versions", description=__doc__)
    parser.add_argument("--before", metavar="REVISION", default="HEAD~1", help="the older version, as git names it")
    before = parser.parse_args(arguments).before
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        print("there is no history here to take an older version from: nothing was tried")
        return 0
    with TemporaryDirectory() as name, ExitStack() as opened:
        folder = Path(name)
        older = opened.enter_context(checked_out(before, folder / "older"))
        url = opened.enter_context(private_postgres(folder / "pg"))
        with running(folder / "var", url, **LOCK) as up:
            logs = [folder / f"older-{number}.log" for number in range(OLDER_WORKERS)]
            with ExitStack() as workers:
                for log in logs:
                    workers.enter_context(at_work(older, surroundings(folder / "var" / "town.sh"), log))
                until(lambda: all(log.exists() and "process.started" in log.read_text() for log in logs))
                done = play(up)
            done_by_older = sum(log.read_text().count('"effect.done"') for log in logs)
    for what, counts in done.items():
        wrong = [count for count in counts if count != 1]
        print(f"{before} beside this version: {len(counts)} times {what}, {len(wrong)} not exactly once")
    print(f"{done_by_older} deeds were done by the older version's {OLDER_WORKERS} workers")
    once = all(counts and set(counts) == {1} for counts in done.values())
    return 0 if once and done_by_older else 1


def play(up: Stack) -> Mapping[str, list[int]]:
    """Let people order and complain; return how often each deed was done, once nothing is due any more."""
    cast = up.get("/town/cast")
    orders = [up.order(customer)["order_id"] for customer in cast["fourth_order_customers"][:CUSTOMERS]]
    lifted = cast["almost_average_customers"]
    for customer in lifted:
        up.order(customer, amount="80.00")
    until(lambda: all(up.gift_lines(order) for order in orders))
    tickets = [complained(up, order) for order in orders[:COMPLAINTS]]
    until(lambda: all(notes(up, ticket) for ticket in tickets) and all(marks(up, customer) for customer in lifted))
    until(lambda: up.summary()["counts"]["effects_due"] == 0)
    return {
        "a gift": [len(up.gift_lines(order)) for order in orders],
        "a mark": [marks(up, customer) for customer in lifted],
        "money back": [times_given_back(up, order) for order in orders[:COMPLAINTS]],
        "a note": [notes(up, ticket) for ticket in tickets],
    }


def complained(up: Stack, order: int) -> int:
    """Let whoever ordered write in, and an agent give something back, with an impatient finger; return the ticket."""
    shown = up.get(f"/town/orders/{order}")
    up.post(f"/town/orders/{order}/fulfil", {"step": "send"})
    ticket: int = up.post("/town/tickets", {"customer_id": shown["customer_id"]})["ticket_id"]
    for _ in range(2):
        up.post(f"/town/tickets/{ticket}/press", {"action": "refund_keep", "order": shown["name"], "amount": BACK})
    return ticket


def notes(up: Stack, ticket: int) -> int:
    """Return how often the agent was told that money went back."""
    written = up.get(f"/town/tickets/{ticket}")["notes"]
    return len([note for note in written if f"Refunded ${BACK}" in note["text"]])


def marks(up: Stack, customer: int) -> int:
    tags: list[str] = up.get(f"/town/customers/{customer}")["tags"]
    return tags.count(TAG)


def times_given_back(up: Stack, order: int) -> int:
    return int(Decimal(up.get(f"/town/orders/{order}")["refunded"]) / Decimal(BACK))


@contextmanager
def checked_out(revision: str, folder: Path) -> Iterator[Path]:
    """Lay an older version's code out in a folder, for as long as the block runs."""
    git = ["git", "-C", str(ROOT), "worktree"]
    subprocess.run([*git, "add", "--detach", str(folder), revision], check=True, capture_output=True)
    try:
        yield folder
    finally:
        subprocess.run([*git, "remove", "--force", str(folder)], check=True, capture_output=True)


@contextmanager
def at_work(code: Path, environment: dict[str, str], log: Path) -> Iterator[None]:
    """Keep a worker of that code at work, with the packages of this one."""
    with log.open("ab") as out:
        worker = subprocess.Popen(
            [sys.executable, "-m", "app", "worker"], cwd=code, env=environment, stdout=out, stderr=out
        )
        try:
            yield
        finally:
            worker.terminate()
            worker.wait(timeout=30)


def surroundings(script: Path) -> dict[str, str]:
    """Return the environment of the running demo, as its script tells it to a shell."""
    told = subprocess.run(["sh", "-c", f". {script}; env -0"], check=True, capture_output=True, text=True)  # noqa: S607
    pairs = (line.partition("=") for line in told.stdout.split("\0") if "=" in line)
    return os.environ | {name: value for name, _, value in pairs} | LOCK | {"LAGNIAPPE_NO_VENV": "1"}
