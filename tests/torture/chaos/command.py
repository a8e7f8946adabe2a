"""`torture chaos`: a storm over the whole app, by a seed; and the same storm without what keeps the promises."""

import argparse
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

from tests.torture.chaos import storm
from tests.torture.chaos.day import StillToCome
from tests.torture.chaos.storm import Came, Plan
from tests.torture.chaos.weather import HURRICANE, SQUALL

KINDS = ("sqlite", "postgresql")
SEEDS = Path(__file__).with_name("seeds.txt")
# Nothing goes wrong but this: gifts in parcels of their own are made eight seconds after the line broke.
LATE = replace(HURRICANE, fault_rate=0.0, vendor_rate=0.0, late=("GiftOrderCreate",) * 20)
HASTY = replace(LATE, surroundings={**LATE.surroundings, "QUARANTINE_SECONDS": "0"})
CONTROLS: dict[str, tuple[str, dict[str, Any]]] = {
    "A": ("without a ticker work is lost", {"ticks": False}),
    "B": ("without a quarantine gifts are doubled", {"shares": {"packed": 1}, "weather": HASTY, "kills": 0}),
    "B-repaired": ("with it none is", {"shares": {"packed": 1}, "weather": LATE, "kills": 0}),
}
MUST_HOLD = "B-repaired"
SMALL: dict[str, Any] = {"orders": 30, "kills": 6, "workers": 2, "weather": SQUALL}


def main(arguments: list[str]) -> int:
    """Let the storm rage and print what came of it; 1 when a promise was broken, or when a control broke none."""
    options = _parser().parse_args(arguments)
    if options.replay:
        return max(weather(plan, None) for plan in stored())
    if options.small:
        return max(weather(Plan(kind=kind, seed=options.seed, **SMALL), options.keep) for kind in KINDS)
    plan = Plan(kind=options.db, seed=options.seed, orders=options.orders, kills=options.kills)
    if options.control is None:
        code = weather(plan, options.keep)
        if code:
            store(plan)
        return code
    says, changes = CONTROLS[options.control]
    print(f"control {options.control}: {says}")
    broke = weather(replace(plan, alone=True, **changes), options.keep)
    return broke if options.control == MUST_HOLD else 1 - broke


def weather(plan: Plan, keep: Path | None) -> int:
    """Let one storm rage and print what came of it."""
    with tempfile.TemporaryDirectory(prefix="lagniappe-chaos-") as made:
        folder = keep or Path(made)
        folder.mkdir(parents=True, exist_ok=True)
        try:
            came = storm.blow(plan, folder)
        except StillToCome as waits:
            came = Came(wrong=[f"still to come: {waits}"])
    for name, figure in came.figures.items():
        print(f"  {name:<18}{figure}")
    for wrong in came.wrong:
        print(f"  BROKEN: {wrong}")
    print(f"chaos {plan.kind} seed {plan.seed}: {len(came.wrong)} promises broken", flush=True)
    return 1 if came.wrong else 0


def stored() -> list[Plan]:
    """Return the storms that broke a promise once."""
    lines = (line.split() for line in SEEDS.read_text().splitlines() if not line.startswith("#"))
    return [
        Plan(kind=kind, orders=int(orders), kills=int(kills), seed=int(seed)) for kind, orders, kills, seed in lines
    ]


def store(plan: Plan) -> None:
    """Keep a storm that broke a promise, so that it is weathered again when that is mended."""
    if plan not in stored():
        with SEEDS.open("a") as file:
            file.write(f"{plan.kind} {plan.orders} {plan.kills} {plan.seed}\n")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python3 -m app torture chaos", description=__doc__)
    parser.add_argument("--db", choices=KINDS, default="sqlite")
    parser.add_argument("--orders", type=int, default=2_000, metavar="N")
    parser.add_argument("--kills", type=int, default=100, metavar="K")
    parser.add_argument("--seed", type=int, default=1, metavar="S")
    parser.add_argument("--small", action="store_true", help="a storm of two minutes on each database")
    parser.add_argument("--control", choices=CONTROLS, help="the storm that must break a promise")
    parser.add_argument("--replay", action="store_true", help=f"every storm of {SEEDS.name}")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="leave logs and databases there")
    return parser
