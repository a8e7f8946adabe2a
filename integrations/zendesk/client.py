"""Zendesk's REST API: pages, limits, and what its noes mean."""

from collections.abc import Iterator, Mapping
from typing import Any

from app.domain.errors import Busy, KeyRefused, Rejected, Stopped, Unavailable
from integrations.companies import Login
from integrations.http import Answer, Http, Request

Json = dict[str, Any]

SOURCE = "the helpdesk"
_PAGE = "100"  # the most that one page holds
_WINDOW = 60  # seconds; so many calls are granted a minute
_NOT_THERE = "RecordNotFound"  # other noes with 404 say that the address is wrong, or that there is no such account
_LONGEST_WORDS = 200


class ZendeskApi:
    """Calls to one account as one of its users, by API token."""

    def __init__(self, http: Http, *, origin: str, login: Login, urgent: bool = True) -> None:
        self.origin = origin
        self._http = http
        self._login = login
        self._urgent = urgent

    def patient(self) -> "ZendeskApi":
        """Return the same for calls that nobody waits for: they leave some of the minute to others."""
        return ZendeskApi(self._http, origin=self.origin, login=self._login, urgent=False)

    def read(self, path: str, params: Mapping[str, str] | None = None) -> Json:
        """Return one object. Raises Unavailable, and Rejected where there is none."""
        return accepted(self._call("GET", path, params=params, writes=False)).json_object()

    def look(self, path: str, params: Mapping[str, str] | None = None) -> Json | None:
        """Return one object; None where there certainly is none (any more). Raises Unavailable."""
        answer = self._call("GET", path, params=params, writes=False)
        if answer.status == 404:
            if answer.explained().get("error") != _NOT_THERE:
                raise Unavailable("the helpdesk's address leads to something else")
            return None
        if not answer.ok:
            raise Unavailable(f"the helpdesk answered {answer.status}")
        return answer.json_object()

    def pages(self, path: str, name: str, params: Mapping[str, str] | None = None) -> Iterator[Json]:
        """Yield every row of a list, page after page."""
        cursor: Mapping[str, str] = {}
        while True:
            page = self.read(path, {**(params or {}), **cursor, "page[size]": _PAGE})
            yield from page[name]
            if not (page.get("meta") or {}).get("has_more"):
                return
            cursor = {"page[after]": page["meta"]["after_cursor"]}

    def text(self, path: str) -> str:
        """Return what is no object. Raises Unavailable, and Rejected where there is none."""
        return accepted(self._call("GET", path, writes=False)).body.decode("ascii", errors="replace")

    def write(self, method: str, path: str, body: object = None, *, deed: bool = True, once: str = "") -> Answer:
        """Return the answer, a 2xx or a 4xx that only concerns this call.

        A write that is no deed by itself, such as making a field, leaves nothing in doubt that matters. `once` names a
        new ticket: for two hours the same name makes no other.
        """
        return self._call(method, path, body=body, writes=deed, headers={"Idempotency-Key": once} if once else {})

    def make(self, path: str, name: str, body: Json) -> str:
        """Return the number of a new piece of furniture. Raises Rejected, and Unavailable, though it may be there."""
        return str(accepted(self.write("POST", path, {name: body}, deed=False)).json_object()[name]["id"])

    def _call(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        body: object = None,
        writes: bool,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        answer = self._counted(
            Request(
                source=SOURCE,
                method=method,
                url=f"{self.origin}/api/v2/{path}",
                writes=writes,
                headers=headers or {},
                params=params or {},
                body=body,
                auth=(f"{self._login.user}/token", self._login.key),
            )
        )
        # Of a ticket 403 says that this one is closed to our user, as those of private groups are even to admins.
        if answer.status == 401 or (answer.status == 403 and not path.startswith("tickets/")):
            raise KeyRefused("the helpdesk refuses our key")
        return answer

    def _counted(self, request: Request) -> Answer:
        bucket = self._login.bucket
        bucket.take(urgent=self._urgent)
        try:
            answer = self._http.call(request)
        except Stopped:
            raise  # by ourselves: they were not called
        except Busy as busy:
            pause = busy.retry_after or 0.0
            if pause > _WINDOW:
                # One ticket was changed too often, which is nobody else's business: only this waits, and not its shop.
                raise Unavailable("the helpdesk takes no more changes of this for a while", retry_after=pause) from busy
            bucket.full()
            raise
        limit, left = (_number(answer.headers.get(name)) for name in ("X-Rate-Limit", "X-Rate-Limit-Remaining"))
        if limit and left is not None:
            bucket.learn(used=limit - min(left, limit), limit=limit, seconds=_WINDOW)
        return answer


def accepted(answer: Answer) -> Answer:
    """Return the answer if it is a yes; raises Rejected with the helpdesk's words."""
    if not answer.ok:
        raise Rejected(f"The helpdesk said no ({answer.status}){_words(answer)}.")
    return answer


def _words(answer: Answer) -> str:
    said = answer.explained()
    details = said.get("details")
    reasons = details.values() if isinstance(details, dict) else ()
    told = [
        each.get("description") for rows in reasons if isinstance(rows, list) for each in rows if isinstance(each, dict)
    ]
    words = "; ".join(str(each) for each in told or [said.get("description")] if each).strip().rstrip(".")
    # Somebody's address may be quoted back at us.
    return "" if not words or "@" in words else f": {words[:_LONGEST_WORDS]}"


def _number(said: str | None) -> int | None:
    return int(said) if said is not None and said.isascii() and said.isdecimal() and len(said) <= 6 else None
