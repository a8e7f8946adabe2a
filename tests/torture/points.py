"""`torture points`: every flow dies once at each of its boundaries, in calm weather and in rough."""

import argparse
import tempfile
from contextlib import ExitStack
from pathlib import Path

from tests.embedded import private_postgres
from tests.torture.deaths import singles
from tests.torture.report import Count
from tests.torture.theatre import theatre
from tests.torture.weather import FLOWS


def main(arguments: list[str]) -> int:
    """Try them all; return 1 when one went wrong."""
    asked = _parse(arguments)
    with ExitStack() as closing:
        here = closing.enter_context(theatre(server(closing) if asked.db == "postgresql" else None))
        count = Count("deaths")
        for name in asked.flow or FLOWS:
            tale = here.tell(name, FLOWS[name])
            print(f"{name}: {len(tale.life.at)} boundaries, {len(tale.life.moments)} moments", flush=True)
            for verdict in singles(tale):
                count.add(verdict, database=asked.db)
    print(f"points on {asked.db}: {len(asked.flow or FLOWS)} flows, {count}")
    return 1 if count.wrong else 0


def server(closing: ExitStack) -> str:
    """Return the URL of a PostgreSQL that is there until everything is closed."""
    folder = closing.enter_context(tempfile.TemporaryDirectory(prefix="lagniappe-torture-"))
    return closing.enter_context(private_postgres(Path(folder) / "postgres"))


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python3 -m app torture points", description=__doc__)
    parser.add_argument("--db", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--flow", action="append", choices=sorted(FLOWS), help="only this one; may be given again")
    return parser.parse_args(arguments)
