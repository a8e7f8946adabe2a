"""Gorgias's REST API: pages, errors and what its noes mean."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from app.domain.errors import Busy, KeyRefused, Rejected, Stopped
from integrations.companies import Login
from integrations.http import Answer, Http, Request

Json = dict[str, Any]

SOURCE = "the helpdesk"
GONE = frozenset({404, 410})
_LIMIT_HEADER = "X-Gorgias-Account-Api-Call-Limit"
_USED = re.compile(r"(?a:(\d{1,6})/([1-9]\d{0,5}))")
_PAGE = "100"  # the most that one page holds
_LONGEST_MESSAGE = 200
_MOST_RENEWALS = 2  # the first may bring one that somebody else had fetched, and that has died like ours


class GorgiasApi:
    """Calls to one account as one of its users."""

    def __init__(self, http: Http, *, origin: str, login: Login, urgent: bool = True) -> None:
        self.user = login.user
        self._http = http
        self._origin = origin
        self._login = login
        self._urgent = urgent

    def patient(self) -> "GorgiasApi":
        """Return the same for calls that nobody waits for: they leave some of the bucket to others."""
        return GorgiasApi(self._http, origin=self._origin, login=self._login, urgent=False)

    def read(self, path: str, params: Mapping[str, str] | None = None) -> Json:
        """Return one object. Raises Unavailable."""
        return accepted(self._call("GET", path, params=params, writes=False)).json_object()

    def look(self, path: str) -> Json | None:
        """Return one object; None where there is none (any more). Raises Unavailable."""
        answer = self._call("GET", path, writes=False)
        return None if answer.status in GONE else accepted(answer).json_object()

    def pages(self, path: str, params: Mapping[str, str]) -> Iterator[Json]:
        """Yield every row of a list, page after page."""
        cursor: Mapping[str, str] = {}
        while True:
            page = self.read(path, {**params, **cursor, "limit": _PAGE})
            yield from page["data"]
            if not page["meta"].get("next_cursor"):
                return
            cursor = {"cursor": page["meta"]["next_cursor"]}

    def make(self, path: str, body: object) -> str:
        """Return the number of a new piece of furniture. Raises Rejected, and Unavailable, though it may be there."""
        return made(self.write("POST", path, body, deed=False))

    def write(self, method: str, path: str, body: object = None, *, deed: bool = True) -> Answer:
        """Return the answer, a 2xx or a 4xx that only concerns this call.

        A write that is no deed by itself, such as naming a tag, leaves nothing in doubt that matters.
        """
        return self._call(method, path, body=body, writes=deed)

    def _call(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        body: object = None,
        writes: bool,
    ) -> Answer:
        request = Request(
            source=SOURCE,
            method=method,
            url=f"{self._origin}/api/{path}",
            writes=writes,
            params=params or {},
            body=body,
        )
        answer = self._let_in(request)
        if answer.status in (401, 403):
            raise KeyRefused("the helpdesk refuses our key")
        return answer

    def _let_in(self, request: Request) -> Answer:
        login = self._login
        if login.access is None:
            return self._counted(replace(request, auth=(login.user, login.key)))
        token = login.access.token()
        answer = self._counted(_bearing(request, token))
        for _ in range(_MOST_RENEWALS):
            if answer.status != 401:
                break
            # A token may die before its time; what it did not open was not done.
            token = login.access.renew(token)
            answer = self._counted(_bearing(request, token))
        return answer

    def _counted(self, request: Request) -> Answer:
        bucket = self._login.bucket
        bucket.take(urgent=self._urgent)
        try:
            answer = self._http.call(request)
        except Stopped:
            raise  # by ourselves: they were not called
        except Busy:
            bucket.full()
            raise
        if found := _USED.fullmatch(answer.headers.get(_LIMIT_HEADER, "")):
            bucket.learn(used=int(found[1]), limit=int(found[2]))
        return answer


def _bearing(request: Request, token: str) -> Request:
    return replace(request, headers={"Authorization": f"Bearer {token}"})


def accepted(answer: Answer) -> Answer:
    """Return the answer if it is a yes; raises Rejected with the helpdesk's words."""
    if not answer.ok:
        raise Rejected(f"The helpdesk said no ({answer.status}){_words(answer)}.")
    return answer


def made(answer: Answer) -> str:
    """Return the number of what was made with this answer; raises Rejected, and Unavailable, though it may be there."""
    return str(accepted(answer).json_object()["id"])


def _words(answer: Answer) -> str:
    error = answer.explained().get("error")
    words = str(error.get("msg") or "") if isinstance(error, dict) else ""
    # Somebody's address may be quoted back at us.
    return "" if not words or "@" in words else f": {words.strip().rstrip('.')[:_LONGEST_MESSAGE]}"
