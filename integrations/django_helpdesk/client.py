"""django-helpdesk's REST API: pages, and what its noes mean."""

from collections.abc import Iterator, Mapping
from typing import Any

from app.domain.errors import KeyRefused, Rejected, Unavailable
from integrations.http import Answer, Http, Request

Json = dict[str, Any]

SOURCE = "the helpdesk"
_PAGE = 25  # each ticket comes with all that was ever written on it, which takes their database a while


class DeskApi:
    """Calls to one installation as one of its staff."""

    def __init__(self, http: Http, *, origin: str, user: str, key: str) -> None:
        self._http = http
        self._base = f"{origin}/api"
        self._auth = (user, key)

    def find(self, path: str) -> Json | None:
        """Return one object, None when there is certainly none. Raises Unavailable."""
        answer = self._call("GET", path)
        if answer.status == 404:
            # It is theirs only if it says so as theirs do: an address that is wrong has a page for people.
            _absent(answer)
            return None
        return _read(answer)

    def tickets(self, *, statuses: str, most: int) -> Iterator[Json]:
        """Yield the tickets in these statuses, page after page, `most` of them."""
        for page in range(1, most // _PAGE + 1):
            params = {"status": statuses, "page": str(page), "page_size": str(_PAGE)}
            found = _read(self._call("GET", "tickets", params=params))
            yield from found["results"]
            if found["next"] is None:
                return

    def change(self, path: str, body: Json) -> None:
        """Change some fields of an object. Raises Rejected with what is wrong."""
        accepted(self._call("PATCH", path, body=body))

    def add(self, path: str, body: Json) -> Json:
        """Make an object and return it as it became. Raises Rejected with what is wrong."""
        return accepted(self._call("POST", path, body=body)).json_object()

    def remove(self, path: str) -> bool:
        """Take an object away; return False where it may not be."""
        answer = self._call("DELETE", path)
        return answer.ok or answer.status == 404

    def _call(self, method: str, path: str, *, params: Mapping[str, str] | None = None, body: object = None) -> Answer:
        answer = self._http.call(
            Request(
                source=SOURCE,
                method=method,
                url=f"{self._base}/{path}/",
                writes=method != "GET",
                params=params or {},
                body=body,
                auth=self._auth,
            )
        )
        # A wrong password is answered with 403 here, as is somebody who is no staff.
        if answer.status in (401, 403):
            raise KeyRefused("the helpdesk refuses our user")
        return answer


def accepted(answer: Answer) -> Answer:
    """Return the answer if it is a yes; raises Rejected naming the fields that were wrong.

    Their words about them are not repeated, for they may quote what somebody wrote.
    """
    if not answer.ok:
        raise Rejected(f"The helpdesk said no ({answer.status}{_fields(answer)}).")
    return answer


def _read(answer: Answer) -> Json:
    if not answer.ok:
        raise Unavailable(f"the helpdesk answered {answer.status}")
    return answer.json_object()


def _absent(answer: Answer) -> None:
    if "detail" not in answer.explained():
        raise Unavailable("the helpdesk's address leads to something else")


def _fields(answer: Answer) -> str:
    said = answer.explained()
    return f": {', '.join(sorted(said)[:5])}" if said else ""
