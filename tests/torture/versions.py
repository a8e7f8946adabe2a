"""`versions`: an older version and this one on one database, after this one's migrations: each gift is given once."""

import argparse
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from app.launcher.places import ROOT
from tests.embedded import private_postgres
from tests.stack import Stack, running, until

CUSTOMERS = 18  # as many gifts as still fit into one day
OLDER_WORKERS = 2
LOCK = {"LEASE_SECONDS": "90", "QUARANTINE_SECONDS": "2"}


def main(arguments: list[str]) -> int:
    """Let both versions work side by side; return 1 when a gift was lost or given twice."""
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
                given = play(up)
            done_by_older = sum(log.read_text().count('"effect.done"') for log in logs)
    wrong = [count for count in given if count != 1]
    print(f"{before} beside this version: {len(given)} orders, {len(wrong)} without exactly one gift;")
    print(f"{done_by_older} deeds were done by the older version's {OLDER_WORKERS} workers")
    return 1 if wrong or not done_by_older else 0


def play(up: Stack) -> list[int]:
    """Let customers order what brings a gift; return how many gifts each order has once nothing is due any more."""
    customers = up.get("/town/cast")["fourth_order_customers"][:CUSTOMERS]
    orders = [up.order(customer)["order_id"] for customer in customers]
    until(lambda: all(up.gift_lines(order) for order in orders))
    until(lambda: up.summary()["counts"]["effects_due"] == 0)
    return [len(up.gift_lines(order)) for order in orders]


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
