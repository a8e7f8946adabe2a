"""`torture pairs`: every flow dies at each of its boundaries, and once more while it recovers from that.

Several processes share the work, each with a database and a town of its own. A seed decides in which order the first
deaths are tried, so that a limit leaves out others every time; `--flow`, `--at` and `--then` repeat one case.
"""

import argparse
import os
from contextlib import ExitStack
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.queues import Queue

from tests.torture import deaths
from tests.torture.deaths import Verdict
from tests.torture.points import server
from tests.torture.report import Count, again
from tests.torture.theatre import theatre
from tests.torture.weather import FLOWS


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """One process's share of the work."""

    number: int
    of: int
    limit: int
    seed: int
    flows: list[str]
    postgres: str | None


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
    verdicts: Queue[Verdict | None] = processes.Queue()
    shares = [
        Share(
            number=number,
            of=asked.processes,
            limit=-(-asked.limit // asked.processes),
            seed=asked.seed,
            flows=asked.flow or list(FLOWS),
            postgres=postgres,
        )
        for number in range(asked.processes)
    ]
    workers = [processes.Process(target=_work, args=(share, verdicts)) for share in shares]
    for worker in workers:
        worker.start()
    working = len(workers)
    while working:
        verdict = verdicts.get()
        if verdict is None:
            working -= 1
        else:
            count.add(verdict, database=asked.db)
    for worker in workers:
        worker.join()
    return count


def _work(share: Share, verdicts: "Queue[Verdict | None]") -> None:
    """Try a share of the pairs, and say so with None when it is done, whatever happens."""
    try:
        with theatre(share.postgres) as here:
            tried = 0
            first = deaths.shuffled(here, {name: FLOWS[name] for name in share.flows}, seed=share.seed)
            for name, at in first[share.number :: share.of]:
                for verdict in deaths.pairs(here.tell(name, FLOWS[name]), at):
                    verdicts.put(verdict)
                    tried += 1
                    if tried >= share.limit:
                        return
    finally:
        verdicts.put(None)


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
