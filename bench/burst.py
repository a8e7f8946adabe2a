"""`bench burst`: what a quiet shop notices while ten thousand webhooks of another one wait to be handled."""

import argparse
import statistics
import tempfile
from pathlib import Path

from bench.databases import both
from bench.latency import at_rate, over_the_remote
from bench.remote import Remote, Wish, serving
from bench.report import percentile, spread
from bench.stack import stack
from tests.embedded import private_redis

GOAL = 2.0
RATE = 5.0


def main(arguments: list[str]) -> int:
    """Measure and print; return 1 when the goal is missed."""
    parser = argparse.ArgumentParser(prog="python3 -m app bench burst", description=__doc__)
    parser.add_argument("--burst", type=int, default=10_000)
    parser.add_argument("--seconds", type=float, default=15.0)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--milliseconds", type=float, default=30.0)
    parser.add_argument("--rate", type=int, default=1_000_000, help="points a second of each shop's bucket")
    parser.add_argument("--size", type=int, default=1_000_000, help="points of each shop's bucket")
    chosen = parser.parse_args(arguments)
    wish, good = Wish(seconds=chosen.milliseconds / 1000, size=chosen.size, rate=chosen.rate), []
    with tempfile.TemporaryDirectory(prefix="lagniappe-bench-") as folder, private_redis(Path(folder)) as redis_url:
        print(f"{chosen.burst:,} webhooks of one shop, {RATE:.0f}/s of another, {chosen.workers} workers")
        with both(chosen.rounds) as urls:
            for kind, some in urls.items():
                found = []
                for url in some:
                    with serving(wish) as remote:
                        found.append(_round(url, redis_url, remote, chosen))
                idle, busy = ([each[place] for each in found] for place in range(2))
                times = [each[1] / each[0] for each in found]
                print(f"{kind}: p95 {spread(idle, 1)} ms idle, {spread(busy, 1)} ms in the burst")
                print(
                    f"  {spread(times, 2)} × (goal {GOAL:.0f}); left of the burst {spread([e[2] for e in found])}",
                    flush=True,
                )
                good.append(statistics.median(times) <= GOAL)
    return 0 if all(good) else 1


def _round(url: str, redis_url: str, remote: Remote, chosen: argparse.Namespace) -> tuple[float, float, int]:
    """Return the quiet shop's p95 idle and in the burst, the remote's own time included, and what is left of it."""
    own = 2 * chosen.milliseconds
    with (
        stack(url, redis_url, remote, count=2) as here,
        here.at_work("web", *["worker"] * chosen.workers, "ticker"),
    ):
        here.warmed_up()
        crowded, quiet = here.shops
        idle = at_rate(here, quiet, RATE, chosen.seconds)
        before = over_the_remote(here, idle, chosen.milliseconds, patience=30)
        here.receive(crowded, range(1, chosen.burst + 1))
        here.ring(crowded)
        burst = at_rate(here, quiet, RATE, chosen.seconds, first=100_000)
        left = chosen.burst - sum(shop == crowded for shop, _ in here.tagged())
        during = over_the_remote(here, burst, chosen.milliseconds, patience=60)
    if len(during) < len(burst):
        raise RuntimeError("the quiet shop's deeds were not done")
    return own + percentile(before, 0.95), own + percentile(during, 0.95), left
