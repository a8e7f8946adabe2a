"""The shop itself changed, has gathered what was asked of it, or lets us do more, less, or nothing any more."""

import structlog

from app.domain.errors import Malformed
from app.domain.events import AppUninstalled, ExportEnded, ScopesChanged, ShopChanged
from app.store import imports, shops
from app.store.base import unit_of_work
from jobs import installation
from jobs.occasion import Occasion, finish
from jobs.queue import Task

log = structlog.get_logger("shop")


def shop_changed(occasion: Occasion, event: ShopChanged) -> None:
    """Read the shop's name, time zone and money afresh."""
    merchant = occasion.merchant
    if event.domain != merchant.domain:
        raise Malformed("myshopify_domain: another shop than the one it came from")
    profile = occasion.way_in.shop.profile()
    with unit_of_work(occasion.world.sessions) as session:
        same_money = shops.describe(session, shop_id=merchant.id, profile=profile)
        finish(session, occasion)
    if not same_money:
        log.error("shop.other_money", shop=merchant.id, kept=merchant.currency, now=profile.currency)


def export_ended(occasion: Occasion, event: ExportEnded) -> None:
    """Look at the export at once, in place of the next time it would have been asked about."""
    with unit_of_work(occasion.world.sessions) as session:
        ours = imports.is_awaited(session, shop_id=occasion.merchant.id, handle=event.handle)
        if ours:
            shops.note_history(session, shop_id=occasion.merchant.id, try_at=occasion.now)
        finish(session, occasion)
    if ours:
        occasion.world.bell.ring(Task.IMPORT, occasion.merchant.id)


def app_uninstalled(occasion: Occasion, event: AppUninstalled) -> None:
    """Leave the shop, if it was not let in again since."""
    merchant, letter = occasion.merchant, occasion.letter
    if event.domain != merchant.domain:
        raise Malformed("myshopify_domain: another shop than the one it came from")
    left = installation.uninstall(occasion.world, merchant.id, letter.triggered_at or letter.received_at)
    if not left:
        log.info("shop.not_left", shop=merchant.id, delivery=letter.id)
    with unit_of_work(occasion.world.sessions) as session:
        finish(session, occasion)


def scopes_changed(occasion: Occasion, event: ScopesChanged) -> None:
    """Read afresh what the store lets us do."""
    installation.scopes_changed(occasion.world, occasion.merchant.id, event.current)
    with unit_of_work(occasion.world.sessions) as session:
        finish(session, occasion)
