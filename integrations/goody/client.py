"""Goody's REST API: a bearer's key, noes in one sentence, and lists by the page, in whatever order."""

from collections.abc import Iterator, Mapping
from typing import Any

from app.domain.errors import Rejected, Unavailable
from integrations.http import Answer, Http
from integrations.refusals import quoted, yes
from integrations.rest import Rest

Json = dict[str, Any]

SOURCE = "Goody"
OURS = "customer_reference_id"  # where a batch bears our name for it
_PATH = "/v1"
_NO = "error"  # where a no of theirs stands
_A_PAGE = 100
_MOST_PAGES = 60


class GoodyApi:
    """Calls with one account's key."""

    def __init__(self, http: Http, *, origin: str, key: str) -> None:
        let_in = {"Authorization": f"Bearer {key}"}
        self._rest = Rest(http=http, source=SOURCE, base=f"{origin}{_PATH}", no=_NO, headers=let_in)

    def listed(self, things: str, **params: str) -> Iterator[Json]:
        """Yield what is in a list, each once. Raises Unavailable where it cannot be read to its end.

        What comes in while it is read moves the rest from page to page: where fewer were seen than there are, somebody
        is missing.
        """
        seen: set[str] = set()
        for number in range(1, _MOST_PAGES + 1):
            page, total = self._page(things, {**params, "page": str(number), "per_page": str(_A_PAGE)})
            fresh = {str(each.get("id")): each for each in page if str(each.get("id")) not in seen}
            seen |= set(fresh)
            yield from fresh.values()
            if page and (total is None or len(seen) < total):
                continue
            if total is not None and len(seen) < total:
                raise Unavailable("Goody's list changed while it was read")
            return
        raise Unavailable("Goody's list is longer than can be read")

    def look(self, path: str) -> Json | None:
        """Return the thing that is to be read there, or None where there certainly is none."""
        answer = self._rest.call("GET", path, writes=False)
        # Only their own words say that it is not there; a page for people says that we are somewhere else.
        if answer.status == 404 and _NO in answer.explained():
            return None
        found = _understood(answer)
        if not found.get("id"):
            raise answer.request.failure("answered without a number")
        return found

    def price(self, body: Json) -> Json:
        """Return what they say of a price, which orders nothing."""
        return _understood(self._rest.call("POST", "/order_batches/price", writes=False, body=body, asks=True))

    def order(self, body: Json) -> Json:
        """Return the batch that was ordered. Raises like every deed; a no may be for one that they have already."""
        answer = self._rest.call("POST", "/order_batches", writes=True, body=body)
        batch = _understood(answer)
        if not batch.get("id") or str(batch.get(OURS)) != body[OURS]:
            raise answer.request.failure("answered without our order")
        return batch

    def cancel(self, order: str) -> bool:
        """Have an order stopped; return whether it was neither too late nor gone."""
        answer = self._rest.call("POST", f"/orders/{order}/cancel", writes=True)
        if not answer.ok and _NO in answer.explained():
            return False
        _understood(answer)
        return True

    def _page(self, things: str, params: Mapping[str, str]) -> tuple[list[Json], int | None]:
        answer = self._rest.call("GET", f"/{things}", writes=False, params=params)
        said = _understood(answer)
        found, about = said.get("data"), said.get("list_meta")
        if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
            raise answer.request.failure("answered without a list")
        total = about.get("total_count") if isinstance(about, dict) else None
        return found, total if isinstance(total, int) else None


def _understood(answer: Answer) -> Json:
    if not answer.ok:
        raise Rejected(f"Goody said no{quoted(str(answer.explained().get(_NO) or ''))}.")
    return yes(answer, ours=_NO)
