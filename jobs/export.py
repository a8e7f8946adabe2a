"""`export`: prints everything that is kept on one customer of one shop."""

import argparse
import re
import sys

from app.domain.people import Person
from app.store import shops
from app.store.base import reading
from jobs import logs, privacy
from jobs.runtime import World, world

# Shorter numbers stand in every text that is kept, as a quantity or a price, and would lead to everybody.
_NUMBER = re.compile(r"(?a:\d{6,18})")
_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+")


def main(arguments: list[str]) -> int:
    """Print it as JSON; return 1 for a shop that is not known here."""
    options = _parse(arguments)
    logs.start("export", to=sys.stderr)
    return run(world(), options.shop, options.customer)


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
    word = said.strip().lower()
    if _NUMBER.fullmatch(word):
        return Person(ids=frozenset({int(word)}))
    if _ADDRESS.fullmatch(word):
        return Person(words=frozenset({word}))
    raise argparse.ArgumentTypeError(f"{said!r} is neither a customer's number in the store nor an e-mail address")


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python3 -m app export", description=__doc__)
    parser.add_argument("--shop", metavar="DOMAIN", required=True)
    named = "the store's number, or an e-mail address"
    parser.add_argument("--customer", metavar="ID", required=True, type=person_of, help=named)
    return parser.parse_args(arguments)
