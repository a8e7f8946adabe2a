"""Florist One's REST API: its noes come with 200, with 400, and as a page for people."""

from collections.abc import Mapping
from typing import Any

from app.domain.errors import KeyRefused, Rejected, Unavailable, Uncertain
from app.domain.money import Money
from integrations.http import Answer, Http, Request
from integrations.refusals import quoted

Json = dict[str, Any]

SOURCE = "the florist"
_PATH = "/api/rest/flowershop"


class FloristApi:
    """Calls with one account's credentials."""

    def __init__(self, http: Http, *, origin: str, key: str, password: str) -> None:
        self._http = http
        self._origin = origin
        self._auth = (key, password)

    def ask(self, verb: str, params: Mapping[str, str]) -> Json:
        """Return an answer that changes nothing there. Raises Unavailable, or Rejected when it is a no."""
        return self._call(self._request("GET", verb, writes=False, params=params))

    def order(self, form: Mapping[str, str]) -> Json:
        """Place an order. There is no second look at it: a lost answer leaves it in doubt for a person."""
        request = self._request("POST", "placeorder", writes=True, form=form)
        content = self._call(request)
        if not content.get("ORDERNO"):
            raise request.failure("answered without an order number")
        return content

    def _request(
        self,
        method: str,
        verb: str,
        *,
        writes: bool,
        params: Mapping[str, str] | None = None,
        form: Mapping[str, str] | None = None,
    ) -> Request:
        return Request(
            source=SOURCE,
            method=method,
            url=f"{self._origin}{_PATH}/{verb}",
            writes=writes,
            params=params or {},
            form=form,
            auth=self._auth,
        )

    def _call(self, request: Request) -> Json:
        answer = self._http.call(request)
        # A wrong key is answered with 403 and an HTML page.
        if answer.status in (401, 403):
            raise KeyRefused("the florist refuses our key")
        content = _content(answer)
        errors = content.get("errors") or content.get("ERRORS")
        if errors or not answer.ok:
            raise Rejected(f"The florist said no{_words(errors)}.")
        return content


def dollars(content: Json, name: str) -> Money:
    """Return an amount of the answer, which writes it as a bare number or as text."""
    try:
        return Money.parse(str(content[name]), "USD")
    except (KeyError, ValueError) as fault:
        raise Unavailable(f"the florist's answer has no sensible {name}") from fault


def _content(answer: Answer) -> Json:
    try:
        content = answer.json()
    except (Unavailable, Uncertain):
        if answer.ok:
            raise
        return {}  # a definite no, on a page for people
    if not isinstance(content, dict):
        raise answer.request.failure("gave an answer that makes no sense")
    return content


def _words(errors: object) -> str:
    """Return the florist's words, whichever way it wraps them."""
    parts = list(errors.values()) if isinstance(errors, dict) else errors
    said = "; ".join(map(str, parts)) if isinstance(parts, list) else str(parts or "")
    return quoted(said)
