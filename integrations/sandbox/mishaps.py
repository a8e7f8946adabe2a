"""What can go wrong between a caller and a vendor: asked for by name, or now and then by itself.

A mishap strikes before the vendor did anything (429, 500_before, html_502, html_200, drop_before) or after it
did all of it (500_after, commit_then_drop, truncated, slow), which callers must be able to find out.
"""

import time
from collections.abc import Iterator
from random import Random
from typing import Any

from flask import Blueprint, Response, g, jsonify, request
from flask.typing import ResponseReturnValue
from waitress.channel import ClientDisconnected

from integrations.sandbox.books import Turn
from integrations.sandbox.town import Town

BEFORE = ("429", "500_before", "html_502", "html_200", "drop_before")
AFTER = ("500_after", "commit_then_drop", "truncated", "slow")
_DEFAULT_KINDS = ("429", "500_before", "500_after", "html_502", "drop_before", "commit_then_drop")
_PAGE = "<html><head><title>{0}</title></head><body><h1>{0}</h1><hr>nginx</body></html>"
_SLOW_SECONDS = 31  # longer than any caller should wait


class Mishaps:
    """The mishaps of one vendor, switched by POST /town/<vendor>/faults and kept in the books.

    Only calls below the prefix are struck.
    """

    def __init__(self, town: Town, *, vendor: str, prefix: str) -> None:
        self._books = town.books
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
        if not request.path.startswith(self._prefix):
            return None
        with self._books.turn() as turn:
            mishap = self._take(turn, _call_name())
        if mishap and mishap["kind"] in BEFORE:
            return _struck_before(mishap["kind"])
        g.mishap = mishap
        return None

    def _after(self, response: Response) -> Response:
        mishap = g.pop("mishap", None)
        return response if mishap is None else _struck_after(mishap, response)

    def _switch(self) -> ResponseReturnValue:
        wish = request.get_json(silent=True)
        if not isinstance(wish, dict) or not set(wish) <= {"rate", "kinds", "next"}:
            return jsonify(error="Send an object with rate, kinds or next."), 400
        if unknown := _unknown_kinds(wish):
            return jsonify(error=f"Unknown kinds: {unknown}. Known: {BEFORE + AFTER}."), 400
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


def _struck_before(kind: str) -> Response:
    if kind == "429":
        return Response("Too many requests.", 429, {"Retry-After": "2"}, mimetype="text/plain")
    if kind == "500_before":
        return Response(_PAGE.format("500 Internal Server Error"), 500, mimetype="text/html")
    if kind == "drop_before":
        return hang_up()
    return Response(_PAGE.format("502 Bad Gateway"), 200 if kind == "html_200" else 502, mimetype="text/html")


def _struck_after(mishap: dict[str, Any], response: Response) -> Response:
    match mishap["kind"]:
        case "commit_then_drop":
            return hang_up()
        case "truncated":
            return _cut(response)
        case "slow":
            time.sleep(float(mishap.get("seconds", _SLOW_SECONDS)))
            return response
        case _:
            return Response(_PAGE.format("500 Internal Server Error"), 500, mimetype="text/html")


def _cut(response: Response) -> Response:
    body = response.get_data() or b"{}"
    promised = {"Content-Length": str(len(body))}
    return Response(_broken(body[:-1]), response.status_code, promised, mimetype=response.mimetype)


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
    return [kind for kind in kinds if kind not in BEFORE + AFTER]
