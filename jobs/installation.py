"""The app's stay in a shop: it is let in when the merchant opens it, leaves when it is taken out, and may come back."""

import time
from datetime import datetime, timedelta

import structlog

from app.domain.errors import Busy, Unavailable
from app.domain.policy import Policy
from app.store import grants, key_waits, leaving, orders, setups, shops
from app.store.base import reading, unit_of_work
from app.store.grants import Grant
from app.store.shops import Merchant
from integrations import registry
from integrations.shopify.tokens import AccessLost, NotVouchedFor
from jobs.access import LEASE, LOOK_AGAIN_SECONDS, PATIENCE_SECONDS, pair_of
from jobs.doors import found_open
from jobs.queue import Task
from jobs.runtime import World

log = structlog.get_logger("installation")

# Two tabs open the app at once: what one of them was given a moment ago is good for the other.
A_MOMENT = timedelta(minutes=1)


def install(world: World, id_token_text: str, domain: str, *, policy: Policy | None = None) -> int:
    """Let the shop in whose admin has just opened the app, first or again; return its id. Twice at once is once.

    `domain` is the one that the ID token proves. A shop that was here before keeps its own policy. Raises
    NotVouchedFor when the store wants a fresh ID token, and Unavailable when this must be tried later.
    """
    with unit_of_work(world.sessions) as session:
        shop_id = shops.expect(session, domain=domain, policy=policy or Policy(), now=world.clock.now())
    _get_tokens(world, shop_id, id_token_text, domain)
    access = world.access(shop_id, domain)
    profile = registry.shopify_shop(world.settings.shopify_origin, domain, access, http=world.http).profile()
    if profile.domain != domain:
        raise Unavailable("the store calls itself by another name")
    with unit_of_work(world.sessions) as session:
        shops.install(session, profile=profile, policy=policy or Policy(), now=world.clock.now())
        kept = shops.by_id(session, shop_id)
    log.info("shop.installed", shop=shop_id)
    if kept is not None and kept.currency != profile.currency:
        log.error("shop.other_money", shop=shop_id, kept=kept.currency, now=profile.currency)
    world.bell.ring(Task.IMPORT, shop_id)
    world.bell.ring(Task.DRAIN, shop_id)
    return shop_id


def uninstall(world: World, shop_id: int, triggered_at: datetime) -> bool:
    """Leave a shop that has taken us out; return False when it still has us, or has us again.

    What has not left is taken back with its money; what is on its way finds the gate closed. The news may come late
    and more than once, and its headers are not signed: a store that still lets us in has not taken us out.
    """
    merchant = world.merchant(shop_id)
    if merchant is None or triggered_at < merchant.installed_at or _still_lets_us_in(world, merchant):
        return False
    now = world.clock.now()
    with unit_of_work(world.sessions) as session:
        orders.lock(session, shop_id=shop_id)
        if not shops.uninstall(session, shop_id=shop_id, triggered_at=triggered_at, now=now):
            return False
        grants.forget(session, shop_id=shop_id)
        left = setups.leave_all(session, shop_id=shop_id, now=now)
        withdrawn = leaving.withdraw_everything(session, shop_id=shop_id, why="The app was uninstalled.", now=now)
    if left:
        world.bell.ring(Task.HELPDESKS, shop_id)
    log.info("shop.uninstalled", shop=shop_id, withdrawn=withdrawn)
    return True


def scopes_changed(world: World, shop_id: int, current: frozenset[str]) -> None:
    """Write down what the store lets us do now. It is asked where it can be; `current` is what the news says."""
    merchant = world.merchant(shop_id)
    if merchant is None:
        return
    outside = world.outside(merchant)
    scopes = current if outside is None else outside.shop.scopes()
    with unit_of_work(world.sessions) as session:
        grants.set_scopes(session, shop_id=shop_id, scopes=scopes)
        key_waits.go_on(session, shop_id=shop_id, kind=None, now=world.clock.now())
    for hushed in (Task.SWEEP, Task.MOMENTS):  # for hours, it may be, for want of just this right
        world.bell.heard(hushed, shop_id)
    log.info("shop.scopes", shop=shop_id, scopes=sorted(scopes))


def keep_access(world: World, shop_id: int) -> None:
    """Renew the shop's tokens though nobody needs them now: they would die of silence, or hang on an old secret."""
    world.bell.heard(Task.KEEP_ACCESS, shop_id)
    merchant = world.merchant(shop_id)
    if merchant is None:
        return
    try:
        if world.access(shop_id, merchant.domain).keep_alive():
            log.info("access.kept_alive", shop=shop_id)
            found_open(world, merchant)  # it had been shut, should the store have taken none of our secrets
    except Unavailable as problem:
        log.info("access.not_kept_alive", shop=shop_id, problem=str(problem))


def _get_tokens(world: World, shop_id: int, id_token_text: str, domain: str) -> None:
    """Exchange the ID token for a pair and keep it, unless somebody else has just done so."""
    turn = _turn(world, shop_id)
    if turn is None:
        return
    try:
        given = world.token_endpoint(domain).exchange(id_token_text)
    except (AccessLost, NotVouchedFor, Unavailable) as problem:
        with unit_of_work(world.sessions) as session:
            grants.give_up(session, shop_id=shop_id, turn=turn, until=world.clock.now())
        if isinstance(problem, AccessLost):
            raise Unavailable("the store does not let the app in") from problem
        raise
    now = world.clock.now()
    with unit_of_work(world.sessions) as session:
        kept = grants.keep(session, shop_id=shop_id, turn=turn, pair=pair_of(given, now), seal=world.seal, now=now)
    if not kept:
        raise Busy("the store's token was fetched too slowly")


def _turn(world: World, shop_id: int) -> str | None:
    """Return our turn at the token endpoint; None when somebody was there a moment ago and has brought tokens."""
    ends_at = time.monotonic() + PATIENCE_SECONDS
    while True:
        now = world.clock.now()
        with unit_of_work(world.sessions) as session:
            turn = grants.begin(session, shop_id=shop_id, now=now, lease=LEASE, insisting=True)
            grant = grants.read(session, shop_id=shop_id, seal=world.seal)
            if turn is not None and _is_fresh(grant, now):
                grants.give_up(session, shop_id=shop_id, turn=turn, until=now)
                return None
        if turn is not None:
            return turn
        if time.monotonic() > ends_at:
            raise Busy("somebody else is fetching the store's token")
        time.sleep(LOOK_AGAIN_SECONDS)


def _is_fresh(grant: Grant | None, now: datetime) -> bool:
    if grant is None or grant.given_at is None:
        return False
    return grant.good_at(now) and now - grant.given_at < A_MOMENT


def _still_lets_us_in(world: World, merchant: Merchant) -> bool:
    """Ask the store itself. Raises Unavailable when it cannot be asked now."""
    outside = world.outside(merchant)
    if outside is None:
        return False
    try:
        outside.shop.profile()
    except Unavailable:
        with reading(world.sessions) as session:
            grant = grants.read(session, shop_id=merchant.id, seal=world.seal)
        if grant is not None and grant.live:
            raise
        return False
    return True
