"""A turnstile at every door of the town: it counts the calls that could change something, whatever becomes of them."""

import re
import threading
from collections import Counter

from flask import Blueprint, Response, jsonify, request

from integrations.sandbox import late_calls

_DOORS = {
    "/shopify/": "store",
    "/gorgias/": "helpdesk",
    "/zendesk/": "zendesk",
    "/florist/": "florist",
    "/handwrytten/": "handwrytten",
    "/tremendous/": "tremendous",
    "/goody/": "goody",
    "/lob/": "lob",
}
_MUTATION = re.compile(r"^\s*mutation\b", re.MULTILINE)


class Turnstile:
    """Counts by door. The store's token endpoint is none: it gives tokens out and changes nothing of the shop's."""

    def __init__(self) -> None:
        self._writes: Counter[str] = Counter()
        self._lock = threading.Lock()

    def count(self) -> None:
        """Count the request that comes in, if it could change something; one that is late was counted when it came."""
        if late_calls.is_late():
            return
        door = next((name for prefix, name in _DOORS.items() if request.path.startswith(prefix)), None)
        if door is not None and _may_change(door):
            with self._lock:
                self._writes[door] += 1

    def blueprint(self) -> Blueprint:
        """Return the route that tells the counts."""
        told = Blueprint("turnstile", __name__)
        told.add_url_rule("/town/writes", view_func=self.tell)
        return told

    def tell(self) -> Response:
        """Answer with how many such calls came to each door."""
        with self._lock:
            return jsonify({door: self._writes[door] for door in _DOORS.values()})


def _may_change(door: str) -> bool:
    if request.method in {"GET", "HEAD", "OPTIONS"}:
        return False
    if door != "store":
        return True
    asked = request.get_json(silent=True)
    return isinstance(asked, dict) and _MUTATION.search(str(asked.get("query", ""))) is not None
