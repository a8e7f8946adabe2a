"""Who looks. Every page and every press brings an ID token, and that token alone says whose shop it is about.

What is fetched brings it in a header, what is opened brings it in its address. Without a good one, whoever fetched is
asked to try again with a fresh one, and whoever opened is sent by way of a page that only fetches one.
"""

import structlog
from flask import Blueprint, Response, abort, g, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.domain.errors import Rejected, Unavailable
from app.store import shops
from app.store.base import reading
from app.store.shops import Merchant
from app.web import addresses, framing, language
from app.web.here import world
from app.web.language import _
from integrations.shopify import id_token
from integrations.shopify.id_token import Unproven
from integrations.shopify.tokens import NotVouchedFor
from jobs import installation
from jobs.runtime import World

log = structlog.get_logger("web")
blueprint = Blueprint("identity", __name__)
blueprint.after_request(framing.allow_framing)

_ASKS_EVERY_SECOND = "/fragments/"
RETRY = "X-Shopify-Retry-Invalid-Session-Request"


class StoreAway(Exception):
    """The store cannot be asked to let us in just now; the text says why."""


def recognise() -> ResponseReturnValue | None:
    """Let in whoever proves which shop they belong to. Runs before every page and every press."""
    addresses.refuse_odd_parameters()
    here, token = world(), _token()
    try:
        g.visitor = id_token.read(
            token,
            secrets=here.settings.webhook_secrets,
            client_id=here.settings.shopify_client_id,
            now=here.clock.now(),
        )
        g.merchant = _known() or _let_in(token)
        language.prefer(g.merchant.policy.language)
    except (Unproven, NotVouchedFor) as why:
        log.info("page.unproven", page=request.path, why=str(why))
        return _ask_again()
    return None


def merchant() -> Merchant:
    """Return the shop of whoever looks."""
    found: Merchant = g.merchant
    return found


def in_their_name() -> World:
    """Return the world in which whatever is written is written in the name of whoever looks."""
    return world().signed(f"staff:{g.visitor.user_id}")


@blueprint.get("/session-token-bounce")
def bounce() -> str:
    """Load App Bridge and nothing else: it opens the wanted page again, with a fresh token."""
    addresses.refuse_odd_parameters()
    if not addresses.own_page(request.args.get(addresses.RELOAD, "")):
        abort(400, _("There is no such page to come back to."))
    framing.frameable()
    return render_template("bounce.html")


def _known() -> Merchant | None:
    """Return the visitor's shop, unless it must first let us in: newly, again, or after our tokens have died."""
    with reading(world().sessions) as session:
        found = shops.by_domain(session, g.visitor.shop)
    return found if found is not None and found.installed and found.let_in else None


def _let_in(token: str) -> Merchant:
    """Install the app where it was just opened: there is nothing to be filled in, and nothing to be pressed."""
    if request.path.startswith(_ASKS_EVERY_SECOND):
        raise StoreAway  # whoever opens a page or presses is enough to knock at the store's door
    try:
        installation.install(world(), token, g.visitor.shop)
    except (Rejected, Unavailable) as problem:
        log.warning("page.store_away", shop=g.visitor.shop, problem=str(problem))
        raise StoreAway from problem
    found = _known()
    if found is None:
        raise StoreAway
    return found


def _token() -> str:
    kind, _, credentials = request.headers.get("Authorization", "").partition(" ")
    if kind:
        return credentials if kind == "Bearer" else ""
    # An address can be planted, so a token in it lets one look and never press.
    return request.args.get("id_token", "") if request.method == "GET" else ""


def _ask_again() -> ResponseReturnValue:
    if _was_fetched():
        return Response("Please ask again with a fresh ID token.\n", 401, {RETRY: "1"}, mimetype="text/plain")
    if addresses.BOUNCED in request.args and "id_token" in request.args:
        framing.frameable()
        why = _("The proof of who you are could not be read. Please open Lagniappe again from your store's admin.")
        return make_response(render_template("no.html", title=_("Who is it?"), why=why), 401)
    return redirect(addresses.by_way_of(url_for("identity.bounce")))


def _was_fetched() -> bool:
    opened = request.headers.get("Sec-Fetch-Dest", "document") in {"document", "iframe", "frame"}
    return request.method != "GET" or "Authorization" in request.headers or not opened
