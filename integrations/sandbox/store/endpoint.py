"""The GraphQL endpoint: the store's gates one after the other, each with the store's own answer."""

import re
import threading
import time
import uuid
from collections import Counter
from dataclasses import dataclass
from typing import Any

from flask import Request, Response, jsonify

from integrations.sandbox.books import Doc, Turn
from integrations.sandbox.mishaps import hang_up
from integrations.sandbox.store import faults, grants, idempotency
from integrations.sandbox.store.bucket import Bucket, Size
from integrations.sandbox.store.call import Call
from integrations.sandbox.store.engine import BadRequest, Engine, Prepared
from integrations.sandbox.store.faults import Fault, Faults
from integrations.sandbox.store.recording import Recorder
from integrations.sandbox.store.shops import KIND as SHOPS
from integrations.sandbox.store.striking import struck_after, struck_before
from integrations.sandbox.town import Town

_VERSIONS = ("2026-01", "2026-04", "2026-07", "2026-10")  # a dead one is served by the oldest of them
_PAUSED = {"frozen": (402, "Unavailable Shop"), "locked": (423, "Locked")}
_AT_THE_DOOR = {
    401: "[API] Invalid API key or access token (unrecognized login or wrong password)",
    403: "[API] Non-expiring access tokens are no longer accepted for the Admin API.",
}

Json = dict[str, Any]


class Stopped(Exception):
    """The request gets no further; the argument is the answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request that has come through the door: whose shop, what is asked, and where it reached the town."""

    shop: Doc
    prepared: Prepared
    origin: str


class Endpoint:
    """Answers GraphQL requests for all the shops of a town."""

    def __init__(self, town: Town, engine: Engine) -> None:
        self._town = town
        self._engine = engine
        self.recorder = Recorder(town.settings.record)
        self.faults = Faults(rate=town.settings.faults, seed=town.settings.seed)
        self._size = Size(maximum=town.settings.bucket_size, restore_rate=town.settings.restore_rate)
        self._buckets: dict[str, Bucket] = {}
        self._lock = threading.Lock()
        self._late: list[threading.Timer] = []
        self.calls: Counter[str] = Counter()
        self.struck: Counter[str] = Counter()  # of these: what went wrong with them was our doing

    def answer(self, request: Request, domain: str, version: str) -> Response:
        """Answer one request, in whatever way the store would, or the faults will have it."""
        try:
            asked = self._enter(request, domain)
            response = self._struck(asked, self.draw(asked.prepared.name))
        except Stopped as stop:
            (response,) = stop.args
        except BadRequest as fault:
            response = jsonify(errors=fault.args[0])
        response.headers["X-Request-ID"] = str(uuid.uuid4())
        response.headers["X-Shopify-API-Version"] = version if version in _VERSIONS else _VERSIONS[0]
        return response

    def draw(self, name: str) -> Fault | None:
        """Count a call, and return what goes wrong with it, if anything does."""
        self._count(name)
        with self._town.books.turn() as turn:
            fault = self.faults.draw(turn, name)
        if fault is not None:
            with self._lock:
                self.struck[name] += 1
        return fault

    def close(self) -> None:
        """Wait for what is still to be carried out late."""
        for late in self._late:
            late.join()

    def bucket(self, domain: str) -> Bucket:
        """Return a shop's bucket."""
        with self._lock:
            return self._buckets.setdefault(domain, Bucket(self._size, time.monotonic()))

    def _enter(self, request: Request, domain: str) -> Asked:
        with self._town.books.turn() as turn:
            shop = turn.get(SHOPS, domain)
            if shop is None:
                raise Stopped(_said(404, "Not Found"))
            status = self._door(turn, shop, request.headers.get("X-Shopify-Access-Token", ""))
            if status != 200:
                raise Stopped(_said(status, _AT_THE_DOOR[status]))
        if shop["state"] in _PAUSED:
            self._count("turned_away")
            raise Stopped(_said(*_PAUSED[shop["state"]]))
        query, variables, name = _read(request.get_json(silent=True))
        prepared = self._engine.prepare(query, variables, name)
        return Asked(shop=shop, prepared=prepared, origin=request.host_url.rstrip("/"))

    def _door(self, turn: Turn, shop: Doc, token: str) -> int:
        secrets, now = self._town.settings.client_secrets, self._town.clock.now()
        status = grants.door(turn, shop, token, live_secrets=secrets, now=now)
        another = (turn.get(grants.ACCESS, token) or {}).get("shop", shop["domain"]) != shop["domain"]
        if status == 401 and token and (another or (token != shop["token"] and turn.find(SHOPS, "token", token))):
            self._count("mispaired")  # a token shown at another shop's door: the gravest mistake an app can make
            turn.append("mispaired", {"shop": shop["domain"], "at": now.isoformat()})  # which outlives the process
        return status

    def _struck(self, asked: Asked, fault: Fault | None) -> Response:
        kind = fault.kind if fault else ""
        if kind == "throttled":
            return self._throttled(asked)
        if fault and kind in faults.BEFORE:
            return struck_before(fault, self._town.clock.real_seconds())
        if fault and kind == "late_commit":
            self._execute_late(asked, fault.seconds)
            return hang_up()
        response = self._run(asked, fault)
        return struck_after(fault, response) if fault and kind in faults.AFTER else response

    def _run(self, asked: Asked, fault: Fault | None) -> Response:
        kind = fault.kind if fault else ""
        behind = fault.seconds if fault and kind == "stale" and not asked.prepared.writes else 0.0
        answer = self._execute(asked, refuse=kind == "user_error", seconds_ago=behind)
        if answer is not None:
            return jsonify(answer)
        self._count("throttled")
        return self._throttled(asked)

    def _execute(self, asked: Asked, *, refuse: bool = False, seconds_ago: float = 0.0) -> Json | None:
        """Carry the request out and return its answer; None when the bucket is too empty for it."""
        bucket, requested = self.bucket(asked.shop["domain"]), asked.prepared.requested
        if not bucket.take(requested, time.monotonic()):
            return None
        with self._town.books.turn(seconds_ago=seconds_ago) as turn:
            call = Call(
                town=self._town,
                turn=turn,
                shop=turn.get(SHOPS, asked.shop["domain"]) or asked.shop,
                now=self._town.clock.now(),
                origin=asked.origin,
                refuse=refuse,
            )
            answer = self._engine.run(asked.prepared, call)
        if any((answer["data"] or {}).values()):  # nothing but null was turned away, and proves nothing
            self.recorder.note(asked.prepared.name, asked.prepared.text, asked.prepared.variables, answer["data"])
        actual = asked.prepared.cost_of(answer)
        bucket.give_back(requested - actual, time.monotonic())
        return answer | self._extensions(asked, actual)

    def _execute_late(self, asked: Asked, seconds: float) -> None:
        self._note_under_way(asked, running=True)
        late = threading.Timer(seconds, self._end_late, (asked,))
        late.start()
        with self._lock:
            self._late.append(late)

    def _end_late(self, asked: Asked) -> None:
        self._note_under_way(asked, running=False)
        self._execute(asked)

    def _note_under_way(self, asked: Asked, *, running: bool) -> None:
        with self._town.books.turn() as turn:
            key = str(asked.prepared.variables.get("key", ""))
            idempotency.note_under_way(turn, asked.shop["domain"], key, running=running)

    def _throttled(self, asked: Asked) -> Response:
        error = {"message": "Throttled", "extensions": {"code": "THROTTLED"}}
        return jsonify({"errors": [error]} | self._extensions(asked, None))

    def _extensions(self, asked: Asked, actual: int | None) -> Json:
        status = {
            "maximumAvailable": float(self._size.maximum),
            "currentlyAvailable": self.bucket(asked.shop["domain"]).available(time.monotonic()),
            "restoreRate": float(self._size.restore_rate),
        }
        cost = {
            "requestedQueryCost": asked.prepared.requested,
            "actualQueryCost": actual,
            "throttleStatus": status,
        }
        return {"extensions": {"cost": cost}}

    def _count(self, what: str) -> None:
        with self._lock:
            self.calls[what] += 1


def known_version(version: str) -> bool:
    """Return whether this is how a version of the API is named."""
    return re.fullmatch(r"\d{4}-\d{2}", version) is not None


def _read(body: object) -> tuple[str, Json, str | None]:
    if not isinstance(body, dict) or not isinstance(body.get("query"), str):
        raise Stopped(_said(400, "Required parameter missing or invalid: query"))
    variables, name = body.get("variables") or {}, body.get("operationName")
    if not isinstance(variables, dict) or not isinstance(name, str | None):
        raise Stopped(_said(400, "Required parameter missing or invalid: variables"))
    return body["query"], variables, name


def _said(status: int, errors: str) -> Response:
    response = jsonify(errors=errors)
    response.status_code = status
    return response
