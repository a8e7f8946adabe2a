"""`bench`: says how quick we are, as ratios; absolute figures change with the machine, ratios of one run hold."""

import sys
from collections.abc import Callable, Mapping
from types import MappingProxyType

from bench import burst, drain, effects, history, intake, latency, rush, slow, ticker, value, weight

BENCHES: Mapping[str, Callable[[list[str]], int]] = MappingProxyType(
    {
        "burst": burst.main,
        "drain": drain.main,
        "effects": effects.main,
        "history": history.main,
        "intake": intake.main,
        "latency": latency.main,
        "rush": rush.main,
        "slow": slow.main,
        "ticker": ticker.main,
        "value": value.main,
        "weight": weight.main,
    }
)


def main(arguments: list[str]) -> int:
    """Run one bench and return its exit code."""
    name, *rest = arguments or [""]
    if name not in BENCHES:
        sys.stderr.write(f"bench measures {' or '.join(BENCHES)}\n")
        return 2
    return BENCHES[name](rest)
