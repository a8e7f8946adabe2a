"""Lob's REST API: a key as the user of basic authentication, whose first letters say whether anything is printed."""

from typing import Any

from app.domain.errors import Rejected, Unavailable
from integrations.http import Answer, Http
from integrations.refusals import quoted, yes
from integrations.rest import Rest

Json = dict[str, Any]

SOURCE = "Lob"
MARK = "lagniappe"  # the name of our mark in a piece's metadata
_NO = "error"  # where a no of theirs stands
_PATH = "/v1"


class LobApi:
    """Calls with one account's key."""

    def __init__(self, http: Http, *, origin: str, key: str) -> None:
        self._rest = Rest(http=http, source=SOURCE, base=f"{origin}{_PATH}", no=_NO, auth=(key, ""))

    def post(self, kind: str, body: Json, *, key: str) -> Json:
        """Return the piece that is posted, or was within a day under the same key. Raises like every deed."""
        answer = self._rest.call("POST", f"/{kind}", writes=True, body=body, headers={"Idempotency-Key": key})
        piece = _understood(answer)
        if not piece.get("id") or marked(piece) != key:
            raise answer.request.failure("answered without our piece")
        return piece

    def bearing(self, kind: str, mark: str) -> list[Json]:
        """Return the pieces of a kind that bear our mark, to the letter."""
        answer = self._rest.call("GET", f"/{kind}", writes=False, params={f"metadata[{MARK}]": mark, "limit": "10"})
        found = _understood(answer).get("data")
        if not isinstance(found, list):
            raise Unavailable("Lob answered without a list")
        return [each for each in found if isinstance(each, dict) and marked(each) == mark]

    def look(self, kind: str, piece: str) -> Json | None:
        """Return a piece, or None where there certainly is none."""
        answer = self._rest.call("GET", f"/{kind}/{piece}", writes=False)
        # Only their own words say that it is not there; a page for people says that we are somewhere else.
        if answer.status == 404 and _NO in answer.explained():
            return None
        return _understood(answer)

    def cancel(self, kind: str, piece: str) -> bool:
        """Keep a piece from being posted; return whether it was neither too late nor gone."""
        answer = self._rest.call("DELETE", f"/{kind}/{piece}", writes=True)
        if answer.status in (404, 422) and _NO in answer.explained():
            return False
        return bool(_understood(answer).get("deleted"))

    def ask(self, path: str, body: Json) -> Json:
        """Return what is said of something, which changes nothing."""
        return _understood(self._rest.call("POST", path, writes=False, body=body, asks=True))


def marked(piece: Json) -> str:
    """Return the mark of ours that a piece bears, "" for somebody else's."""
    metadata = piece.get("metadata")
    return str(metadata.get(MARK) or "") if isinstance(metadata, dict) else ""


def _understood(answer: Answer) -> Json:
    if not answer.ok:
        raise Rejected(f"Lob said no{_words(answer.explained().get(_NO))}.")
    return yes(answer, ours=_NO)


def _words(error: object) -> str:
    said = str(error.get("message") or "") if isinstance(error, dict) else ""
    return quoted(said)
