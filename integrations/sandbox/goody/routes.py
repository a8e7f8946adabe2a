"""Goody over HTTP: /goody/v1/…, behind a bearer's key."""

from collections.abc import Callable

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from integrations.sandbox.goody import calls, hooks, orders
from integrations.sandbox.goody.accounts import let_in
from integrations.sandbox.goody.refusals import Refused
from integrations.sandbox.mishaps import Mishaps
from integrations.sandbox.switches import Switches
from integrations.sandbox.town import Town

Handler = Callable[..., calls.Said]
_API = "/goody/v1"
_TOWN = "/town/goody"
CALLS: tuple[tuple[str, str, Handler], ...] = (
    ("POST", "/order_batches", calls.create_batch),
    ("GET", "/order_batches", calls.list_batches),
    ("POST", "/order_batches/price", calls.price_batch),
    ("GET", "/order_batches/<key>", calls.get_batch),
    ("GET", "/orders/<key>", calls.get_order),
    ("POST", "/orders/<key>/cancel", calls.cancel_order),
    ("GET", "/products", calls.list_products),
    ("GET", "/cards", calls.list_cards),
    ("GET", "/payment_methods", calls.list_payment_methods),
    ("GET", "/me", calls.get_me),
    ("POST", "/webhooks", calls.create_webhook),
    ("DELETE", "/webhooks/<key>", calls.delete_webhook),
)
TOWN_CALLS: tuple[tuple[str, str, Handler], ...] = (
    ("GET", "/batches", calls.ledger),
    ("POST", "/batches/<key>", calls.work_on_batch),
    ("POST", "/orders/<key>", calls.work_on),
    ("GET", "/webhooks", calls.page_for_people),
)


def blueprint(town: Town) -> Blueprint:
    """Return its routes; the practice account moves in at once."""
    with town.books.turn() as turn:
        hooks.settle_in(turn, town.settings.target)
    vendor, door = Blueprint("goody", __name__), Door(town)
    vendor.before_request(door.turn_away_strangers)
    Mishaps(town, vendor="goody", prefix="/goody/").watch(vendor)
    door.switches.watch(vendor)
    vendor.register_error_handler(Refused, _refused)
    for method, path, handler in CALLS:
        vendor.add_url_rule(f"{_API}{path}", handler.__name__, door.view(handler), methods=[method])
    for method, path, handler in TOWN_CALLS:
        vendor.add_url_rule(f"{_TOWN}{path}", handler.__name__, door.view(handler), methods=[method])
    return vendor


class Door:
    """Who may come in, and what they have come for."""

    def __init__(self, town: Town) -> None:
        self._town = town
        self.switches = Switches(town, vendor="goody", usual=orders.USUAL)

    def turn_away_strangers(self) -> None:
        """Raise Refused for whoever has no key; the town's own routes stand open."""
        if not request.path.startswith("/town/"):
            with self._town.books.turn() as turn:
                let_in(request.headers.get("Authorization", ""), key=self.switches.now(turn)["key"])

    def view(self, handler: Handler) -> Callable[..., ResponseReturnValue]:
        """Return the handler as the view of its route."""

        def answer(**places: str) -> ResponseReturnValue:
            with self._town.books.turn() as turn:
                call = calls.Call(
                    turn=turn,
                    post=self._town.post,
                    switches=self.switches,
                    now=self._town.clock.now(),
                    arguments=request.args,
                    body=request.get_json(silent=True),
                )
                said, status = handler(call, **places)
            return jsonify(said), status

        return answer


def _refused(error: Refused) -> ResponseReturnValue:
    return jsonify(error.as_json()), error.status
