"""The card that a helpdesk asks for when an agent opens a ticket. Whom it is about stands in the query, in no log."""

import re

from flask import Blueprint, Response, current_app, jsonify, request

from app.domain import correspondents
from app.domain.correspondents import Correspondent
from app.web.helpdesk_hooks import nobodys, whose
from app.web.here import world
from app.web.seats import Seats
from jobs.card import card_for

_NUMBER = re.compile(r"[\w.:-]{1,48}", re.ASCII)
blueprint = Blueprint("helpdesk_cards", __name__)


@blueprint.get("/hooks/<kind>/<token>/card")
def card(kind: str, token: str) -> Response:
    """Show who wrote. A helpdesk that signs its calls signs the query here, where others have their body."""
    caller = whose(kind, token, request.query_string)
    if caller is None or not caller[0].proves_its_calls:
        return nobodys()
    company, account, _ = caller
    seats: Seats = current_app.extensions["seats"]
    with seats.taken(f"{account.shop_id}:{kind}") as seated:
        if not seated:
            return Response("too many at once; please ask again\n", status=429, headers={"Retry-After": "1"})
        merchant = world().merchant(account.shop_id)
        if merchant is None:
            return nobodys()
        drawn = card_for(world(), merchant, _correspondent(), kind=kind, number=_ticket())
        return jsonify(company.render(drawn))


def _correspondent() -> Correspondent:
    said = [*request.args.getlist("email"), *request.args.getlist("phone")]
    return correspondents.read(",".join(said), request.args.get("id", ""))


def _ticket() -> str:
    number = request.args.get("ticket", "")
    return number if _NUMBER.fullmatch(number) else ""
