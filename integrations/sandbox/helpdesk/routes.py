"""The helpdesk over HTTP: /gorgias/<account>/api/…, behind Basic credentials and a leaky bucket."""

from collections.abc import Callable

from flask import Blueprint, Response, g, jsonify, request
from flask.typing import ResponseReturnValue

from integrations.sandbox.books import Turn
from integrations.sandbox.helpdesk import (
    customer_calls,
    http_integrations,
    oauth,
    oauth_routes,
    people,
    setup_calls,
    tags,
    ticket_calls,
    town_calls,
)
from integrations.sandbox.helpdesk.bucket import Bucket, Limit
from integrations.sandbox.helpdesk.call import Answer, Call
from integrations.sandbox.helpdesk.reading import body_of, number
from integrations.sandbox.helpdesk.refusals import Refused, invalid
from integrations.sandbox.mishaps import Mishaps
from integrations.sandbox.town import Town

Handler = Callable[..., Answer]
API = "/gorgias/<account>/api"
CALLS: tuple[tuple[str, str, Handler], ...] = (
    ("GET", "/account", customer_calls.account),
    ("GET", "/users", customer_calls.users),
    ("GET", "/users/<int:key>", customer_calls.user),
    ("GET", "/customers", customer_calls.list_customers),
    ("POST", "/customers", customer_calls.create_customer),
    ("GET", "/customers/<int:key>", customer_calls.customer),
    ("PUT", "/customers/<int:key>", customer_calls.change_customer),
    ("PUT", "/customers/<int:key>/data", customer_calls.set_data),
    ("GET", "/customers/<int:key>/custom-fields", customer_calls.values),
    ("PUT", "/customers/<int:key>/custom-fields", customer_calls.set_values),
    ("PUT", "/customers/<int:key>/custom-fields/<int:field>", customer_calls.set_value),
    ("DELETE", "/customers/<int:key>/custom-fields/<int:field>", customer_calls.clear_value),
    ("GET", "/custom-fields", customer_calls.definitions),
    ("POST", "/custom-fields", customer_calls.define),
    ("GET", "/custom-fields/<int:key>", customer_calls.definition),
    ("PUT", "/custom-fields/<int:key>", customer_calls.redefine),
    ("GET", "/tickets", ticket_calls.list_tickets),
    ("POST", "/tickets", ticket_calls.create_ticket),
    ("GET", "/tickets/<int:key>", ticket_calls.ticket),
    ("PUT", "/tickets/<int:key>", ticket_calls.change_ticket),
    ("DELETE", "/tickets/<int:key>", ticket_calls.delete_ticket),
    ("GET", "/tickets/<int:key>/tags", ticket_calls.ticket_tags),
    ("POST", "/tickets/<int:key>/tags", ticket_calls.add_tags),
    ("PUT", "/tickets/<int:key>/tags", ticket_calls.replace_tags),
    ("DELETE", "/tickets/<int:key>/tags", ticket_calls.remove_tags),
    ("GET", "/tickets/<int:key>/messages", ticket_calls.messages_of_ticket),
    ("POST", "/tickets/<int:key>/messages", ticket_calls.create_message),
    ("GET", "/tickets/<int:key>/messages/<int:message_key>", ticket_calls.message),
    ("GET", "/messages", ticket_calls.list_messages),
    ("GET", "/tags", ticket_calls.list_tags),
    ("POST", "/tags", ticket_calls.create_tag),
    ("GET", "/tags/<int:key>", ticket_calls.tag),
    ("PUT", "/tags/<int:key>", ticket_calls.change_tag),
    ("DELETE", "/tags/<int:key>", ticket_calls.remove_tag),
    ("GET", "/integrations", setup_calls.list_integrations),
    ("POST", "/integrations", setup_calls.create_integration),
    ("GET", "/integrations/<int:key>", setup_calls.integration),
    ("PUT", "/integrations/<int:key>", setup_calls.change_integration),
    ("DELETE", "/integrations/<int:key>", setup_calls.remove_integration),
    ("GET", "/widgets", setup_calls.list_widgets),
    ("POST", "/widgets", setup_calls.create_widget),
    ("GET", "/widgets/<int:key>", setup_calls.widget),
    ("PUT", "/widgets/<int:key>", setup_calls.replace_widget),
    ("DELETE", "/widgets/<int:key>", setup_calls.remove_widget),
    ("GET", "/macros", setup_calls.list_macros),
    ("POST", "/macros", setup_calls.create_macro),
    ("GET", "/macros/<int:key>", setup_calls.macro),
    ("PUT", "/macros/<int:key>", setup_calls.change_macro),
    ("DELETE", "/macros/<int:key>", setup_calls.remove_macro),
)
TOWN_CALLS: tuple[tuple[str, str, Handler], ...] = (
    ("POST", "/tickets", town_calls.open_ticket),
    ("GET", "/tickets/<int:key>", town_calls.ticket),
    ("POST", "/tickets/<int:key>/press", town_calls.press),
    ("POST", "/tickets/<int:key>/apply", town_calls.apply),
)


def blueprint(town: Town) -> Blueprint:
    """Return the helpdesk's routes; the staff moves in at once."""
    with town.books.turn() as turn:
        people.settle_in(turn, town.clock.now())
        tags.settle_in(turn, town.clock.now())
        http_integrations.settle_in(turn, town.settings.target or "http://localhost", town.clock.now())
    town.post.tell(lambda turn, letter, well: http_integrations.answered(turn, letter, town.clock.now(), well=well))
    desk, door = Blueprint("helpdesk", __name__), Door(town)
    desk.register_blueprint(oauth_routes.blueprint(town))
    desk.before_request(door.let_in)
    desk.after_request(door.say_how_full)
    Mishaps(town, vendor="helpdesk", prefix="/gorgias/").watch(desk)
    desk.register_error_handler(Refused, _refused)
    for method, path, handler in CALLS:
        _add(desk, town, f"{method} {API}{path}", handler)
    for method, path, handler in TOWN_CALLS:
        _add(desk, town, f"{method} /town{path}", handler)
    desk.add_url_rule("/town/helpdesk/limit", view_func=door.set_limit, methods=["POST"])
    return desk


class Door:
    """Who may come in, and how often."""

    def __init__(self, town: Town) -> None:
        self._town, self._clock = town, town.clock
        self._bucket = Bucket()

    def let_in(self) -> ResponseReturnValue | None:
        """Turn away wrong accounts, wrong keys and too many calls; the town's own routes stand open."""
        account = (request.view_args or {}).pop("account", None)
        if account is None:
            return None
        if account != people.ACCOUNT:
            raise Refused(404, f"Account {account} does not exist.")
        if not self._is_let_in(account):
            raise Refused(401, "Authentication failed. Check your credentials.")
        g.bucket = self._bucket.take(self._clock.now())
        if g.bucket.wait:
            raise Refused(429, "Too many requests.")
        return None

    def _is_let_in(self, account: str) -> bool:
        login = request.authorization
        if login is not None and login.type == "bearer":
            scope = oauth.scope_of(request.method, request.path.partition(f"/{account}/api/")[2])
            with self._town.books.turn() as turn:
                return oauth.opens(turn, login.token or "", scope, self._clock.now())
        return login is not None and login.type == "basic" and people.opens(login.username, login.password)

    def say_how_full(self, response: Response) -> Response:
        """Put the state of the bucket into the headers."""
        verdict = g.get("bucket")
        if verdict is not None:
            response.headers["X-Gorgias-Account-Api-Call-Limit"] = f"{verdict.used}/{verdict.limit}"
            if verdict.wait:
                response.headers["Retry-after"] = str(verdict.wait)
        return response

    def set_limit(self) -> ResponseReturnValue:
        """Change how many calls fit, {"calls": 40, "seconds": 20} being the genuine limit."""
        body = body_of(request.get_json(silent=True), known={"calls", "seconds"}, required=("calls", "seconds"))
        limit = Limit(calls=number(body["calls"], "calls"), seconds=number(body["seconds"], "seconds"))
        if limit.calls < 1 or limit.seconds < 1:
            raise invalid("calls", "Must be at least 1.")
        self._bucket.resize(limit)
        return jsonify(body)


def _add(desk: Blueprint, town: Town, rule: str, handler: Handler) -> None:
    def view(**places: int) -> ResponseReturnValue:
        with town.books.turn() as turn:
            answer = handler(_call(turn, town), **places)
        return _response(answer)

    method, path = rule.split(" ")
    desk.add_url_rule(path, endpoint=rule.replace(".", "-"), view_func=view, methods=[method])


def _call(turn: Turn, town: Town) -> Call:
    return Call(
        turn=turn,
        post=town.post,
        now=town.clock.now(),
        arguments=request.args,
        body=_json(),
        uri=request.full_path.rstrip("?"),
    )


def _json() -> object:
    if not request.get_data():
        return None
    body = request.get_json(silent=True)
    if body is None:
        raise Refused(400, "The request body must be JSON, and say so in its content type.")
    return body


def _response(answer: Answer) -> ResponseReturnValue:
    if answer.body is None:
        return Response("", answer.status, mimetype="application/json")
    return jsonify(answer.body), answer.status


def _refused(error: Refused) -> ResponseReturnValue:
    return jsonify(error.as_json()), error.status
