"""`torture frozen`: a worker sleeps at each boundary until others have done its work, then goes on where it was."""

import argparse

from tests.torture.explore import Tale
from tests.torture.theatre import theatre
from tests.torture.weather import CALM

EVERYWHERE = slice(None)


def main(arguments: list[str]) -> int:
    """Try every flow; return 1 when something went wrong."""
    parser = argparse.ArgumentParser(prog="python3 -m app torture frozen", description=__doc__)
    parser.add_argument("--flow", action="append", choices=sorted(CALM), help="only this one; may be given again")
    tried, bad = 0, 0
    with theatre() as here:
        for name in parser.parse_args(arguments).flow or CALM:
            tale = here.tell(name, CALM[name])
            wrong = wrong_when_frozen(tale, EVERYWHERE)
            tried, bad = tried + len(places(tale)), bad + len(wrong)
            print(
                f"{name}: frozen at {len(places(tale))} boundaries, {len(wrong)} violations {wrong or ''}", flush=True
            )
    print(f"frozen: {tried} tried, {bad} violations")
    return 1 if bad else 0


def wrong_when_frozen(tale: Tale, part: slice) -> dict[str, str]:
    """Freeze at those of the boundaries at which nothing is locked; return what went wrong, by their names."""
    names = tale.life.names
    asked = {f"{names[at - 1]} ({at})": tale.sleeps_at(at) for at in places(tale)[part]}
    return {place: why for place, why in asked.items() if why is not None}


def places(tale: Tale) -> list[int]:
    """Return where no transaction is open: a frozen one is ended by the database, and that is a death."""
    return [at for at, name in enumerate(tale.life.names, 1) if _is_at_rest(name)]


def _is_at_rest(name: str) -> bool:
    return name == "after commit" or name.startswith(("before the ", "after the "))
