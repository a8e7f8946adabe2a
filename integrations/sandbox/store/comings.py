"""The app comes and goes: what the merchant does to it in the admin of their store."""

from collections.abc import Iterable

from integrations.sandbox.books import Doc, Turn
from integrations.sandbox.post_office import Letter
from integrations.sandbox.store import grants, payloads
from integrations.sandbox.store.actions import SEND, Announcement, Impossible
from integrations.sandbox.store.announcing import News
from integrations.sandbox.store.shops import KIND as SHOPS
from integrations.sandbox.store.wire import gid, iso
from integrations.sandbox.town import Town


def uninstall(town: Town, turn: Turn, domain: str, announcement: Announcement = SEND) -> Letter | None:
    """Take the app out of the shop: its tokens are worth nothing at once, and it is told afterwards."""
    shop = _known(turn, domain)
    grants.forget(turn, domain)
    turn.put(SHOPS, domain, shop | {"installed": False, "token": ""})
    return _news(town, turn, shop, announcement).tell("app/uninstalled", payloads.shop_payload(shop))


def reinstall(turn: Turn, domain: str) -> Doc:
    """Put the app back; nothing happens to it before it is opened in the admin."""
    shop = _known(turn, domain) | {"installed": True}
    turn.put(SHOPS, domain, shop)
    return shop


def grant(
    town: Town, turn: Turn, domain: str, scopes: Iterable[str], announcement: Announcement = SEND
) -> Letter | None:
    """Let the app do this and no more, as when the merchant agrees to something or takes it back."""
    shop = _known(turn, domain)
    previous, current = shop["scopes"], sorted(set(scopes))
    turn.put(SHOPS, domain, shop | {"scopes": current})
    body = {
        "id": shop["id"],
        "shop_id": gid("Shop", shop["id"]),
        "previous": previous,
        "current": current,
        "updated_at": iso(town.clock.now()),
    }
    return _news(town, turn, shop, announcement).tell("app/scopes_update", body)


def _known(turn: Turn, domain: str) -> Doc:
    shop = turn.get(SHOPS, domain)
    if shop is None:
        raise Impossible("There is no such shop.")
    return shop


def _news(town: Town, turn: Turn, shop: Doc, announcement: Announcement) -> News:
    now = town.clock.now()
    return News(town=town, turn=turn, shop=shop, now=now, lose=announcement.lose, times=announcement.times)
