"""The mails over HTTP: to be read, and to let something go wrong with the next one."""

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from integrations.sandbox.mailbox import letters
from integrations.sandbox.town import Town


def blueprint(town: Town) -> Blueprint:
    """Return the routes: GET /town/mails, and POST /town/mails/faults {"next": [{"step": "data", "kind": "451"}]}."""
    routes = Blueprint("mailbox", __name__)

    @routes.get("/town/mails")
    def mails() -> ResponseReturnValue:
        with town.books.turn() as turn:
            return jsonify(letters.mails(turn))

    @routes.post("/town/mails/faults")
    def faults() -> ResponseReturnValue:
        wish = request.get_json(silent=True)
        if not isinstance(wish, dict) or set(wish) != {"next"}:
            return jsonify(error='Send {"next": [{"step": "rcpt", "kind": "550"}]}; "drop" hangs up.'), 400
        with town.books.turn() as turn:
            turn.put("switches", letters.FAULTS, wish)
        return jsonify(wish)

    return routes
