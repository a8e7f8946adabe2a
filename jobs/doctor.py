"""`doctor`: looks this installation over, or one shop through our own adapters. In the store it only reads."""

import argparse
import json
import sys
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from datetime import timedelta

from app.config import Misconfigured, settings
from app.domain.findings import Finding, Verdict, bad, fine, look
from app.domain.helpdesk_setup import Ail
from app.domain.scopes import NEEDED
from app.store import checkup, connections, grants, imports, reports, setups, shops
from app.store.base import reading
from app.store.shops import Merchant
from integrations import registry
from integrations.shopify.checkup import Patient
from jobs import logs, surroundings
from jobs.runtime import World, world

_WINDOW = timedelta(days=60)
_LATE = timedelta(hours=2)
_SUBJECT = 24  # letters


def main(arguments: list[str]) -> int:
    """Print what is found; return 1 when something of it is bad."""
    options = _parse(arguments)
    logs.start("doctor", to=sys.stderr)
    try:
        settings()
        here = world()
    except Misconfigured as fault:
        return _tell([bad("settings", str(fault).removeprefix("lagniappe: "))], as_json=options.json)
    found = of_shop(here, options.shop) if options.shop else surroundings.findings(here)
    return _tell(found, as_json=options.json)


def of_shop(here: World, domain: str) -> Iterator[Finding]:
    """Yield what is found about one shop."""
    with reading(here.sessions) as session:
        merchant = shops.by_domain(session, domain)
    if merchant is None or not merchant.installed:
        yield bad("installation", f"{domain} is not installed here: open the app in its admin once")
        return
    yield from _kept(here, merchant)
    with reading(here.sessions) as session:
        old = checkup.older_order(session, shop_id=merchant.id, older_than=here.clock.now() - _WINDOW)
    yield _token(here, merchant)
    if not merchant.let_in:
        return
    features = {str(feature): scopes for feature, scopes in NEEDED.items()}
    patient = Patient(gifts=merchant.policy.nth_order_gift.variants, old_order=old, features=features)
    access = here.access(merchant.id, merchant.domain)
    doctor = registry.shopify_checkup(here.settings.shopify_origin, merchant.domain, access, http=here.http)
    yield from doctor.findings(patient, here.clock.now())


def _token(here: World, merchant: Merchant) -> Finding:
    with reading(here.sessions) as session:
        grant = grants.read(session, shop_id=merchant.id, seal=here.seal)
    if grant is None or not grant.live:
        why = "none was given" if grant is None else grant.reason
        return bad("token", f"{why}: open the app in the shop's admin once")
    if grant.expires_at is None:
        return look("token", "one that never expires: a public app's is refused, it was given by hand or in practice")
    words = f"alive until {grant.expires_at:%Y-%m-%d %H:%M} UTC"
    if grant.refresh_expires_at is None:
        return look("token", f"{words}, and cannot be renewed")
    return fine("token", f"{words}, can be renewed until {grant.refresh_expires_at:%Y-%m-%d}")


def _kept(here: World, merchant: Merchant) -> Iterator[Finding]:
    """Yield what our own database says of the shop."""
    with reading(here.sessions) as session:
        broken = connections.broken(session, shop_id=merchant.id)
    for each in broken:
        yield bad(each.kind, f"does not take our key since {each.since:%Y-%m-%d %H:%M} UTC: connect it again")
    yield from _helpdesks(here, merchant)
    yield fine("installation", f"since {merchant.installed_at:%Y-%m-%d}{', paused' if merchant.paused else ''}")
    with reading(here.sessions) as session:
        past = shops.history_state(session, shop_id=merchant.id)
        begun = imports.readings(session, shop_id=merchant.id)
        figures = reports.figures(session, shop_id=merchant.id, currency=merchant.currency, now=here.clock.now())
    if figures.repaired:
        yield look(
            "figures", f"last night's recount put {figures.repaired} right: have the orders been touched by hand?"
        )
    if past.done_at is None:
        read = ", ".join(f"{each.things} of {each.promised} {each.kind}" for each in begun)
        yield look("history", f"is being read: {read}" if begun else "was not begun yet")
    elif past.swept_to is None or here.clock.now() - past.swept_to > _LATE:
        yield look("history", "is read, but nobody has swept for long: do ticker and workers run?")
    else:
        yield fine("history", f"read, and swept to {past.swept_to:%Y-%m-%d %H:%M} UTC")


def _helpdesks(here: World, merchant: Merchant) -> Iterator[Finding]:
    """Yield how what was set up in helpdesks was when last looked at."""
    with reading(here.sessions) as session:
        known = setups.listed(session, shop_id=merchant.id)
    for each in known:
        if each.ails - {Ail.KEY_DEAD}:
            yield look(each.kind, f"when last looked at: {', '.join(sorted(each.ails)).replace('_', ' ')}")
        elif each.trouble:
            yield look(each.kind, f"{each.stage.replace('_', ' ')}: {each.trouble}")
        elif each.parts is not None and each.checked_at is not None and each.in_use:
            yield fine(each.kind, f"{len(each.parts)} parts made there, looked at {each.checked_at:%Y-%m-%d %H:%M} UTC")


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python3 -m app doctor", description=__doc__)
    parser.add_argument("--shop", metavar="DOMAIN", help="look one shop over, through our own adapters")
    parser.add_argument("--json", action="store_true", help="for machines")
    return parser.parse_args(arguments)


def _tell(found: Iterable[Finding], *, as_json: bool) -> int:
    told = []
    for each in found:
        told.append(each)
        if not as_json:
            after = " " if len(each.subject) <= _SUBJECT else f"\n{' ':<6}"
            sys.stdout.write(f"{each.verdict:<5} {each.subject:<{_SUBJECT}}{after}{each.words}\n")
            sys.stdout.flush()
    if as_json:
        sys.stdout.write(json.dumps([asdict(each) for each in told], indent=1, ensure_ascii=False) + "\n")
    return 1 if any(each.verdict is Verdict.BAD for each in told) else 0
