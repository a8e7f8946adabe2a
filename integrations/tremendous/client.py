"""Tremendous' REST API: a bearer's key, whose first letters say which of its two hosts it opens."""

from typing import Any

from app.domain.errors import Empty, Rejected, Uncertain
from integrations.http import Answer, Http
from integrations.refusals import quoted, yes
from integrations.rest import Rest

Json = dict[str, Any]

SOURCE = "Tremendous"
_PATH = "/api/v2"
_NO = "errors"  # where a no of theirs stands


class TremendousApi:
    """Calls with one organisation's key."""

    def __init__(self, http: Http, *, origin: str, key: str) -> None:
        let_in = {"Authorization": f"Bearer {key}"}
        self._rest = Rest(http=http, source=SOURCE, base=f"{origin}{_PATH}", no=_NO, headers=let_in)

    def ask(self, things: str, **params: str) -> list[Json]:
        """Return all the things of a kind that fit. Raises Unavailable, and Rejected for a no."""
        wanted = {name: value for name, value in params.items() if value}
        answer = self._rest.call("GET", f"/{things}", writes=False, params=wanted)
        found = _understood(answer).get(things)
        if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
            raise answer.request.failure(f"answered without its {things}")
        return found

    def look(self, path: str, name: str) -> Json | None:
        """Return the thing that is to be read there, or None where there certainly is none."""
        answer = self._rest.call("GET", path, writes=False)
        # Only their own words say that it is not there; a page for people says that we are somewhere else.
        if answer.status == 404 and _NO in answer.explained():
            return None
        found = _understood(answer).get(name)
        if not isinstance(found, dict):
            raise answer.request.failure(f"answered without the {name}")
        return found

    def prepare(self, method: str, path: str, body: Json | None = None) -> Json:
        """Do a step before or beside a gift; what comes of it is looked at anew each time."""
        answer = self._rest.call(method, path, writes=True, body=body)
        return {} if answer.status == 204 else _understood(answer)

    def order(self, body: Json) -> Json:
        """Return the order that was placed, or placed before under the same name. Raises like every deed."""
        answer = self._rest.call("POST", "/orders", writes=True, body=body)
        if answer.status == 402:
            raise Empty("The balance at Tremendous does not hold enough: please fill it there.")
        if answer.status == 409:
            # What it means is not written anywhere. Somebody else may be placing this very order.
            raise Uncertain(f"{SOURCE} speaks of a conflict")
        placed = _understood(answer).get("order")
        ours = isinstance(placed, dict) and placed.get("external_id") == body["external_id"] and placed.get("id")
        if not isinstance(placed, dict) or not ours:
            raise answer.request.failure("answered without our order")
        return placed

    def cancel(self, reward: str) -> bool:
        """Take a reward back; return whether it was not too late."""
        answer = self._rest.call("POST", f"/rewards/{reward}/cancel", writes=True)
        if answer.status in (409, 422) and _NO in answer.explained():
            return False
        _understood(answer)
        return True


def _understood(answer: Answer) -> Json:
    if not answer.ok:
        raise Rejected(f"Tremendous said no{_words(answer.explained().get(_NO))}.")
    return yes(answer, ours=_NO)


def _words(errors: object) -> str:
    if not isinstance(errors, dict):
        return ""
    payload = errors.get("payload")
    fields = "; ".join(f"{name} {why}" for name, why in payload.items()) if isinstance(payload, dict) else ""
    said = fields or str(errors.get("message") or "")
    return quoted(said)
