"""What a merchant keeps back when it runs short, for whom, and what is to be done about it."""

from datetime import timedelta
from typing import Any

from flask import Blueprint, abort, current_app, redirect, request, url_for
from werkzeug.wrappers import Response

from app.domain.facts import Standing
from app.store import shortages, yardstick
from app.web import campaign_sheet, sheets, store_search
from app.web.addresses import own_page
from app.web.fields import Variants, Whole, Wrong
from app.web.identity import in_their_name, merchant
from app.web.language import _
from app.web.screen import Look, look, show
from app.web.seats import Seats
from jobs import kept_back

blueprint = Blueprint("shortages", __name__)

SHIELD = f"/shortages/<int(max={2**63 - 1}):shield_id>"
_MOST_KEPT = 1_000_000


@blueprint.get("/shortages")
def listed() -> str:
    """Show what is kept back of what, whether it runs short, and what the store sells by a name, if that is asked."""
    words = store_search.words()
    found = store_search.found(words) if words else None
    facts: dict[str, Any] = {"words": words, "found": found, "trouble": ""}
    if isinstance(found, str):
        facts |= {"found": None, "trouble": found}
    with look() as seen:
        facts["shields"] = shortages.listed(seen.session, shop_id=seen.merchant.id)
    facts["kept"] = {each.variant_id: each.kept for each in facts["shields"]}
    return show("shortages.html", seen, facts)


@blueprint.post("/shortages")
def keep_back() -> Response:
    """Keep so many of a variant."""
    variant_id = _variant()
    try:
        kept = Whole(least=1, most=_MOST_KEPT).read(request.form.get("kept", "").strip(), "") or 0
    except Wrong as wrong:
        abort(422, str(wrong))
    seats: Seats = current_app.extensions["previews"]
    with seats.taken(str(merchant().id)) as seated:
        if not seated:
            abort(429, _("Many look at once. Please try again in a moment."))
        why = kept_back.keep_back(in_their_name(), merchant(), variant_id=variant_id, kept=kept)
    return _back("shield_raised") if why is None else abort(422, why)


@blueprint.post(SHIELD + "/let-go")
def let_go(shield_id: int) -> Response:
    """Keep nothing of it any more."""
    kept_back.let_go(in_their_name(), merchant(), shield_id)
    return _back("shield_lowered")


@blueprint.post(SHIELD + "/seen-to")
def see_to(shield_id: int) -> Response:
    """Say that what is to be done about a shortage was done."""
    done = kept_back.see_to(in_their_name(), merchant(), shield_id)
    page = request.form.get("back", "/shortages")
    page = page if own_page(page) else "/shortages"
    return redirect(f"{page}{'&' if '?' in page else '?'}said={'shield_seen_to' if done else 'shield_nothing'}", 303)


@blueprint.get("/shortages/protected.csv")
def as_file() -> Response:
    """Hand over for whom is kept what runs short."""
    with look() as seen:
        people = _protected(seen)
    return sheets.file("kept-for.csv", campaign_sheet.protected(seen.merchant, people))


def _variant() -> int:
    try:
        named = Variants(longest=1).read(request.form.get("variant", "").strip(), "")
    except Wrong:  # which says how to name several
        named = ()
    if not named:
        abort(422, _("Please name the variant, by its number or by its address in your admin."))
    return named[0]


def _protected(seen: Look) -> list[Standing]:
    shop_id, currency = seen.merchant.id, seen.merchant.currency
    measure = yardstick.read(seen.session, shop_id=shop_id, currency=currency)
    if measure is None:
        return []
    since = seen.now - timedelta(days=measure.active_days)
    return shortages.protected(seen.session, shop_id=shop_id, active_since=since, currency=currency)


def _back(said: str) -> Response:
    return redirect(url_for("merchant.shortages.listed", said=said), 303)
