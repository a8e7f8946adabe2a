"""`reconcile`: asks a shop's store now what changed, looks up what is in doubt, compares what was done with our books.

The same happens by itself: the asking every few minutes, the comparison every night.
"""

import argparse
import sys
from datetime import timedelta

from app.domain.errors import Unavailable
from app.store import alarms, dead, reports, shops, trail
from app.store.alarms import What
from app.store.base import reading, unit_of_work
from app.store.shops import Merchant
from jobs import audit, drain, logs, sweep
from jobs.runtime import World, world

_WORDS = {
    What.TWICE: "is out there twice",
    What.MISSING: "is done by our books, and not to be found out there",
    What.IN_DOUBT: "has been in doubt for an hour",
    What.HELD: "holds money for a gift that nobody can take up any more",
}


def main(arguments: list[str]) -> int:
    """Reconcile one shop or all; return 1 when something does not fit or could not be asked."""
    parser = argparse.ArgumentParser(prog="python3 -m app reconcile", description=__doc__)
    parser.add_argument("--shop", metavar="DOMAIN", help="one shop alone")
    parser.add_argument("--days", metavar="N", type=int, default=2, help="compare what was done in so many days (2)")
    options = parser.parse_args(arguments)
    logs.start("reconcile", to=sys.stderr)
    here = world().signed(trail.OPERATOR)
    with reading(here.sessions) as session:
        known = [each for each in shops.everybody(session) if each.installed and options.shop in (None, each.domain)]
    if not known:
        sys.stderr.write("lagniappe: there is no such shop here\n")
        return 1
    return max(run(here, merchant, timedelta(days=options.days)) for merchant in known)


def run(here: World, merchant: Merchant, back: timedelta) -> int:
    """Reconcile one shop, and say aloud what was found."""
    inside = here.enter(merchant.id)
    if inside is None:
        return _say(merchant, "cannot be asked: it has not let us in, or its door is shut", code=1)
    _, outside = inside
    with unit_of_work(here.sessions) as session:
        now = here.clock.now()
        doubtful = dead.look_up_now(session, shop_id=merchant.id, now=now, quarantine=here.quarantine)
    news = sweep.sweep_now(here, merchant, outside)
    if news is None:
        return _say(merchant, "its store gave no answer", code=1)
    drain.drain(here, merchant.id)
    try:
        wrong = audit.compare(here, merchant, outside, here.clock.now() - back)
    except Unavailable as problem:
        return _say(merchant, f"what was done could not be compared: {problem}", code=1)
    audit.look_at_doubts(here, merchant.id)
    audit.look_at_held(here, merchant.id)
    with reading(here.sessions) as session:
        standing = alarms.standing(session, shop_id=merchant.id)
        left = reports.to_do(session, shop_id=merchant.id, now=here.clock.now())
    for each in standing:
        _say(merchant, f"effect:{each.effect_id} {_WORDS[each.what]}, since {each.since:%Y-%m-%d %H:%M} UTC", code=1)
    words = f"{news} orders were news, {doubtful} deeds were looked up, {len(wrong)} do not fit; {left.effects} to do"
    return _say(merchant, words, code=1 if standing else 0)


def _say(merchant: Merchant, words: str, *, code: int) -> int:
    (sys.stderr if code else sys.stdout).write(f"{merchant.domain}: {words}\n")
    return code
