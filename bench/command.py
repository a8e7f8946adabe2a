"""`bench`: says how quick we are, as ratios; absolute figures change with the machine, ratios of one run hold."""

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from bench import (
    backtest,
    burst,
    card,
    desk,
    drain,
    effects,
    history,
    intake,
    latency,
    page,
    rush,
    slow,
    start,
    ticker,
    value,
    weight,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """One row: `main` is handed the further words and returns the exit code; `minutes` on two quiet cores."""

    main: Callable[[list[str]], int]
    says: str
    minutes: int


BENCHES: Mapping[str, Bench] = MappingProxyType(
    {
        "intake": Bench(main=intake.main, says="webhooks taken in, beside what database and server allow", minutes=5),
        "slow": Bench(main=slow.main, says="how long others wait while slow clients hold the web process", minutes=1),
        "drain": Bench(main=drain.main, says="webhooks that wait, until their decisions are written down", minutes=3),
        "effects": Bench(main=effects.main, says="deeds through all steps, beside RQ's own worker", minutes=10),
        "latency": Bench(main=latency.main, says="from a webhook to its effect at the store", minutes=2),
        "burst": Bench(main=burst.main, says="what one shop notices of another's ten thousand webhooks", minutes=4),
        "history": Bench(main=history.main, says="the past of a store, read to its sums", minutes=10),
        "value": Bench(main=value.main, says="an event among a million customers, and a night", minutes=10),
        "page": Bench(main=page.main, says="the merchant's pages in a shop with 100,000 orders", minutes=3),
        "backtest": Bench(main=backtest.main, says="ninety days walked through with the rules on", minutes=2),
        "card": Bench(main=card.main, says="the card beside a ticket among 50,000 customers", minutes=5),
        "desk": Bench(main=desk.main, says="from a customer's message to tag and field beside it", minutes=5),
        "start": Bench(main=start.main, says="from a fresh copy of the code to visible effects", minutes=2),
        "rush": Bench(main=rush.main, says="an evening of ten thousand shops, in made-up time", minutes=1),
        "ticker": Bench(main=ticker.main, says="what the ticker's looks cost among ten thousand shops", minutes=3),
        "weight": Bench(main=weight.main, says="what is kept of a webhook and of a deed, in bytes", minutes=2),
    }
)


def main(arguments: list[str]) -> int:
    """Run one bench and return its exit code: 1 when a goal was missed, 2 for a word that is none."""
    name, *rest = arguments or ["help"]
    if name in ("help", "--help", "-h"):
        return tell_help()
    if name not in BENCHES:
        sys.stderr.write(f"lagniappe: bench knows {', '.join(BENCHES)}, not `{name}`\n")
        return 2
    return BENCHES[name].main(rest)


def tell_help() -> int:
    print("usage: python3 -m app bench <what> [options]; each by itself, on a machine that does nothing else\n")
    for name, bench in BENCHES.items():
        print(f"  {name:<10}{bench.says:<72}some {bench.minutes} min")
    print(
        "\nEach brings its own databases and Redis. Two cores, 2 GB of memory and of disk are enough for all of them;"
    )
    print("`python3 -m app bench <what> --help` says what can be made smaller.")
    return 0
