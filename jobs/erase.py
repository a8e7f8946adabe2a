"""`erase`: forgets one customer of one shop, or everything of a shop that has uninstalled us. There is no way back."""

import argparse
import sys

from app.domain.people import Person
from app.store import shops
from app.store.base import reading
from jobs import logs, privacy
from jobs.export import person_of
from jobs.runtime import World, world


def main(arguments: list[str]) -> int:
    """Forget, and say so; return 1 when something is in the way."""
    options = _parse(arguments)
    logs.start("erase", to=sys.stderr)
    return run(world(), options.shop, options.customer)


def run(here: World, domain: str, person: Person | None) -> int:
    """Forget the person, or without one the shop."""
    with reading(here.sessions) as session:
        merchant = shops.by_domain(session, domain)
    if merchant is None:
        return _say(f"nothing is kept of {domain}", code=0)
    if person is None:
        gone = privacy.forget_shop(here, merchant)
        if not gone:
            return _say("nothing was erased: the shop is installed, and must take the app out first", code=1)
        return _say("everything of the shop is gone", code=0)
    left = privacy.forget(here, merchant, person)
    if left:
        return _say(f"forgotten, but for {left} deeds under way; please repeat when they have ended", code=1)
    return _say("the customer is forgotten", code=0)


def _say(words: str, *, code: int) -> int:
    (sys.stderr if code else sys.stdout).write(f"lagniappe: {words}\n")
    return code


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python3 -m app erase", description=__doc__)
    parser.add_argument("--shop", metavar="DOMAIN", required=True)
    parser.add_argument("--customer", metavar="ID", type=person_of, help="the store's number, or an e-mail address")
    return parser.parse_args(arguments)
