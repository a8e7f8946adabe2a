"""The way to a helpdesk and back, on which a merchant lets us in with a click: pages in a tab of their own.

Here stands the house's only cookie. It says nothing of anybody, lasts as long as the way, and tells the browser that
set out from every other: in the admin's frame none would be kept, so the way begins in a tab.
"""

from flask import Blueprint, abort, make_response, render_template, request
from werkzeug.wrappers import Response

from app.store.trips import LASTS
from app.web.here import world
from app.web.language import _
from integrations import registry
from jobs import consents
from jobs.consents import Back

blueprint = Blueprint("consents", __name__)

COOKIE = "__Host-lagniappe-consent"  # by that name browsers take it from this host alone, and only over TLS
_LONGEST = 4_096
_STATUS = {Back.CONNECTED: 200, Back.STRANGER: 403, Back.REFUSED: 200, Back.AWAY: 502, Back.OTHER: 409}


@blueprint.get("/consents/<kind>")
def from_over_there(kind: str) -> str:
    """Say where a connection begins, to whoever was sent here by a helpdesk: nothing begins here."""
    _called(kind)
    return render_template("consent.html", said="begin", called=registry.called(kind))


@blueprint.post("/consents/start")
def start() -> Response:
    """Let a merchant set out who has just pressed on their own page, and show for which store they do."""
    # Of this header no page can make another: it says which page's button was pressed.
    if request.headers.get("Sec-Fetch-Site") != "same-origin":
        abort(403, _("Please begin on the page “Helpdesks” in your store's admin."))
    departure = consents.set_out(world(), request.form.get("trip", "")[:_LONGEST])
    if departure is None:
        return make_response(render_template("consent.html", said="over"), 410)
    page = render_template("consent.html", said="go", called=registry.called(departure.kind), departure=departure)
    answer = make_response(page)
    answer.set_cookie(
        COOKIE,
        departure.cookie,
        max_age=LASTS,
        secure=True,
        httponly=True,
        samesite="Lax",  # it comes along when the helpdesk leads back here, and never with what a page sends by itself
    )
    return answer


@blueprint.get("/consents/<kind>/back")
def back(kind: str) -> Response:
    """Take in whoever comes back, if it is the browser that set out."""
    called = _called(kind)
    told = {name: request.args.get(name, "")[:_LONGEST] for name in ("state", "code")}
    cookie = request.cookies.get(COOKIE, "")[:_LONGEST]
    ends = consents.come_back(world(), kind, cookie=cookie, **told)
    return make_response(render_template("consent.html", said=ends.value, called=called), _STATUS[ends])


def _called(kind: str) -> str:
    if kind not in registry.HELPDESKS or registry.HELPDESKS[kind].consent is None:
        abort(404, _("There is no such helpdesk."))
    return registry.called(kind)
