"""A merchant's accounts at gift vendors: connected once they let us in, looked at, and left."""

from dataclasses import replace
from secrets import token_urlsafe

import structlog

from app.domain.errors import KeyRefused, Rejected, Unavailable
from app.domain.gifts import Health, Mode
from app.domain.money import Money
from app.store import connections, key_waits, vendor_accounts
from app.store.base import reading, unit_of_work
from app.store.connections import Account
from app.store.shops import Merchant
from integrations import registry
from integrations.vendors import Vendor, VendorLogin
from jobs.agent_preview import LIMITS, hurried
from jobs.runtime import World

log = structlog.get_logger("vendor")

NO_KEY = "They do not take this key."
NOT_NOW = "They cannot be asked just now, so nothing was kept: {}"


def connect(world: World, merchant: Merchant, kind: str, login: VendorLogin, secret: str = "") -> str | None:
    """Keep an account that lets us in; return why it is not kept, where it is not.

    `secret` is what a person read over there, by which its calls are known; where the vendor makes one for us, none is
    needed.
    """
    vendor, http = registry.VENDORS[kind], world.http.within(LIMITS)
    origin = world.settings.gift_origins.get(kind) or vendor.origin(login)
    before = _account(world, merchant, kind)
    token = (before.url_token if before else "") or token_urlsafe(32)
    try:
        health = registry.gift_vendor(kind, login, origin=origin, http=http).check()
        secrets = (secret,) if secret else before.secrets if before else ()
        wire = vendor.told.wire if vendor.told is not None else None
        if wire is not None and not secrets:
            secrets = (wire(http, origin, login, address(world, kind, token)),)
    except KeyRefused:
        return NO_KEY
    except ValueError as no:
        return f"That cannot be an account there: {no}"
    except (Rejected, Unavailable) as problem:
        return NOT_NOW.format(problem)
    seen = _as_its_key_says(vendor, login, health)
    with unit_of_work(world.sessions) as session:
        connections.connect(
            session,
            shop_id=merchant.id,
            kind=kind,
            account=kind,
            user=login.user,
            key=login.key,
            seal=world.seal,
            url_token=token,
            secrets=secrets,
            options=login.options,
        )
        vendor_accounts.looked_at(session, seen, shop_id=merchant.id, kind=kind, now=world.clock.now())
        key_waits.go_on(session, shop_id=merchant.id, kind=kind, now=world.clock.now())
    log.info("vendor.connected", shop=merchant.id, kind=kind, mode=seen.mode.value)
    return None


def check(world: World, merchant: Merchant, kind: str) -> str | None:
    """Ask an account how it is, and write that down; return why it does not say, where it does not."""
    account = _account(world, merchant, kind)
    if account is None:
        return "Nothing is connected there any more."
    try:
        health = hurried(world, merchant).vendor(kind).check()
    except KeyRefused:
        return NO_KEY
    except (Rejected, Unavailable) as problem:
        return f"They cannot be asked just now: {problem}"
    login = VendorLogin(user=account.user, key=account.key, options=account.options)
    seen = _as_its_key_says(registry.VENDORS[kind], login, health)
    with unit_of_work(world.sessions) as session:
        planned = Money(
            minor=vendor_accounts.planned(session, shop_id=merchant.id, kind=kind), currency=merchant.currency
        )
        seen = _if_it_lasts(seen, planned, kind)
        vendor_accounts.looked_at(session, seen, shop_id=merchant.id, kind=kind, now=world.clock.now())
    log.info("vendor.checked", shop=merchant.id, kind=kind, mode=seen.mode.value, ails=len(seen.ails))
    return None


def check_all(world: World, merchant: Merchant) -> None:
    """Ask all of a shop's accounts how they are, as every night; who does not say is asked the next one."""
    with reading(world.sessions) as session:
        kinds = [kind for kind in connections.public_ids(session, shop_id=merchant.id) if kind in registry.VENDORS]
    for kind in kinds:
        problem = check(world, merchant, kind)
        if problem is not None:
            log.info("vendor.unchecked", shop=merchant.id, kind=kind, problem=problem)


def disconnect(world: World, merchant: Merchant, kind: str) -> bool:
    """Forget an account and its key; return False where there is none. What it has taken on, it still brings."""
    with unit_of_work(world.sessions) as session:
        left = connections.disconnect(session, shop_id=merchant.id, kind=kind)
    if left:
        log.info("vendor.disconnected", shop=merchant.id, kind=kind)
    return left


def address(world: World, kind: str, token: str) -> str:
    """Return where a vendor's calls go."""
    return f"{world.home}/vendors/{kind}/{token}"


def _account(world: World, merchant: Merchant, kind: str) -> Account | None:
    with reading(world.sessions) as session:
        return connections.account(session, shop_id=merchant.id, kind=kind, seal=world.seal)


def _if_it_lasts(health: Health, planned: Money, kind: str) -> Health:
    """Return how it is, with a word about a balance that does not hold what is planned."""
    left = health.balance
    if health.ails or left is None or left.currency != planned.currency or planned <= left:
        return health
    ail = (
        f"The balance at {registry.called(kind)} is {left}, and gifts for {planned} are planned: please fill it there."
    )
    return replace(health, ails=(ail,))


def _as_its_key_says(vendor: Vendor, login: VendorLogin, health: Health) -> Health:
    """Return how it is, with what its key tells of where it stands if it says nothing of that itself."""
    return replace(health, mode=vendor.mode(login)) if health.mode is Mode.UNKNOWN else health
