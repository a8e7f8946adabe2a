"""Handwrytten's REST API: a key alone in the header, and noes of their own that come with any status, even with 200.

Their basket is never touched: an account has one, and whoever sends it sends what all others have put into it.
"""

from app.domain.errors import Empty, Rejected, Unavailable, Uncertain
from integrations.handwrytten import names
from integrations.handwrytten.names import Json
from integrations.http import Http
from integrations.patience import Patience
from integrations.refusals import quoted
from integrations.rest import Rest

SOURCE = "Handwrytten"
MOST_PAGES = 60
_ON_A_PAGE = 50
_NO = "status"  # stands in every no of their own
_PATH = "/v2"


class HandwryttenApi:
    """Calls with one account's key."""

    def __init__(self, http: Http, *, origin: str, key: str) -> None:
        let_in = {"Authorization": key}
        self._rest = Rest(http=http, source=SOURCE, base=f"{origin}{_PATH}", no=_NO, headers=let_in)

    def order(self, body: Json, *, key: str) -> Json:
        """Return the order that is placed, in one step. Raises like every deed.

        Their own client sends a key along. What comes of it, nobody says: nothing here relies on it.
        """
        answer = self._rest.call(
            "POST", "/orders/singleStepOrder", writes=True, body=body, headers={"Idempotency-Key": key}
        )
        if answer.status == 402:
            raise Empty("Handwrytten could not be paid: please see to the credits or the payment card there.")
        if answer.status == 409:
            # What it means is not written anywhere. Somebody else may be placing this very order.
            raise Uncertain(f"{SOURCE} speaks of a conflict")
        if not answer.ok:
            raise Rejected(_no(answer.explained()))
        said = answer.json_object()
        if names.is_no(said):
            raise Uncertain(f"{SOURCE} said yes and no at once", refusal=_no(said))
        placed = names.one(said)
        if not names.number(placed):
            raise answer.request.failure("answered without our order")
        return placed

    def look(self, number: str) -> Json | None:
        """Return an order, or None where there certainly is none."""
        return self._one(f"/orders/get/{number}")

    def bearing(self, mark: str) -> list[Json]:
        """Return the orders that bear our mark, to the letter; raises Unavailable where that cannot be told for sure.

        Their list is in no promised order and filters by nothing: it is read to its end, which is an empty page. A
        short one is none, for they may give fewer on a page than are asked for.
        """
        patience, found, listed, shows = Patience(), dict[str, Json](), False, False
        for page in range(1, MOST_PAGES + 1):
            patience.check(SOURCE)
            orders = self._several("/orders/list", "orders", page=str(page), per_page=str(_ON_A_PAGE))
            if not orders and listed and not shows:
                raise Unavailable(f"{SOURCE}'s list of orders does not show our mark")
            if not orders:
                return list(found.values())
            if not all(map(names.number, orders)):
                raise Unavailable(f"{SOURCE} lists orders without their numbers")
            listed, shows = True, shows or any(names.MARK in order for order in orders)
            found |= {names.number(order): order for order in orders if names.mark(order) == mark}
        raise Unavailable(f"{SOURCE} lists more orders than can be looked through")

    def card(self, number: str) -> Json | None:
        """Return a card of their catalogue, or None where there is none of that number."""
        return self._one("/cards/view", card_id=number)

    def cards(self) -> list[Json]:
        """Return their whole catalogue."""
        return self._several("/cards/list", "cards")

    def handwritings(self) -> list[Json]:
        """Return in which hands they write."""
        return self._several("/fonts/list", "fonts")

    def account(self) -> Json:
        """Return what they say of whose key it is."""
        return self._one("/auth/getUser") or {}

    def _one(self, path: str, **params: str) -> Json | None:
        answer = self._rest.call("GET", path, writes=False, params=params)
        said = answer.json() if answer.ok else answer.explained()
        # Only their own words say that it is not there; a page for people says that we are somewhere else.
        if names.is_no(said):
            return None
        if not answer.ok:
            raise Unavailable(f"{SOURCE} answered {answer.status}")
        return names.one(said)

    def _several(self, path: str, called: str, **params: str) -> list[Json]:
        answer = self._rest.call("GET", path, writes=False, params=params)
        found = names.several(answer.json(), called) if answer.ok else None
        if found is None:
            raise Unavailable(f"{SOURCE} answered without a list of {called}")
        return found


def _no(said: Json) -> str:
    return f"{SOURCE} said no{quoted(names.words(said))}."
