"""The page of a card that somebody is to write by hand: what to write, and to whom."""

from flask import Blueprint, Response, abort, current_app, make_response

from app.web.here import world
from app.web.identity import merchant
from app.web.screen import look, show
from app.web.seats import Seats
from jobs import cards

blueprint = Blueprint("cards", __name__)

MOST_ID = 2**63 - 1


@blueprint.get(f"/cards/<int(max={MOST_ID}):effect_id>")
def card(effect_id: int) -> Response:
    """Show a card that waits to be written, with the address as the store has it at this moment."""
    seats: Seats = current_app.extensions["previews"]
    with seats.taken(str(merchant().id)) as seated:
        if not seated:
            abort(429, "Many look at once. Please try again in a moment.")
        found = cards.to_write(world(), merchant(), effect_id)
    with look() as seen:
        page = make_response(show("card.html", seen, {"it": found}))
    page.headers["Cache-Control"] = "no-store"
    return page
