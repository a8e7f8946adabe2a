"""What the merchant gives: the catalogue, and what those sell whom they are connected with."""

from dataclasses import replace
from typing import Any

from flask import Blueprint, abort, current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.domain.catalogue import Entry, not_ready
from app.domain.gifts import GiftKind, Offer
from app.store import catalogue, connections
from app.store.base import reading
from app.web import gift_form, store_search
from app.web.here import world
from app.web.identity import in_their_name, merchant
from app.web.language import _
from app.web.retold import retold
from app.web.screen import look, show
from app.web.seats import Seats
from jobs import catalogue as keeping
from jobs.catalogue import NoSuchGift
from jobs.gift_choice import bringers

blueprint = Blueprint("gifts", __name__)


@blueprint.get("/gifts")
def listed() -> str:
    """Show what is given, and what a vendor sells if that is asked."""
    vendor, words = request.args.get("vendor", ""), store_search.words()
    return _page(_looked_for(vendor) if vendor else _on_the_shelves(words) if words else {})


@blueprint.post("/gifts")
def add() -> ResponseReturnValue:
    """Take a gift into the catalogue."""
    why = keeping.add(in_their_name(), merchant(), gift_form.new(merchant().currency))
    return _back("gift_added") if why is None else abort(422, retold(why))


@blueprint.post(f"/gifts/<int(max={2**63 - 1}):gift_id>")
def change(gift_id: int) -> ResponseReturnValue:
    """Change a gift, switch it on, or off."""
    with reading(world().sessions) as session:
        known = {entry.id: entry for entry in catalogue.listed(session, shop_id=merchant().id)}
    if gift_id not in known:
        raise NoSuchGift(gift_id)
    if request.form.get("seen", "") != gift_form.edition(known[gift_id]):
        return _back("gift_stays")  # what an old page says is left would be counted anew, and given twice
    why = keeping.change(in_their_name(), merchant(), gift_form.changed(known[gift_id], merchant().currency))
    return _back("gift_changed") if why is None else abort(422, retold(why))


def _page(facts: dict[str, Any]) -> str:
    here = world()
    with look() as seen:
        entries = catalogue.listed(seen.session, shop_id=seen.merchant.id)
        accounts = connections.accounts(seen.session, shop_id=seen.merchant.id, seal=here.seal)
    vendors = bringers(seen.merchant, accounts)
    shown = {
        "gifts": [(entry, not_ready(entry)) for entry in entries],
        "vendors": {vendor: sorted(gift_form.kinds_of(vendor)) for vendor in vendors},
        "kinds": gift_form.KINDS,
        "flags": gift_form.FLAGS,
        "edition": gift_form.edition,
        "offers": None,
        "asked": {},
        "shelf": None,
        "words": "",
        "shelf_trouble": "",
    }
    return show("gifts.html", seen, shown | facts)


def _looked_for(vendor: str) -> dict[str, Any]:
    """Return what a vendor sells; whoever waits for it takes a seat of those who look outside."""
    kind, country = gift_form.kind_of(vendor), gift_form.country()
    seats: Seats = current_app.extensions["previews"]
    with seats.taken(str(merchant().id)) as seated:
        if not seated:
            abort(429, _("Many look at once. Please try again in a moment."))
        found = keeping.offers(world(), merchant(), vendor, kind, country)
    asked = {"vendor": vendor, "kind": kind, "country": country}
    if isinstance(found, str):
        return {"offers": [], "asked": asked | {"trouble": found}}
    return {"offers": [_as_gift(vendor, kind, offer) for offer in found], "asked": asked}


def _on_the_shelves(words: str) -> dict[str, Any]:
    found = store_search.found(words)
    trouble, shelf = (found, []) if isinstance(found, str) else ("", [each for each in found if each.ships])
    return {"shelf": shelf, "words": words, "shelf_trouble": trouble}


def _as_gift(vendor: str, kind: GiftKind, offer: Offer) -> Entry:
    entry = Entry(id=0, vendor=vendor, sku=offer.sku, kind=kind, title=offer.title, cost=offer.price)
    return replace(entry, photo=offer.photo, flags=offer.flags, countries=offer.countries)


def _back(said: str) -> ResponseReturnValue:
    return redirect(url_for("merchant.gifts.listed", said=said), 303)
