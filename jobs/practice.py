"""The practice shop moves in: its row, the keys to its accounts in the town, and a policy under which things happen."""

import sys
import time
from dataclasses import replace
from functools import partial
from typing import Any

from app.config import settings
from app.domain.card_templates import STARTERS
from app.domain.catalogue import Entry
from app.domain.errors import Unavailable
from app.domain.gifts import Flag, GiftKind
from app.domain.money import Money
from app.domain.policy import Brake, Mode, NthOrderGift, Policy, SpecialCustomer, TeamGestures
from app.store import card_templates, catalogue, connections, migrate, setups, shops
from app.store.base import reading, unit_of_work
from integrations.florist.company import INVOICED, YES
from integrations.registry import BY_HAND, FIRST_HELPDESK, LISTENER
from integrations.sandbox.florist.accounts import ACCOUNTS
from integrations.sandbox.goody import accounts as goody
from integrations.sandbox.handwrytten import accounts as handwrytten
from integrations.sandbox.helpdesk import people
from integrations.sandbox.listener import routes as listener
from integrations.sandbox.lob import accounts as lob
from integrations.sandbox.store.admin import id_token
from integrations.sandbox.store.catalogue import GIFTS
from integrations.sandbox.town import PRACTICE_SHOP, TownSettings
from integrations.sandbox.tremendous import accounts as tremendous
from jobs import helpdesk_care
from jobs.installation import install
from jobs.runtime import World, world

# Flowers weeks later leave unattended, which only an account with an invoicing agreement may do.
INVOICED_FLORIST = next(account for account in ACCOUNTS if account.invoiced)
FLORIST = "/florist"  # where it is in the town
# What the shop has connected, as `connections.connect` is told of it; the listener's address is the town's own.
AT_HOME: tuple[dict[str, Any], ...] = (
    {
        "kind": FIRST_HELPDESK,
        "account": people.ACCOUNT,
        "user": people.API_USER,
        "key": people.API_KEY,
        "url_token": people.HOOK_TOKEN,
        "secrets": (people.HOOK_SECRET,),
    },
    {
        "kind": "florist",
        "account": "practice",
        "user": INVOICED_FLORIST.key,
        "key": INVOICED_FLORIST.password,
        "options": {INVOICED: YES},
    },
    {
        "kind": "goody",
        "account": "practice",
        "user": "",
        "key": goody.PRACTICE_KEY,
        "url_token": goody.HOOK_TOKEN,
        "secrets": (goody.HOOK_SECRET,),
        "options": goody.PRACTICE_OPTIONS,
    },
    {
        "kind": "handwrytten",
        "account": "practice",
        "user": "",
        "key": handwrytten.PRACTICE_KEY,
        "options": handwrytten.PRACTICE_TERMS,
    },
    {
        "kind": "tremendous",
        "account": "practice",
        "user": "",
        "key": tremendous.PRACTICE_KEY,
        "url_token": tremendous.HOOK_TOKEN,
        "secrets": (tremendous.HOOK_SECRET,),
    },
    {
        "kind": "lob",
        "account": "practice",
        "user": "",
        "key": lob.PRACTICE_KEY,
        "url_token": lob.HOOK_TOKEN,
        "secrets": (lob.HOOK_SECRET,),
        "options": lob.PRACTICE_SENDER,
    },
)
PATIENCE_SECONDS, LOOK_AGAIN_SECONDS = 60.0, 0.1  # for the town to open its doors
POLICY = Policy(
    special_customer=SpecialCustomer(mode=Mode.AUTO),
    # Nobody practising wants to wait a quarter of an hour for the store's last word on fraud, or two months for a gift.
    nth_order_gift=NthOrderGift(mode=Mode.AUTO, ordinals=(4, 5, 6), variants=GIFTS, settle_minutes=0, cooldown_days=0),
    # Whoever plays a month in a minute would set off any brake, and press quicker than any agent.
    brake=Brake(least_deeds=100_000, least_minor=100_000_00),
    team=TeamGestures(
        refund_mode=Mode.AUTO,
        flowers_mode=Mode.AUTO,
        flowers_product="F1-210",
        flowers_per_day=1_000,
        flowers_per_customer=100,
        presses_per_minute=1_000,
        cooldown_days=0,
        undo_minutes=1,  # long enough to undo something, short enough to see it leave
        store_credit=True,
    ),
)

_GIVEN = Entry(
    id=0,
    vendor=BY_HAND,
    sku="socks",
    kind=GiftKind.PARCEL,
    title="Wool socks",
    cost=Money(minor=9_00, currency="USD"),
    photo="https://example.com/socks.jpg",
    stock=20,
    active=True,
)
SHELF = (
    _GIVEN,
    replace(
        _GIVEN,
        sku="card",
        kind=GiftKind.CARD,
        title="A card, written by hand",
        cost=Money(minor=4_50, currency="USD"),
        photo="https://example.com/card.jpg",
        stock=None,
        sympathy=True,
    ),
    replace(
        _GIVEN,
        sku="truffles",
        title="Chocolate truffles",
        cost=Money(minor=14_00, currency="USD"),
        photo="https://example.com/truffles.jpg",
        flags=frozenset({Flag.FOOD, Flag.ALLERGENS}),
    ),
)


def main() -> int:
    """Make the database ready and let the practice shop in; twice is once. Refuse outside of practice."""
    if not settings().practice:
        sys.stderr.write("lagniappe: this registers the practice shop, and PRACTICE is not set\n")
        return 1
    migrate.main()
    here, ends_at = world(), time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            furnish(here, move_in(here))
        except Unavailable:  # the town is waking up
            if time.monotonic() > ends_at:
                raise
            time.sleep(LOOK_AGAIN_SECONDS)
        else:
            return 0


def move_in(here: World) -> int:
    """Open the app in the practice shop's admin, connect its accounts; return its id. Its policy stays as it was."""
    shop_id = _at_home(here) or _open(here)
    town = here.settings.florist_origin.removesuffix(FLORIST)
    with unit_of_work(here.sessions) as session:
        connect = partial(connections.connect, session, shop_id=shop_id, seal=here.seal)
        for account in AT_HOME:
            connect(**account)
        connect(kind=LISTENER, account=f"{town}{listener.PATH}", user="", key=listener.SECRET)
    return shop_id


def furnish(here: World, shop_id: int) -> None:
    """Have made in the town's helpdesk what belongs there, unless it is there; and something to give on the shelf."""
    stock_up(here, shop_id)
    with unit_of_work(here.sessions) as session:
        if all(each.parts is None for each in setups.listed(session, shop_id=shop_id)):
            setups.begin(session, shop_id=shop_id, kind=FIRST_HELPDESK, now=here.clock.now())
    helpdesk_care.care_for(here, shop_id)


def stock_up(here: World, shop_id: int) -> None:
    """Put something on the practice shop's shelf, and words for its cards, unless there is anything."""
    now = here.clock.now()
    with unit_of_work(here.sessions) as session:
        if catalogue.listed(session, shop_id=shop_id):
            return
        for entry in SHELF:
            catalogue.add(session, entry, shop_id=shop_id, currency="USD", now=now)
        for each in STARTERS:
            card_templates.keep(session, shop_id=shop_id, name=each.name, words=each.words, sympathy=each.sympathy)


def _at_home(here: World) -> int | None:
    with reading(here.sessions) as session:
        known = shops.by_domain(session, PRACTICE_SHOP)
    return known.id if known is not None and known.installed and known.let_in else None


def _open(here: World) -> int:
    app = TownSettings(client_id=here.settings.shopify_client_id, client_secrets=here.settings.webhook_secrets)
    return install(here, id_token(app, PRACTICE_SHOP, here.clock.now()), PRACTICE_SHOP, policy=POLICY)
