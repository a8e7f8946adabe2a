"""Addresses: what in them is believed, what is kept when one is handed on, and which lead to a page of ours."""

import base64
import binascii
import re
from urllib.parse import urlencode

from flask import abort, current_app, request
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from app.web.language import N_, _
from integrations.shopify import domains

RELOAD = "shopify-reload"
BOUNCED = "bounced"  # stands on the way back from a bounce: a second one would go round for ever
# What proves or dates something has no business in an address that is kept, logged or handed on.
_PROOFS = frozenset({"id_token", "hmac", "session", "timestamp", BOUNCED, RELOAD})
_FOR_APP_BRIDGE = ("embedded", "host", "locale", "shop")
_LONGEST = 2_000
_WHOSE = N_("This address does not say whose store it is. Please open Lagniappe from your store's admin.")
# Spelled out and without a single %: nothing is left that one reader could take for another host.
_OURS = re.compile(r"(/|(?:/[\w-]+)+)(?:\?[\w&=%.+~-]*)?", re.ASCII)


def refuse_odd_parameters() -> None:
    """Abort with 400 where the address names a shop that cannot be one, or a host that cannot be read."""
    if any(domains.proper(shop) is None for shop in request.args.getlist("shop")):
        abort(400, _(_WHOSE))
    if not all(map(_readable, request.args.getlist("host"))):
        abort(400, _(_WHOSE))


def own_page(text: str) -> bool:
    """Return whether the text is path and query of a page of ours."""
    found = _OURS.fullmatch(text)
    if found is None or len(text) > _LONGEST:
        return False
    try:
        endpoint, _values = current_app.url_map.bind("").match(found[1], method="GET")
    except (HTTPException, RequestRedirect):
        return False
    return str(endpoint).startswith("merchant.")


def this_page() -> str:
    """Return path and query of the page that was asked for, without any proof."""
    kept = [(name, value) for name, value in request.args.items(multi=True) if name not in _PROOFS]
    page = f"{request.path}?{urlencode(kept)}" if kept else request.path
    return page if own_page(page) else request.path


def by_way_of(bounce: str) -> str:
    """Return the bounce page's address, such that it comes back to this page."""
    page = this_page()
    for_app_bridge = {name: request.args[name] for name in _FOR_APP_BRIDGE if name in request.args}
    back = f"{page}{'&' if '?' in page else '?'}{BOUNCED}=1"
    return f"{bounce}?{urlencode(for_app_bridge | {RELOAD: back})}"


def _readable(host: str) -> bool:
    padded = host + "=" * (-len(host) % 4)
    try:
        told = base64.b64decode(padded, altchars=b"-_" if set(host) & {"-", "_"} else None, validate=True)
    except (binascii.Error, ValueError):
        return False
    return told.isascii() and told.decode("ascii").isprintable() and bool(told)
