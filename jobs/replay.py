"""`replay`: lists what came to rest without being done, and lets it be tried again, each with its tries anew.

Doing it twice is once. What a deed may have brought about before is looked for first, so nothing is done twice either.
"""

import argparse
import re
import sys
from collections.abc import Iterator

from app.store import dead, shops, trail
from app.store.base import reading, unit_of_work
from app.store.dead import Dead
from app.store.shops import Merchant
from jobs import logs
from jobs.queue import Task
from jobs.runtime import World, purse, world

_NAME = re.compile(r"(?a:(delivery|effect):(\d{1,18}))")


def main(arguments: list[str]) -> int:
    """List, or take up again; return 1 when something of it could not be."""
    options = _parse(arguments)
    logs.start("replay", to=sys.stderr)
    here = world().signed(trail.OPERATOR)
    if options.shop is not None and not _chosen(here, options.shop):
        sys.stderr.write("lagniappe: there is no such shop\n")
        return 1
    if options.all:
        return everything(here, options.shop)
    if options.names:
        return again(here, options.names, options.shop)
    return show(here, options.shop)


def show(here: World, domain: str | None) -> int:
    """Print what rests, shop by shop, and why; names nobody."""
    found = [(where, each) for where, each in _resting(here, domain)]
    for where, each in found:
        line = f"{each.name:<18}  {where}  {each.what}  since {each.since:%Y-%m-%d %H:%M}  {each.cause}"
        sys.stdout.write(line + "\n")
    sys.stdout.write(f"{len(found)} at rest\n" if found else "nothing rests that was not done\n")
    return 0


def everything(here: World, domain: str | None) -> int:
    """Take up all that can be."""
    return again(here, [each.name for _, each in _resting(here, domain) if not each.hopeless], domain)


def again(here: World, names: list[str], domain: str | None) -> int:
    """Take up these; return 1 when one of them does not rest, or belongs to no shop that is here."""
    left = [name for name in names if not _again(here, name, _chosen(here, domain))]
    for name in left:
        sys.stderr.write(f"{name} does not rest here, or cannot be taken up again\n")
    sys.stdout.write(f"{len(names) - len(left)} taken up again\n")
    return 1 if left else 0


def _again(here: World, name: str, chosen: list[Merchant]) -> bool:
    kind, number = name.split(":")
    for merchant in chosen:
        if kind == "effect" and _deed_again(here, merchant, int(number)):
            break
        if kind == "delivery" and _letter_again(here, merchant, int(number)):
            break
    else:
        return False
    here.bell.ring(Task.DRAIN, merchant.id)
    return True


def _letter_again(here: World, merchant: Merchant, number: int) -> bool:
    now = here.clock.now()
    with unit_of_work(here.sessions) as session:
        if dead.letter_again(session, shop_id=merchant.id, delivery_id=number, now=now):
            return True
        theirs = dead.addressed_by(session, delivery_id=number)
        return theirs == merchant.domain and dead.strangers_letter_again(
            session, shop_id=merchant.id, delivery_id=number, now=now
        )


def _deed_again(here: World, merchant: Merchant, number: int) -> bool:
    now = here.clock.now()
    with unit_of_work(here.sessions) as session:
        paid_from = purse(merchant, now)
        return dead.deed_again(session, shop_id=merchant.id, effect_id=number, purse=paid_from, now=now) is not None


def _resting(here: World, domain: str | None) -> Iterator[tuple[str, Dead]]:
    """Yield what rests, and in which shop."""
    for merchant in _chosen(here, domain):
        with reading(here.sessions) as session:
            found = dead.letters(session, shop_id=merchant.id) + dead.deeds(session, shop_id=merchant.id)
        yield from ((merchant.domain, each) for each in found)
    if domain is None:
        with reading(here.sessions) as session:
            yield from (("unknown shop", each) for each in dead.letters(session, shop_id=None))


def _chosen(here: World, domain: str | None) -> list[Merchant]:
    with reading(here.sessions) as session:
        known = shops.everybody(session)
    return [merchant for merchant in known if domain in (None, merchant.domain)]


def _name(said: str) -> str:
    if _NAME.fullmatch(said) is None:
        raise argparse.ArgumentTypeError(f"{said!r} is neither delivery:NUMBER nor effect:NUMBER")
    return said


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python3 -m app replay", description=__doc__)
    parser.add_argument("names", nargs="*", type=_name, metavar="NAME", help="delivery:123 or effect:45; none: list")
    parser.add_argument("--shop", metavar="DOMAIN", help="of one shop alone")
    parser.add_argument("--all", action="store_true", help="everything that rests")
    return parser.parse_args(arguments)
