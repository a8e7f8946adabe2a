"""`bench intake`: webhooks taken in by our web process, beside what database and server allow, in the same run."""

import argparse
import statistics
import time
from collections import deque
from contextlib import ExitStack

import structlog
from sqlalchemy import func, select

from app.store.base import open_database, reading, sessions_of
from app.store.tables import Delivery
from bench.report import spread
from bench.sender import Report
from bench.servers import Place, heard, ours, place_of, send, sending, stand
from bench.stands import STANDS

RATE = 1_000
GOALS = {"postgresql": ("limit", 50.0), "sqlite": ("flask", 250.0)}
SLOWEST_MS = {"closed": 15.0, "steady": 5.0}


def main(arguments: list[str]) -> int:
    """Measure and print; return 1 when a goal is missed, or a webhook."""
    parser = argparse.ArgumentParser(prog="python3 -m app bench intake", description=__doc__)
    parser.add_argument("--db", choices=list(GOALS), action="append")
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--rounds", type=int, default=3)
    chosen = parser.parse_args(arguments)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    good = [measure(kind, chosen.seconds, chosen.rounds) for kind in chosen.db or GOALS]
    return 0 if all(good) else 1


def measure(kind: str, seconds: float, rounds: int) -> bool:
    """Compare on one kind of database, durable as in production."""
    with ExitStack() as stack:
        place = stack.enter_context(place_of(kind))
        ports = {name: stack.enter_context(stand(name, place)).port for name in STANDS}
        ports["ours"] = stack.enter_context(ours(place)).port
        runs: dict[str, list[Report]] = {name: [] for name in ports}
        turns = deque(ports.items())
        for number in range(rounds):
            for name, port in turns:
                runs[name].append(send(port, f"{name}-{number}", seconds))
            turns.rotate()  # what one leaves for the disk to do, the next must wait for
        steady = send(ports["ours"], "steady", 2 * seconds, rate=RATE)
        good = told(kind, runs, steady)
        whole = all_kept(place, {f"ours-{number}": run for number, run in enumerate(runs["ours"])} | {"steady": steady})
        return good & whole & killed(place, seconds)


def told(kind: str, runs: dict[str, list[Report]], steady: Report) -> bool:
    """Print the comparison; return whether the goals are reached."""
    speeds = {name: [len(run.acknowledged) / run.seconds for run in each] for name, each in runs.items()}
    print(f"\n{kind}, acknowledged webhooks/s over 32 connections, each durable before its answer")
    for name, found in speeds.items():
        slow = ", ".join(f"{point(runs[name], share):.1f}" for share in (0.5, 0.99))
        print(f"  {name:<8} {spread(found):<32} p50, p99: {slow} ms")
    percent = {
        name: [100 * mine / theirs for mine, theirs in zip(speeds["ours"], speeds[name], strict=True)]
        for name in STANDS
    }
    for name, found in percent.items():
        print(f"  ours is {spread(found)} % of {name}")
    print(f"  at {RATE:,}/s: p50, p99: {point([steady], 0.5):.1f}, {point([steady], 0.99):.1f} ms")
    against, goal = GOALS[kind]
    reached = statistics.median(percent[against]) >= goal
    print(f"  goal {goal:.0f} % of {against}: {'reached' if reached else 'MISSED'}")
    if kind != "postgresql":
        return reached
    quick = point(runs["ours"], 0.99) <= SLOWEST_MS["closed"] and point([steady], 0.99) <= SLOWEST_MS["steady"]
    print(f"  goal p99 of 15 ms closed, 5 ms at {RATE:,}/s: {'reached' if quick else 'MISSED'}")
    return reached and quick


def point(runs: list[Report], share: float) -> float:
    """Return the milliseconds that this share of all answers stayed within."""
    times = sorted(time for run in runs for time in run.milliseconds)
    return times[int(share * (len(times) - 1))]


def killed(place: Place, seconds: float) -> bool:
    """Kill the web process in the middle; whatever it had acknowledged must be there, once."""
    with ours(place) as web, sending(web.port, "killed", seconds) as sender:
        time.sleep(seconds / 2)
        web.process.kill()
        run = heard(sender)
    return all_kept(place, {"killed": run})


def all_kept(place: Place, runs: dict[str, Report]) -> bool:
    """Print and return whether every acknowledged delivery is in storage, once."""
    sessions = sessions_of(open_database(place.database))
    good = True
    with reading(sessions) as session:
        for prefix, run in runs.items():
            mine = Delivery.delivery_key.like(f"{prefix}-%")
            rows = dict(
                session.execute(
                    select(Delivery.delivery_key, func.count()).where(mine).group_by(Delivery.delivery_key)
                ).all()
            )
            owed = {f"{prefix}-{number:08d}" for number in run.acknowledged}
            lost, doubled = len(owed - rows.keys()), sum(count > 1 for count in rows.values())
            print(f"  {prefix}: {len(owed):,} acknowledged, {lost} lost, {doubled} doubled, {run.refused} sent away")
            good = good and not lost and not doubled
    sessions.kw["bind"].dispose()
    return good
