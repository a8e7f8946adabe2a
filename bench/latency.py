"""`bench latency`: from a webhook's first byte to its effect at the remote, through web, worker and all steps."""

import argparse
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import requests

from bench.databases import both
from bench.remote import Remote, Wish, serving
from bench.report import percentile
from bench.stack import Stack, stack
from tests.embedded import private_redis

CALLS_BEFORE = 2  # the order is read and the customer's tags; with the third call the effect is there
GOALS = {"p50": 10.0, "p99": 50.0}  # milliseconds over the remote's own
SENDERS = 16


def main(arguments: list[str]) -> int:
    """Measure and print; return 1 when a goal is missed."""
    parser = argparse.ArgumentParser(prog="python3 -m app bench latency", description=__doc__)
    parser.add_argument("--rate", type=float, default=20.0)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--milliseconds", type=float, default=30.0)
    chosen = parser.parse_args(arguments)
    good = []
    with tempfile.TemporaryDirectory(prefix="lagniappe-bench-") as folder, private_redis(Path(folder)) as redis_url:
        print(f"{chosen.rate:.0f} webhooks/s for {chosen.seconds:.0f} s, {chosen.workers} workers")
        print(f"milliseconds over the remote's own {CALLS_BEFORE} × {chosen.milliseconds:.0f} before the effect:")
        with both(chosen.rounds) as urls:
            for number in range(chosen.rounds):
                for kind, some in urls.items():
                    with serving(Wish(seconds=chosen.milliseconds / 1000)) as remote:
                        good.append(_round(kind, some[number], redis_url, remote, chosen))
    return 0 if all(good) else 1


def _round(kind: str, url: str, redis_url: str, remote: Remote, chosen: argparse.Namespace) -> bool:
    with (
        stack(url, redis_url, remote, count=1) as here,
        here.at_work("web", *["worker"] * chosen.workers, "ticker"),
    ):
        here.warmed_up()
        sent = at_rate(here, here.shops[0], chosen.rate, chosen.seconds)
        taken = over_the_remote(here, sent, chosen.milliseconds, patience=30)
    late = len(sent) - len(taken)
    figures = {"p50": percentile(taken, 0.5), "p99": percentile(taken, 0.99)}
    told = ", ".join(f"{name} {figure:.1f}" for name, figure in figures.items())
    print(
        f"{kind}: {told}, longest {max(taken):.1f}; {late} of {len(sent)} not done, {len(here.refused)} sent again",
        flush=True,
    )
    return not late and all(figures[name] <= goal for name, goal in GOALS.items())


def at_rate(
    here: Stack, shop_id: int, rate: float, seconds: float, *, first: int = 1, until: threading.Event | None = None
) -> dict[tuple[int, int], float]:
    """Send webhooks at an even rate, whoever is late; return when each was sent."""
    sent: dict[tuple[int, int], float] = {}
    began, count = time.monotonic() + 0.1, int(rate * seconds)

    def send(some: Sequence[int]) -> None:
        with requests.Session() as through:
            through.trust_env = False
            for number in some:
                if until is not None and until.is_set():
                    return
                time.sleep(max(began + number / rate - time.monotonic(), 0))
                sent[shop_id, first + number] = here.post(through, shop_id, first + number)

    senders = [threading.Thread(target=send, args=(range(place, count, SENDERS),)) for place in range(SENDERS)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    return sent


def over_the_remote(
    here: Stack, sent: dict[tuple[int, int], float], milliseconds: float, *, patience: float
) -> list[float]:
    """Return how many milliseconds longer than the remote itself each took; what never came is left out."""
    end = time.monotonic() + patience
    while True:
        seen = here.tagged()
        if sent.keys() <= seen.keys() or time.monotonic() > end:
            break
        time.sleep(0.2)
    return [1000 * (seen[whom] - at) - CALLS_BEFORE * milliseconds for whom, at in sent.items() if whom in seen]
