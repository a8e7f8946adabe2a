"""Zendesk over HTTP: /zendesk/<account>/api/v2/…, behind an API token and so many calls a minute."""

import threading
from collections.abc import Callable
from datetime import datetime

from flask import Blueprint, Response, g, jsonify, request
from flask.typing import ResponseReturnValue

from integrations.sandbox.books import Turn
from integrations.sandbox.helpdesk.call import Answer, Call
from integrations.sandbox.mishaps import Mishaps
from integrations.sandbox.town import Town
from integrations.sandbox.zendesk import apps, calls, people, town_calls
from integrations.sandbox.zendesk.refusals import Refused

Handler = Callable[..., Answer]
API = "/zendesk/<account>/api/v2"
_TICKET = "/tickets/<int:key>"
CALLS: tuple[tuple[str, str, Handler], ...] = (
    ("GET", "/users/me", calls.me),
    ("GET", "/users/search", calls.search_users),
    ("GET", "/users/<int:key>", calls.user),
    ("PUT", "/users/<int:key>", calls.change_user),
    ("GET", "/users/<int:key>/identities", calls.identities),
    ("GET", "/users/<int:key>/tickets/requested", calls.requested),
    ("POST", "/users", calls.create_user),
    ("GET", "/tickets", calls.list_tickets),
    ("POST", "/tickets", calls.create_ticket),
    ("GET", _TICKET, calls.ticket),
    ("PUT", _TICKET, calls.change_ticket),
    ("DELETE", _TICKET, calls.delete_ticket),
    ("GET", f"{_TICKET}/tags", calls.tags_of),
    ("PUT", f"{_TICKET}/tags", calls.add_tags),
    ("POST", f"{_TICKET}/tags", calls.set_tags),
    ("DELETE", f"{_TICKET}/tags", calls.remove_tags),
    ("GET", f"{_TICKET}/comments", calls.comments),
    ("PUT", f"{_TICKET}/comments/<int:comment_id>/make_private", calls.make_private),
    ("GET", f"{_TICKET}/audits", calls.audits),
    ("GET", "/user_fields", calls.list_fields),
    ("POST", "/user_fields", calls.define),
    ("PUT", "/user_fields/<int:key>", calls.redefine),
    ("DELETE", "/user_fields/<int:key>", calls.remove_field),
    ("GET", "/webhooks", calls.list_webhooks),
    ("POST", "/webhooks", calls.make_webhook),
    ("GET", "/webhooks/<key>", calls.webhook),
    ("PATCH", "/webhooks/<key>", calls.change_webhook),
    ("DELETE", "/webhooks/<key>", calls.remove_webhook),
    ("GET", "/webhooks/<key>/signing_secret", calls.signing_secret),
    ("GET", "/triggers", calls.list_triggers),
    ("POST", "/triggers", calls.make_trigger),
    ("GET", "/triggers/<int:key>", calls.trigger),
    ("PUT", "/triggers/<int:key>", calls.change_trigger),
    ("DELETE", "/triggers/<int:key>", calls.remove_trigger),
    ("GET", "/apps/installations", calls.list_installations),
    ("GET", "/macros", calls.list_macros),
    ("POST", "/macros", calls.make_macro),
    ("GET", "/macros/<int:key>", calls.macro),
    ("PUT", "/macros/<int:key>", calls.change_macro),
    ("DELETE", "/macros/<int:key>", calls.remove_macro),
)
PUBLIC_KEY = f"{API}/apps/<int:key>/public_key.pem"
TOWN_CALLS: tuple[tuple[str, str, Handler], ...] = (
    ("POST", "/tickets", town_calls.open_ticket),
    ("GET", _TICKET, town_calls.ticket),
    ("POST", _TICKET, town_calls.work_on),
    ("POST", f"{_TICKET}/comments", town_calls.comment),
    ("POST", "/people", town_calls.meet),
    ("GET", "/people/<email>", town_calls.person),
    ("POST", "/people/change", town_calls.work_as),
    ("POST", "/careless", town_calls.careless),
    ("POST", "/apps", town_calls.install_app),
    ("POST", "/frames", town_calls.show_frame),
    ("GET", "/letters", town_calls.letters),
    ("GET", "/mails", town_calls.list_mails),
    ("POST", "/secrets", town_calls.change_secrets),
    ("GET", "/furniture", town_calls.count_furniture),
)
GENEROUS = 10_000  # calls a minute; a demo should not be slow for politeness' sake


def blueprint(town: Town) -> Blueprint:
    """Return its routes; the team moves in at once."""
    with town.books.turn() as turn:
        people.settle_in(turn, town.clock.now())
    desk, door = Blueprint("zendesk", __name__), Door(town)
    desk.before_request(door.let_in)
    desk.after_request(door.say_how_many)
    Mishaps(town, vendor="zendesk", prefix="/zendesk/").watch(desk)
    desk.register_error_handler(Refused, _refused)
    for method, path, handler in CALLS:
        _add(desk, town, f"{method} {API}{path}", handler)
    for method, path, handler in TOWN_CALLS:
        _add(desk, town, f"{method} /town/zendesk{path}", handler)
    desk.add_url_rule(PUBLIC_KEY, view_func=door.public_key)
    desk.add_url_rule("/town/zendesk/limit", view_func=door.set_limit, methods=["POST"])
    return desk


class Door:
    """Who may come in, and how often: so many calls in each minute of the clock."""

    def __init__(self, town: Town) -> None:
        self._clock = town.clock
        self._books = town.books
        self._limit = GENEROUS
        self._minute: datetime | None = None
        self._calls = 0
        self._lock = threading.Lock()

    def let_in(self) -> ResponseReturnValue | None:
        """Turn away wrong accounts, wrong keys and too many calls; the town's own routes stand open."""
        account = (request.view_args or {}).pop("account", None)
        if account is None:
            return None
        if account != people.ACCOUNT:
            return Response(f"<h1>No help desk at {account}</h1>", 404, mimetype="text/html")
        login = request.authorization
        if login is None or login.type != "basic" or not people.opens(login.username, login.password):
            raise Refused(401, "Couldn't authenticate you")
        now = self._clock.now()
        g.calls = self._counted(now)
        if g.calls > self._limit:
            raise Refused(429, "TooManyRequests", retry_after=60 - now.second)
        return None

    def say_how_many(self, response: Response) -> Response:
        """Put into the headers how many calls fit a minute, and how many are left of this one."""
        if "calls" in g:
            response.headers["X-Rate-Limit"] = str(self._limit)
            response.headers["X-Rate-Limit-Remaining"] = str(max(0, self._limit - g.calls))
        return response

    def public_key(self, key: int) -> Response:
        """Answer with by what an app's frames can be believed: a file, and no object."""
        with self._books.turn() as turn:
            return Response(apps.public_key(turn, key), mimetype="application/x-pem-file")

    def set_limit(self) -> ResponseReturnValue:
        """Change how many calls fit a minute, {"calls": 700}, from the next one on."""
        said = request.get_json(silent=True) or {}
        with self._lock:
            self._limit, self._minute = int(said["calls"]), None
        return jsonify(said)

    def _counted(self, now: datetime) -> int:
        minute = now.replace(second=0, microsecond=0)
        with self._lock:
            self._calls = self._calls + 1 if minute == self._minute else 1
            self._minute = minute
            return self._calls


def _add(desk: Blueprint, town: Town, rule: str, handler: Handler) -> None:
    def view(**places: int) -> ResponseReturnValue:
        with town.books.turn() as turn:
            answer = handler(_call(turn, town), **places)
        if answer.body is None:
            return Response("", answer.status)
        return jsonify(answer.body), answer.status

    method, path = rule.split(" ")
    desk.add_url_rule(path, endpoint=rule.replace(".", "-"), view_func=view, methods=[method])


def _call(turn: Turn, town: Town) -> Call:
    body = request.get_json(silent=True) if request.get_data() else None
    if request.get_data() and body is None:
        raise Refused(400, "InvalidJSON")
    return Call(
        turn=turn,
        post=town.post,
        now=town.clock.now(),
        arguments=request.args,
        body=body,
        uri=request.full_path.rstrip("?"),
        headers=dict(request.headers.items()),
    )


def _refused(error: Refused) -> ResponseReturnValue:
    answer = jsonify(error.as_json())
    if error.retry_after is not None:
        answer.headers["Retry-After"] = str(error.retry_after)
    return answer, error.status
