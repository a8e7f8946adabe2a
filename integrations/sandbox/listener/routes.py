"""Its one door, and the town's own: what it was told.

POST /listener      what is signed is heard, once by its name; whatever is odd is refused
"""

from datetime import date
from typing import Any

from flask import Blueprint, Response, jsonify, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import BadRequest, HTTPException, Unauthorized

from integrations import standard_webhooks
from integrations.companies import Call
from integrations.sandbox.mishaps import Mishaps
from integrations.sandbox.town import Town

SECRET = "whsec_cHJhY3RpY2UgbGlzdGVuZXIncyBzZWNyZXQ="  # noqa: S105 - practice's own, and good for nothing else
PATH = "/listener"
_HEARD = "listener_heard"


def blueprint(town: Town) -> Blueprint:
    """Return the tool's routes."""
    door, tool = Blueprint("listener", __name__), Tool(town)
    Mishaps(town, vendor="listener", prefix=PATH).watch(door)
    door.register_error_handler(HTTPException, _refused)
    door.add_url_rule(PATH, view_func=tool.hear, methods=["POST"])
    door.add_url_rule("/town/listener", view_func=tool.heard)
    return door


class Tool:
    """What can be told it, and what it was."""

    def __init__(self, town: Town) -> None:
        self._town = town

    def hear(self) -> ResponseReturnValue:
        """Believe a signed call; what was heard before under the same name must be the same, and counts once."""
        call = Call(headers={name.lower(): value for name, value in request.headers}, body=request.get_data())
        if request.mimetype != "application/json":
            raise BadRequest
        if not standard_webhooks.authentic(call, (SECRET,), self._town.clock.now()):
            raise Unauthorized
        said, name = _understood(request.get_json(silent=True)), call.headers[standard_webhooks.ID]
        with self._town.books.turn() as turn:
            before = turn.get(_HEARD, name)
            if before is not None and before["said"] != said:
                raise BadRequest
            turn.put(_HEARD, name, {"said": said})
        return jsonify({}), 200 if before else 201

    def heard(self) -> Response:
        """Show the town all that the tool was told, each once."""
        with self._town.books.turn() as turn:
            return jsonify(heard=[each["said"] for each in turn.all(_HEARD)])


def _understood(said: object) -> dict[str, Any]:
    """Return what was said, which has these names and no others: whatever else it told would be too much."""
    if not isinstance(said, dict) or said.keys() != {"type", "timestamp", "data"}:
        raise BadRequest
    data, over = said["data"], said["type"] == "customer.sensitive_over"
    if not over and said["type"] != "customer.sensitive":
        raise BadRequest
    if not isinstance(data, dict) or data.keys() != ({"customer_id"} if over else {"customer_id", "until"}):
        raise BadRequest
    if type(data["customer_id"]) is not int or not (over or _is_day(data["until"])):
        raise BadRequest
    return said


def _is_day(text: object) -> bool:
    try:
        return isinstance(text, str) and date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _refused(why: HTTPException) -> ResponseReturnValue:
    return jsonify(error=why.name), why.code or 500
