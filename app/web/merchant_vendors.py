"""The merchant's gift vendors: connecting one by its key, how its account is, and leaving it."""

from collections.abc import Callable

from flask import Blueprint, abort, current_app, redirect, request, url_for
from werkzeug.wrappers import Response

from app.store import connections, vendor_accounts
from app.web.gift_form import KINDS
from app.web.here import world
from app.web.identity import in_their_name, merchant
from app.web.language import _
from app.web.retold import retold
from app.web.screen import look, show
from app.web.seats import Seats
from integrations import registry
from integrations.vendors import Ask, Vendor, VendorLogin
from jobs import vendors

blueprint = Blueprint("vendors", __name__)

_LONGEST = 2_000
_LOGIN = ("user", "key")


@blueprint.get("/vendors")
def listed() -> str:
    """Show every vendor there is, connected or not."""
    here = world()
    with look() as seen:
        mine = {"shop_id": seen.merchant.id}
        accounts = connections.accounts(seen.session, seal=here.seal, **mine)
        known = vendor_accounts.listed(seen.session, **mine)
    shown = []
    for kind, vendor in registry.VENDORS.items():
        account = accounts.get(kind)
        url = vendors.address(here, kind, account.url_token) if account is not None and account.url_token else ""
        by_hand = vendor.told.setup.format(url=url) if vendor.told is not None and url else ""
        proven = account is not None and bool(account.secrets)
        shown.append({"kind": kind, "is": vendor, "standing": known.get(kind), "by_hand": by_hand, "proven": proven})
    shown.sort(key=lambda each: each["standing"] is None)
    return show("vendors.html", seen, {"vendors": shown, "kinds": KINDS})


@blueprint.post("/vendors/<kind>/connect")
def connect(kind: str) -> Response:
    """Connect an account, or bring a new key of one that is."""
    vendor = _vendor(kind)
    said = {ask.name: _answer(ask) for ask in vendor.asks}
    options = {name: text for name, text in said.items() if name not in _LOGIN and text}
    login = VendorLogin(user=said.get("user", ""), key=said.get("key", ""), options=options)
    return _asked(kind, lambda: vendors.connect(in_their_name(), merchant(), kind, login, _plain("proof")), "connected")


@blueprint.post("/vendors/<kind>/check")
def check(kind: str) -> Response:
    """Ask an account how it is."""
    _vendor(kind)
    return _asked(kind, lambda: vendors.check(in_their_name(), merchant(), kind), "checked")


@blueprint.post("/vendors/<kind>/disconnect")
def disconnect(kind: str) -> Response:
    """Leave a vendor."""
    _vendor(kind)
    left = vendors.disconnect(in_their_name(), merchant(), kind)
    return _back("vendor_left" if left else "vendor_none")


def _asked(kind: str, asks: Callable[[], str | None], done: str) -> Response:
    """Ask outside, within the seats of those who do; 422 with why it came to nothing."""
    seats: Seats = current_app.extensions["previews"]
    with seats.taken(str(merchant().id)) as seated:
        if not seated:
            abort(429, _("Many look at once. Please try again in a moment."))
        why = asks()
    return _back(f"vendor_{done}") if why is None else abort(422, f"{registry.called(kind)}: {retold(why)}")


def _vendor(kind: str) -> Vendor:
    if kind not in registry.VENDORS:
        abort(404, _("There is no such vendor."))
    return registry.VENDORS[kind]


def _answer(ask: Ask) -> str:
    text = _plain(ask.name)
    if len(text) > _LONGEST or (ask.needed and not text):
        abort(422, _("Please give: %(what)s.", what=retold(ask.label)))
    return text


def _plain(name: str) -> str:
    return "".join(filter(str.isprintable, request.form.get(name, ""))).strip()


def _back(said: str) -> Response:
    return redirect(url_for("merchant.vendors.listed", said=said), 303)
