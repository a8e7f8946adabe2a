"""`helpdesk`: connects a shop's account at a helpdesk, and says what is to be set there; its key is asked for."""

import argparse
import sys
from getpass import getpass

from app.domain.errors import KeyRefused, Rejected, Unavailable
from app.domain.ports import Helpdesk
from app.store import setups, shops, trail
from app.store.base import reading, unit_of_work
from app.store.shops import Merchant
from integrations import registry
from integrations.companies import Login
from jobs import helpdesks, logs
from jobs.queue import Task
from jobs.runtime import World, desk_origin, world

_ANY_TICKET, _ANY_KEY = "1", "helpdesk:hello"


def main(arguments: list[str]) -> int:
    """Connect it; return 1 when something is in the way, and then nothing is changed."""
    options = _parse(arguments)
    logs.start("helpdesk", to=sys.stderr)
    login = Login(user=options.user, key=_key())
    return run(world().signed(trail.OPERATOR), options.kind, options.shop, options.account, login)


def run(here: World, kind: str, domain: str, account: str, login: Login) -> int:
    """Knock at the helpdesk, keep the keys, and print what a person sets over there."""
    with reading(here.sessions) as session:
        merchant = shops.by_domain(session, domain)
    if merchant is None or not merchant.installed:
        return _no(f"{domain} is not installed here: open the app in its admin once")
    if not login.key:
        return _no("no key was given: type it when asked, or hand it in on the standard input")
    if _furnished_elsewhere(here, merchant, kind, account):
        return _no("another account is connected, with furniture of ours in it: its merchant disconnects it first")
    try:
        desk = registry.helpdesk(kind, desk_origin(here.settings, kind), account, login, http=here.http)
    except ValueError:
        return _no(f"{account!r} cannot be an account there")
    try:
        heard = _knock(desk)
    except KeyRefused:
        return _no("the helpdesk does not take this user and key")
    _tell(kind, _kept(here, merchant, kind, account, login), heard=heard)
    return 0


def _furnished_elsewhere(here: World, merchant: Merchant, kind: str, account: str) -> bool:
    with reading(here.sessions) as session:
        known = setups.listed(session, shop_id=merchant.id)
    return any(each.kind == kind and each.account != account and each.in_use and each.parts for each in known)


def _knock(desk: Helpdesk) -> bool:
    """Return whether they said that they take our key; not all do, of a ticket that is none. Raises KeyRefused."""
    try:
        desk.find_note(_ANY_TICKET, key=_ANY_KEY)
    except KeyRefused:
        raise
    except Rejected:  # they take us, and know no such ticket
        return True
    except Unavailable:
        return False
    return True


def _kept(here: World, merchant: Merchant, kind: str, account: str, login: Login) -> str:
    """Keep the account; return what is to be done over there, with an address and a secret that are new."""
    with unit_of_work(here.sessions) as session:
        url, secret = helpdesks.keep(here, session, merchant, kind=kind, account=account, login=login)
    here.bell.ring(Task.HELPDESKS, merchant.id)  # what we can make there by ourselves is made without anybody
    return registry.HELPDESKS[kind].setup.format(url=url, secret=secret)


def _tell(kind: str, setup: str, *, heard: bool) -> None:
    made = "What belongs there is made within a minute; buttons alone are made by hand.\n"
    furnished = made if registry.HELPDESKS[kind].furnish is not None else ""
    unheard = "" if heard else "\nThe helpdesk did not say whether it takes this key.\n"
    sys.stdout.write(
        f"Connected {kind}. Set this there now; it is shown this once, and what was set before is good no more.\n"
        f"{furnished}{unheard}\n{setup}\n"
    )


def _no(words: str) -> int:
    sys.stderr.write(f"lagniappe: {words}\n")
    return 1


def _key() -> str:
    return (getpass("Key (nothing is shown): ") if sys.stdin.isatty() else sys.stdin.readline()).strip()


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python3 -m app helpdesk", description=__doc__)
    connect = parser.add_subparsers(required=True, metavar="connect").add_parser("connect", help="or connect anew")
    connect.add_argument("kind", choices=registry.HELPDESKS)
    connect.add_argument("--shop", metavar="DOMAIN", required=True)
    connect.add_argument("--account", metavar="NAME", required=True, help="what stands for it in its address")
    connect.add_argument("--user", metavar="NAME", default="", help="as whom we enter, where there are users")
    return parser.parse_args(arguments)
