"""What every page of the merchant shares: whose shop it is, what time it is there, and how its words are found."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from flask import render_template

from app.store import shops
from app.store.base import Session, reading
from app.store.shops import Merchant
from app.web import phrases
from app.web.here import world

# Until merchants can log in there is one shop to show: the practice town's.
PRACTICE_SHOP = "lagniappe-practice.myshopify.com"

# What a page says once after a press; the redirect carries the name, never the words.
NOTICES = {
    "approved": "Approved. It is on its way.",
    "over_budget": "Approved, but the pool does not hold all of it this month.",
    "nothing_waited": "Nothing was waiting any more.",
    "declined": "Declined. Nothing was sent.",
    "withdrawn": "Taken back. Nothing was sent.",
    "too_late": "Too late: it has already left, or was ended before.",
    "settled": "Written down as done.",
    "put_back": "It will be tried again.",
    "not_in_doubt": "This row is not in doubt any more.",
    "mode": "The rule's mode was changed.",
    "resumed": "Everything goes on.",
}

WORDS: dict[str, object] = {
    "STATES": phrases.STATES,
    "RULES": phrases.RULES,
    "MODES": phrases.MODES,
    "POOLS": phrases.POOLS,
    "NOTICES": NOTICES,
    "what": phrases.what,
    "text": phrases.text,
    "tally": phrases.tally,
    "counted": phrases.counted,
    "month": phrases.month,
}


class NoShopYet(Exception):
    """The practice shop is not registered yet; a moment later it will be."""


def shop_of_the_house(session: Session) -> Merchant:
    """Return the shop whose pages these are; raise NoShopYet while it is being registered."""
    merchant = shops.by_domain(session, PRACTICE_SHOP)
    if merchant is None or not merchant.installed:
        raise NoShopYet
    return merchant


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One look into the books: an open transaction, whose shop it is about, and the moment it is taken at."""

    session: Session
    merchant: Merchant
    now: datetime


@contextmanager
def look() -> Iterator[Look]:
    """Open the books for one page; raise NoShopYet while there is no shop."""
    here = world()
    now = here.clock.now()
    with reading(here.sessions) as session:
        yield Look(session=session, merchant=shop_of_the_house(session), now=now)


def show(template: str, seen: Look, facts: dict[str, Any]) -> str:
    """Return the page, its moments told by the shop's own clock."""
    zone = seen.merchant.timezone
    return render_template(
        template,
        merchant=seen.merchant,
        town=f"http://127.0.0.1:{world().settings.sandbox_port}/",
        now=seen.now,
        when=partial(phrases.moment, zone=zone, now=seen.now),
        day=partial(phrases.day, zone=zone),
        date=partial(phrases.date, zone=zone),
        **facts,
    )
