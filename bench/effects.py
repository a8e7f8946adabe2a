"""`bench effects`: deeds through the full protocol, beside RQ's own worker making the same calls without any books."""

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import requests
from redis import Redis
from rq import Queue, Worker
from rq.serializers import JSONSerializer

from bench.databases import both
from bench.remote import COST, Remote, Wish, serving
from bench.report import spread
from bench.stack import Stack, stack
from tests.embedded import private_redis

SHOPS = 8
QUEUE = "plain"
GOAL = 30


def main(arguments: list[str]) -> int:
    """Measure and print; return 1 when a goal is missed."""
    parser = argparse.ArgumentParser(prog="python3 -m app bench effects", description=__doc__)
    parser.add_argument("--deeds", type=int, default=4000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--threads", type=int, default=32)
    parser.add_argument("--milliseconds", type=float, default=30.0)
    chosen = parser.parse_args(arguments)
    wish = Wish(seconds=chosen.milliseconds / 1000)
    good = []
    with tempfile.TemporaryDirectory(prefix="lagniappe-bench-") as folder, private_redis(Path(folder)) as redis_url:
        print(f"two calls of {chosen.milliseconds:.0f} ms a deed, {SHOPS} shops, {chosen.workers} workers")
        with both(chosen.rounds) as urls:
            for kind, some in urls.items():
                ours, plain = [], []
                for url in some:
                    with serving(wish) as remote:
                        plain.append(_plain(redis_url, remote))
                        ours.append(_deeds(url, redis_url, remote, chosen))
                times = [one / other for one, other in zip(ours, plain, strict=True)]
                print(f"{kind}: {spread(ours)} deeds/s, RQ as it comes {spread(plain, 1)} jobs/s")
                print(f"  {spread(times)} × RQ's own worker (goal {GOAL})")
                good.append(statistics.median(times) >= GOAL)
        with both() as urls:
            good += [_within_bucket(kind, url, redis_url, chosen) for kind, (url,) in urls.items()]
    return 0 if all(good) else 1


def _deeds(url: str, redis_url: str, remote: Remote, chosen: argparse.Namespace) -> float:
    """Return how many deeds a second our workers do, from the first to the last at the remote."""
    with stack(url, redis_url, remote, count=SHOPS, threads=chosen.threads) as here:
        with here.at_work(*["worker"] * chosen.workers, "ticker"):
            before = here.warmed_up()
            _planned(here, chosen.deeds)
            here.ring(*here.shops)
            here.until_done(120)
        state = remote.state()
    if state["twice"]:
        raise RuntimeError(f"{state['twice']} deeds were done twice")
    moments = sorted(at for whom, at in state["tagged"].items() if whom not in before)
    return float((len(moments) - 1) / (moments[-1] - moments[0]))


def _within_bucket(kind: str, url: str, redis_url: str, chosen: argparse.Namespace) -> bool:
    """Let every shop have a bucket: it is used, and the remote hardly ever has to refuse."""
    wish, seconds = Wish(seconds=chosen.milliseconds / 1000, size=1000, rate=50), 15
    with (
        serving(wish) as remote,
        stack(url, redis_url, remote, count=SHOPS, threads=chosen.threads) as here,
        here.at_work(*["worker"] * chosen.workers, "ticker"),
    ):
        here.warmed_up()
        _planned(here, 4000)
        here.ring(*here.shops)
        time.sleep(seconds)
        state = remote.state()
    calls = sum(state["calls"].values())
    most = SHOPS * (wish.size + wish.rate * seconds) / COST
    print(
        f"{kind}, buckets of {wish.size} points and {wish.rate}/s: {calls} calls of at most {most:.0f} in {seconds} s,"
    )
    print(f"  {state['refused']} refused by the store")
    return bool(state["refused"] <= SHOPS * chosen.workers)


def _planned(here: Stack, deeds: int) -> None:
    here.pause(paused=True)
    for shop_id in here.shops:
        here.plan_tags(shop_id, range(1, deeds // SHOPS + 1))
    here.pause(paused=False)


def _plain(redis_url: str, remote: Remote, jobs: int = 40) -> float:
    """Return how many such jobs a second RQ's own worker does, which forks for each."""
    queue = Queue(QUEUE, connection=Redis.from_url(redis_url), serializer=JSONSerializer)
    for number in range(jobs):
        queue.enqueue("bench.effects.both_calls", f"{remote.url}/plain/graphql.json", number, result_ttl=0)
    told = subprocess.run([sys.executable, "-m", "bench.effects", redis_url], stdout=subprocess.PIPE, check=True)
    return jobs / float(told.stdout.split()[-1])


def both_calls(url: str, number: int) -> None:
    """Look whether the customer has the tag, and add it, as ours does: a job without any books."""
    variables = {"id": f"gid://shopify/Customer/{number}", "tags": ["make-it-right"]}
    for name in ("CustomerTags", "TagsAdd"):
        requests.post(url, json={"operationName": name, "variables": variables}, timeout=30).raise_for_status()


if __name__ == "__main__":  # a process of its own, as RQ's own command is
    worker = Worker([QUEUE], connection=Redis.from_url(sys.argv[1]), serializer=JSONSerializer)
    began = time.perf_counter()
    worker.work(burst=True, logging_level="WARNING")
    print(time.perf_counter() - began)
