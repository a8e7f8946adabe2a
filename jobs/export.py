"""`export`: prints everything that is kept on one customer of one shop."""

import argparse
import sys

from app.domain.people import Person
from app.store import shops
from app.store.base import reading
from jobs import privacy
from jobs.runtime import World, world


def main(arguments: list[str]) -> int:
    """Print it as JSON; return 1 for a shop that is not known here."""
    options = _parse(arguments)
    return run(world(), options.shop, person_of(options.customer))


def run(here: World, domain: str, person: Person) -> int:
    """Print what is kept on the person."""
    with reading(here.sessions) as session:
        merchant = shops.by_domain(session, domain)
    if merchant is None:
        sys.stderr.write(f"lagniappe: nothing is kept of {domain}\n")
        return 1
    sys.stdout.write(privacy.copy(here, merchant, person) + "\n")
    return 0


def person_of(said: str) -> Person:
    """Return the customer whom somebody names by the store's number, or by an e-mail address."""
    if said.isascii() and said.isdigit():
        return Person(ids=frozenset({int(said)}))
    return Person(words=frozenset({said.strip().lower()}))


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python3 -m app export", description=__doc__)
    parser.add_argument("--shop", metavar="DOMAIN", required=True)
    parser.add_argument("--customer", metavar="ID", required=True, help="the store's number, or an e-mail address")
    return parser.parse_args(arguments)
