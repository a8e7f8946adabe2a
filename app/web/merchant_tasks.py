"""The page of what somebody is to do by hand, or to find out: all that they need for it."""

from flask import Blueprint, Response, abort, current_app, make_response

from app.web.here import world
from app.web.identity import merchant
from app.web.language import _
from app.web.screen import look, show
from app.web.seats import Seats
from jobs import by_hand

blueprint = Blueprint("tasks", __name__)

MOST_ID = 2**63 - 1


@blueprint.get(f"/tasks/<int(max={MOST_ID}):effect_id>")
def task(effect_id: int) -> Response:
    """Show what waits for a person, with the address as the store has it at this moment."""
    seats: Seats = current_app.extensions["previews"]
    with seats.taken(str(merchant().id)) as seated:
        if not seated:
            abort(429, _("Many look at once. Please try again in a moment."))
        found = by_hand.to_do(world(), merchant(), effect_id)
    with look() as seen:
        page = make_response(show("task.html", seen, {"it": found}))
    page.headers["Cache-Control"] = "no-store"
    return page
