"""`torture pairs`: every flow dies at each of its boundaries, and once more while it recovers from that.

Several processes share the flows, each with a database and a town of its own. A seed decides in which order the flows
and their first deaths are tried, so that a limit leaves out others every time; `--flow`, `--at` and `--then` repeat a
case.
"""

import argparse
import os
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from multiprocessing import get_context
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Event
from random import Random

from tests.torture import deaths
from tests.torture.deaths import Verdict
from tests.torture.explore import Tale
from tests.torture.points import server
from tests.torture.report import Count, again
from tests.torture.theatre import theatre
from tests.torture.weather import FLOWS


def main(arguments: list[str]) -> int:
    """Try them; return 1 when one went wrong."""
    asked = _parse(arguments)
    with ExitStack() as closing:
        postgres = server(closing) if asked.db == "postgresql" else None
        if asked.at is not None:
            return _repeat(asked, postgres)
        count = _all(asked, postgres)
    print(f"pairs on {asked.db}, seed {asked.seed}: {len(asked.flow or FLOWS)} flows, {count}")
    return 1 if count.wrong else 0


def _repeat(asked: argparse.Namespace, postgres: str | None) -> int:
    (name,) = asked.flow
    with theatre(postgres) as here:
        verdict = deaths.one(here.tell(name, FLOWS[name]), asked.at, asked.then)
    print(f"{name}, dying {verdict.name}: {verdict.wrong or 'all is well'}\n  {again(verdict, asked.db)}")
    return 0 if verdict.wrong is None else 1


def _all(asked: argparse.Namespace, postgres: str | None) -> Count:
    count, processes = Count("pairs of deaths"), get_context("fork")
    names: Queue[str | None] = processes.Queue()
    verdicts: Queue[Verdict | None] = processes.Queue()
    enough = processes.Event()
    for name in [*_shuffled(asked.flow or FLOWS, asked.seed), *[None] * asked.processes]:
        names.put(name)
    terms = (names, verdicts, enough, asked.seed, postgres)
    workers = [processes.Process(target=_work, args=terms) for _ in range(asked.processes)]
    for worker in workers:
        worker.start()
    working = len(workers)
    while working:
        verdict = verdicts.get()
        if verdict is None:
            working -= 1
        elif count.tried < asked.limit:
            count.add(verdict, database=asked.db)
        if count.tried >= asked.limit:
            enough.set()
    for worker in workers:
        worker.join()
    if any(worker.exitcode for worker in workers):
        raise SystemExit(f"{count}; but somebody broke off, and not all was tried")
    return count


def _shuffled(flows: Iterable[str], seed: int) -> list[str]:
    names = list(flows)
    Random(seed).shuffle(names)
    return names


def _work(
    names: "Queue[str | None]", verdicts: "Queue[Verdict | None]", enough: Event, seed: int, postgres: str | None
) -> None:
    """Try one flow after the other, until there is none or enough; say so with None, whatever happens."""
    try:
        with theatre(postgres) as here:
            while (name := names.get()) is not None:
                for verdict in _pairs(here.tell(name, FLOWS[name]), seed):
                    verdicts.put(verdict)
                    if enough.is_set():
                        return
                here.forget(name)
    finally:
        verdicts.put(None)


def _pairs(tale: Tale, seed: int) -> Iterator[Verdict]:
    for at in deaths.shuffled(tale, seed=seed):
        yield from deaths.pairs(tale, at)


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python3 -m app torture pairs", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--limit", type=int, default=1_000_000, help="so many pairs at most")
    parser.add_argument("--db", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--flow", action="append", choices=sorted(FLOWS), help="only this one; may be given again")
    parser.add_argument("--at", type=int, help="repeat one case: the boundary of the first death")
    parser.add_argument("--then", type=int, help="the boundary of the second death, in the life after the first")
    return parser.parse_args(arguments)
