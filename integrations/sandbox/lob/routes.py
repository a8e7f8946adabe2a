"""Lob over HTTP: /lob/v1/…, behind a key as the user of basic authentication, and so many calls in five seconds."""

import re
from collections import deque
from datetime import datetime, timedelta

from flask import Blueprint, Response, g, jsonify, request
from flask.typing import ResponseReturnValue

from integrations.sandbox import chronicle
from integrations.sandbox.books import Doc
from integrations.sandbox.lob import answers, hooks, pieces, verifications, wanted
from integrations.sandbox.lob.accounts import world_of
from integrations.sandbox.lob.refusals import Refused, invalid
from integrations.sandbox.mishaps import Mishaps
from integrations.sandbox.switches import Switches
from integrations.sandbox.town import Town

_API = "/lob/v1"
_LIMIT, _WINDOW = 150, timedelta(seconds=5)  # calls to one door
_METADATA = re.compile(r"metadata\[([^\]]+)\]")


def blueprint(town: Town) -> Blueprint:
    """Return its routes."""
    vendor, office = Blueprint("lob", __name__), Office(town)
    vendor.before_request(office.let_in)
    vendor.after_request(office.say_how_many)
    Mishaps(town, vendor="lob", prefix=f"{_API}/").watch(vendor)
    office.switches.watch(vendor)
    vendor.register_error_handler(Refused, _refused)
    for kind in wanted.KNOWN:
        vendor.add_url_rule(f"{_API}/{kind}", f"post_{kind}", office.post, methods=["POST"], defaults={"kind": kind})
        vendor.add_url_rule(f"{_API}/{kind}", f"list_{kind}", office.list, defaults={"kind": kind})
        place = f"{_API}/{kind}/<key>"
        vendor.add_url_rule(place, f"get_{kind}", office.get, defaults={"kind": kind})
        vendor.add_url_rule(place, f"delete_{kind}", office.delete, methods=["DELETE"], defaults={"kind": kind})
    vendor.add_url_rule(f"{_API}/us_verifications", view_func=office.verify, methods=["POST"])
    vendor.add_url_rule("/town/lob/pieces", view_func=office.ledger)
    vendor.add_url_rule("/town/lob/pieces/<key>", view_func=office.happens, methods=["POST"])
    return vendor


class Office:
    """What can be asked there, by us and by the town."""

    def __init__(self, town: Town) -> None:
        self._town = town
        self._calls: dict[str, deque[datetime]] = {}
        self.switches = Switches(town, vendor="lob", usual=pieces.USUAL)

    def let_in(self) -> None:
        """Turn away whoever has no key, and whoever asks too often; the town's own routes stand open."""
        if not request.path.startswith(f"{_API}/"):
            return
        with self._town.books.turn() as turn:
            g.world = world_of(request.authorization, key=self.switches.now(turn)["key"])
        now, calls = self._town.clock.now(), self._calls.setdefault(request.path.split("/")[3], deque())
        while calls and now - calls[0] >= _WINDOW:
            calls.popleft()
        g.left = _LIMIT - len(calls)
        if g.left <= 0:
            raise Refused(
                429, "Rate limit exceeded. Please wait 5 seconds and try your request again.", "rate_limit_exceeded"
            )
        calls.append(now)

    def say_how_many(self, response: Response) -> Response:
        """Put into the headers how many calls are left."""
        if "left" in g:
            response.headers["X-Rate-Limit-Limit"] = str(_LIMIT)
            response.headers["X-Rate-Limit-Remaining"] = str(max(0, g.left - 1))
        return response

    def post(self, kind: str) -> ResponseReturnValue:
        """Take something to be posted; within a day the same key is the same piece."""
        key = request.headers.get("Idempotency-Key", "")
        if key and "idempotency_key" in request.args:
            raise invalid("The idempotency key must be given once: in a header or in the query.")
        said, now = wanted.read(request.get_json(silent=True), kind), self._town.clock.now()
        key = key or request.args.get("idempotency_key", "")
        with self._town.books.turn() as turn:
            piece, new = pieces.place(turn, kind, said, world=g.world, key=key, now=now)
            if new:
                hooks.tell(turn, self._town.post, piece, "created", now)
                chronicle.note(
                    turn, now, "card.posted", f"A {kind[:-1]} for {said['to'].get('name')}", piece=piece["id"]
                )
            return self._shown(piece, self.switches.now(turn)["word"])

    def list(self, kind: str) -> Response:
        """Answer with the pieces that bear the metadata which is asked for."""
        named = {_METADATA.fullmatch(name): value for name, value in request.args.items()}
        asked = {match[1]: value for match, value in named.items() if match is not None}
        now = self._town.clock.now()
        with self._town.books.turn() as turn:
            word = self.switches.now(turn)["word"]
            found = pieces.listed(turn, kind, asked, world=g.world, now=now)
        page = found[: int(request.args.get("limit", 10))]
        data = [answers.piece(each, now=now, word=word) for each in page]
        return jsonify(object="list", data=data, count=len(data), next_url=None, previous_url=None)

    def get(self, kind: str, key: str) -> Response:
        """Answer with one piece."""
        with self._town.books.turn() as turn:
            piece = pieces.find(turn, kind, key, world=g.world)
            return self._shown(piece, self.switches.now(turn)["word"])

    def delete(self, kind: str, key: str) -> Response:
        """Keep a piece from being posted."""
        now = self._town.clock.now()
        with self._town.books.turn() as turn:
            piece = pieces.find(turn, kind, key, world=g.world)
            pieces.cancel(turn, piece, slip=self.switches.now(turn)["ship_cancelled"], now=now)
            hooks.tell(turn, self._town.post, piece, "deleted", now)
        return jsonify(id=key, deleted=True)

    def verify(self) -> Response:
        """Answer with what is known of an American address."""
        return jsonify(verifications.check(request.get_json(silent=True), world=g.world))

    def ledger(self) -> Response:
        """Show the town every piece."""
        with self._town.books.turn() as turn:
            return jsonify(pieces=turn.all(pieces.KIND))

    def happens(self, key: str) -> Response:
        """Let something happen to a piece on its way: {"event": "Mailed"}."""
        event, now = str((request.get_json(silent=True) or {}).get("event")), self._town.clock.now()
        with self._town.books.turn() as turn:
            piece = turn.get(pieces.KIND, key)
            if piece is None:
                raise Refused(404, "piece not found", "not_found")
            pieces.happens(turn, piece, event, now)
            hooks.tell(turn, self._town.post, piece, event, now)
            return jsonify(piece)

    def _shown(self, piece: Doc, word: str) -> Response:
        return jsonify(answers.piece(piece, now=self._town.clock.now(), word=word))


def _refused(error: Refused) -> ResponseReturnValue:
    return jsonify(error.as_json()), error.status
