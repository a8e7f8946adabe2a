"""`torture`: proves by force that nothing is lost and nothing is done twice, and says what was tried."""

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from tests.torture import backtest, controls, frozen, gifts, holdout, mutants, orders, pairs, points, pool, versions
from tests.torture.chaos import command as chaos
from tests.torture.chaos import recovery
from tests.torture.hosts import command as hosts


@dataclass(frozen=True, slots=True, kw_only=True)
class Torment:
    """One row: `main` is handed the further words and returns the exit code."""

    main: Callable[[list[str]], int]
    says: str


TORMENTS: Mapping[str, Torment] = MappingProxyType(
    {
        "points": Torment(main=points.main, says="death at every boundary of every flow, once"),
        "pairs": Torment(main=pairs.main, says="death at every boundary, and once more during the recovery"),
        "frozen": Torment(
            main=frozen.main, says="a worker sleeps at every boundary, and wakes when others have done its work"
        ),
        "controls": Torment(main=controls.main, says="the same without one of the safeguards: violations must be seen"),
        "orders": Torment(main=orders.main, says="five letters in all 120 orders, while a worker dies on the way"),
        "mutants": Torment(main=mutants.main, says="mistakes made on purpose: the tests must notice each of them"),
        "pool": Torment(main=pool.main, says="many agents at one purse around the end of a month: never overspent"),
        "gifts": Torment(main=gifts.main, says="something for hundreds of people: each has one end, at one price"),
        "backtest": Torment(
            main=backtest.main, says="lives of shops lived through and walked through: both must say the same"
        ),
        "holdout": Torment(
            main=holdout.main,
            says="shops with a known lift: it is found, and none is claimed where there is none",
        ),
        "versions": Torment(main=versions.main, says="an older version beside this one, on one database"),
        "hosts": Torment(main=hosts.main, says="three hosts, one of them cut off in mid-storm"),
        "chaos": Torment(main=chaos.main, says="a storm over the whole app, its processes killed by a seed"),
        "recovery": Torment(
            main=recovery.main, says="how soon all goes on after Redis, a worker or the database was gone"
        ),
    }
)


def main(arguments: list[str]) -> int:
    """Run one torment and return its exit code: 1 when a promise broke, 2 for a word that is none."""
    name, *rest = arguments or ["help"]
    if name in ("help", "--help", "-h"):
        return tell_help()
    if name not in TORMENTS:
        sys.stderr.write(f"lagniappe: torture knows {', '.join(TORMENTS)}, not `{name}`\n")
        return 2
    return TORMENTS[name].main(rest)


def tell_help() -> int:
    print("usage: python3 -m app torture <what> [options]\n")
    for name, torment in TORMENTS.items():
        print(f"  {name:<10}{torment.says}")
    return 0
