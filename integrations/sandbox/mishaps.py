"""What can go wrong between a caller and a vendor: asked for by name, or now and then by itself.

A mishap strikes before the vendor did anything (429 and its two kin, 500_before, html_502, html_403, html_200,
drop_before), after it did all of it (500_after, commit_then_drop, truncated, slow, odd_body, hook_first), or well
before it does (late_commit). Callers must be able to find out which.
"""

import json
import time
from collections.abc import Iterator
from datetime import timedelta
from random import Random
from typing import Any

from flask import Blueprint, Response, g, jsonify, request
from flask.typing import ResponseReturnValue
from waitress.channel import ClientDisconnected
from werkzeug.http import http_date

from integrations.sandbox import late_calls
from integrations.sandbox.books import Turn
from integrations.sandbox.clock import Clock
from integrations.sandbox.post_office import KIND as LETTERS
from integrations.sandbox.town import Town

BEFORE = ("429", "429_date", "429_bare", "500_before", "html_502", "html_403", "html_200", "drop_before")
AFTER = ("500_after", "commit_then_drop", "truncated", "slow", "odd_body", "hook_first")
LATE = "late_commit"  # the line breaks at once, and the call is carried out `seconds` of the town's time later
KINDS = (*BEFORE, *AFTER, LATE)
_DEFAULT_KINDS = ("429", "500_before", "500_after", "html_502", "drop_before", "commit_then_drop")
_PAGE = "<html><head><title>{0}</title></head><body><h1>{0}</h1><hr>nginx</body></html>"
_PAGES = {
    "html_502": ("502 Bad Gateway", 502),
    "html_403": ("403 Forbidden", 403),
    "html_200": ("502 Bad Gateway", 200),
}
_SLOW_SECONDS = 31  # longer than any caller should wait
_PAUSE = 2  # seconds for which to stay away
_CARRIED_WITHIN = 5.0  # seconds in which the letters that a call wrote must be out


class Mishaps:
    """The mishaps of one vendor, switched by POST /town/<vendor>/faults and kept in the books.

    Only calls below the prefix are struck.
    """

    def __init__(self, town: Town, *, vendor: str, prefix: str) -> None:
        self._books = town.books
        self._clock = town.clock
        self._vendor = vendor
        self._prefix = prefix
        self._rng = Random(town.settings.seed)  # noqa: S311 - the same bad luck for the same seed

    def watch(self, blueprint: Blueprint) -> None:
        """Let mishaps strike a blueprint's calls, after what is registered before this, such as the login."""
        blueprint.before_request(self._before)
        blueprint.after_request(self._after)
        path = f"/town/{self._vendor}/faults"
        blueprint.add_url_rule(path, endpoint="faults", view_func=self._switch, methods=["POST"])

    def _before(self) -> ResponseReturnValue | None:
        if late_calls.is_late():
            return None
        self._catch_up()
        if not request.path.startswith(self._prefix):
            return None
        with self._books.turn() as turn:
            mishap = self._take(turn, _call_name())
            if mishap and mishap["kind"] == LATE:
                wait = timedelta(seconds=float(mishap.get("seconds", _SLOW_SECONDS)))
                late_calls.keep(turn, self._vendor, self._clock.now() + wait)
                return hang_up()
        if mishap and mishap["kind"] in BEFORE:
            return _struck_before(mishap["kind"], self._clock)
        g.mishap = mishap
        return None

    def _catch_up(self) -> None:
        """Carry out the late calls whose time has come, before anybody looks."""
        with self._books.turn() as turn:
            calls = late_calls.due(turn, self._vendor, self._clock.now())
        late_calls.carry_out(calls)

    def _after(self, response: Response) -> Response:
        mishap = g.pop("mishap", None)
        if mishap is None:
            return response
        if mishap["kind"] == "hook_first":
            self._let_letters_out()
            return response
        return _struck_after(mishap, response)

    def _let_letters_out(self) -> None:
        """Hold the answer until the post has tried to carry what this call had to tell."""
        ends_at = time.monotonic() + _CARRIED_WITHIN
        while time.monotonic() < ends_at:
            with self._books.turn() as turn:
                if not any(not letter["answers"] for letter in turn.find(LETTERS, "state", "waiting")):
                    return
            time.sleep(0.01)

    def _switch(self) -> ResponseReturnValue:
        wish = request.get_json(silent=True)
        if not isinstance(wish, dict) or not set(wish) <= {"rate", "kinds", "next"}:
            return jsonify(error="Send an object with rate, kinds or next."), 400
        if unknown := _unknown_kinds(wish):
            return jsonify(error=f"Unknown kinds: {unknown}. Known: {KINDS}."), 400
        with self._books.turn() as turn:
            turn.put("switches", self._key, {"rate": 0.0, "kinds": list(_DEFAULT_KINDS), "next": [], **wish})
        return jsonify(wish)

    @property
    def _key(self) -> str:
        return f"{self._vendor}_faults"

    def _take(self, turn: Turn, call: str) -> dict[str, Any] | None:
        switch = turn.get("switches", self._key) or {"rate": 0.0, "kinds": [], "next": []}
        for place, mishap in enumerate(switch["next"]):
            if mishap.get("call", "*") in ("*", call, call.partition(" ")[2]):
                del switch["next"][place]
                turn.put("switches", self._key, switch)
                return dict(mishap)
        if self._rng.random() < switch["rate"]:
            return {"kind": self._rng.choice(switch["kinds"])}
        return None


def hang_up() -> Response:
    """Return an answer that never comes: the server closes the connection without a word."""
    return Response(_broken(b""))


def _struck_before(kind: str, clock: Clock) -> Response:
    if kind.startswith("429"):
        return Response("Too many requests.", 429, _pause_asked_for(kind, clock), mimetype="text/plain")
    if kind == "drop_before":
        return hang_up()
    title, status = _PAGES.get(kind, ("500 Internal Server Error", 500))
    return Response(_PAGE.format(title), status, mimetype="text/html")


def _pause_asked_for(kind: str, clock: Clock) -> dict[str, str]:
    if kind == "429_bare":
        return {}
    # The web server writes the answer's own date, which is the machine's.
    until = http_date(clock.real_seconds() + _PAUSE)
    return {"Retry-After": until if kind == "429_date" else str(_PAUSE)}


def _struck_after(mishap: dict[str, Any], response: Response) -> Response:
    match mishap["kind"]:
        case "commit_then_drop":
            return hang_up()
        case "truncated":
            return _cut(response)
        case "odd_body":
            return _odd(response)
        case "slow":
            time.sleep(float(mishap.get("seconds", _SLOW_SECONDS)))
            return response
        case _:
            return Response(_PAGE.format("500 Internal Server Error"), 500, mimetype="text/html")


def _cut(response: Response) -> Response:
    body = response.get_data() or b"{}"
    promised = {"Content-Length": str(len(body))}
    return Response(_broken(body[:-1]), response.status_code, promised, mimetype=response.mimetype)


def _odd(response: Response) -> Response:
    """Return the answer with names that nobody announced, and with ids as numbers where they look like some."""
    if response.is_json:
        response.set_data(json.dumps(_strange(response.get_json())))
    return response


def _strange(value: object) -> object:
    if isinstance(value, dict):
        odd = {name: _as_number(name, _strange(each)) for name, each in value.items()}
        return {**odd, "x_experiment": {"arm": "b", "id": None}}
    return [_strange(each) for each in value] if isinstance(value, list) else value


def _as_number(name: str, value: object) -> object:
    named_id = name == "id" or name.endswith("_id")
    return int(value) if named_id and isinstance(value, str) and value.isdecimal() else value


def _broken(start: bytes) -> Iterator[bytes]:
    # Raised while the server reads the answer: Flask has let go by then, and the server closes the line.
    if start:
        yield start
    raise ClientDisconnected


def _call_name() -> str:
    words = [word for word in request.path.split("/") if word and not word.isdecimal()]
    return f"{request.method} {words[-1]}"


def _unknown_kinds(wish: dict[str, Any]) -> list[str]:
    kinds = [*wish.get("kinds", []), *(mishap.get("kind") for mishap in wish.get("next", []))]
    return [kind for kind in kinds if kind not in KINDS]
