"""Tremendous over HTTP: /tremendous/<host>/api/v2/…, behind a bearer's key; the sandbox's host is testflight."""

import json
from collections.abc import Callable
from decimal import Decimal

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from integrations.sandbox.books import Turn
from integrations.sandbox.mishaps import Mishaps
from integrations.sandbox.switches import Switches
from integrations.sandbox.town import Town
from integrations.sandbox.tremendous import calls, hooks, orders
from integrations.sandbox.tremendous.accounts import Account, account_of
from integrations.sandbox.tremendous.refusals import Refused

Handler = Callable[..., calls.Said]
_API = "/tremendous/<host>/api/v2"
_TOWN = "/town/tremendous"
CALLS: tuple[tuple[str, str, Handler], ...] = (
    ("POST", "/orders", calls.create_order),
    ("GET", "/orders", calls.list_orders),
    ("GET", "/orders/<key>", calls.get_order),
    ("GET", "/rewards/<key>", calls.get_reward),
    ("POST", "/rewards/<key>/cancel", calls.cancel_reward),
    ("GET", "/products", calls.list_products),
    ("GET", "/products/<key>", calls.get_product),
    ("GET", "/funding_sources", calls.list_funding_sources),
    ("GET", "/webhooks", calls.list_webhooks),
    ("POST", "/webhooks", calls.create_webhook),
    ("DELETE", "/webhooks/<key>", calls.delete_webhook),
    ("POST", "/webhooks/<key>/simulate", calls.simulate_webhook),
)
TOWN_CALLS: tuple[tuple[str, str, Handler], ...] = (
    ("GET", "/orders", calls.ledger),
    ("POST", "/orders/<key>", calls.work_on),
)


def blueprint(town: Town) -> Blueprint:
    """Return its routes; the practice organisation moves in at once."""
    with town.books.turn() as turn:
        hooks.settle_in(turn, town.settings.target)
    vendor, door = Blueprint("tremendous", __name__), Door(town)
    vendor.before_request(door.turn_away_strangers)
    Mishaps(town, vendor="tremendous", prefix="/tremendous/").watch(vendor)
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
        self.switches = Switches(town, vendor="tremendous", usual=orders.USUAL)

    def turn_away_strangers(self) -> None:
        """Raise Refused for whoever has no key to this host; the town's own routes stand open."""
        if not request.path.startswith("/town/"):
            with self._town.books.turn() as turn:
                self._account(turn)

    def view(self, handler: Handler) -> Callable[..., ResponseReturnValue]:
        """Return the handler as the view of its route."""

        def answer(*, host: str = "", **places: str) -> ResponseReturnValue:
            with self._town.books.turn() as turn:
                said, status = handler(self._call(turn, host), **places)
            return jsonify(said), status

        return answer

    def _call(self, turn: Turn, host: str) -> calls.Call:
        return calls.Call(
            turn=turn,
            post=self._town.post,
            switches=self.switches,
            now=self._town.clock.now(),
            account=self._account(turn) if host else Account(host="testflight"),
            arguments=request.args,
            body=_body(),
        )

    def _account(self, turn: Turn) -> Account:
        host = str((request.view_args or {}).get("host", ""))
        return account_of(host, request.headers.get("Authorization", ""), key=self.switches.now(turn)["key"])


def _body() -> object:
    if not request.get_data():
        return None
    try:
        return json.loads(request.get_data(), parse_float=Decimal)
    except ValueError:
        raise Refused(400, "The body is not JSON.") from None


def _refused(error: Refused) -> ResponseReturnValue:
    return jsonify(error.as_json()), error.status
