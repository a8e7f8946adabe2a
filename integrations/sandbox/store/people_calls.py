"""The town's own door to its customers: new, merged, deleted, tagged, asking for their data or to be forgotten."""

from random import Random
from typing import Any

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from integrations.sandbox.books import Doc, Turn
from integrations.sandbox.post_office import KIND as LETTERS
from integrations.sandbox.store import customers_by_hand
from integrations.sandbox.store.actions import Impossible
from integrations.sandbox.store.announcing import Envelope, change_envelope
from integrations.sandbox.store.people import newcomer
from integrations.sandbox.store.shops import KIND as SHOPS
from integrations.sandbox.store.wire import iso
from integrations.sandbox.town import PRACTICE_SHOP, Town

Json = dict[str, Any]


class PeopleCalls:
    """Handlers of /town/customers/…, and of the letters that tell of them."""

    def __init__(self, town: Town) -> None:
        self._town = town

    def register(self, blueprint: Blueprint) -> None:
        """Add the routes to a blueprint."""
        for path, handler in (
            ("/town/customers", self.come),
            ("/town/customers/<int:key>/merge", self.merge),
            ("/town/customers/<int:key>/delete", self.delete),
            ("/town/customers/<int:key>/tags", self.tags),
            ("/town/customers/<int:key>/birthday", self.birthday),
            ("/town/customers/<int:key>/ask", self.ask),
            ("/town/shops/<domain>/forget", self.forget_shop),
            ("/town/envelope", self.change_envelope),
        ):
            blueprint.add_url_rule(path, view_func=handler, methods=["POST"])
        blueprint.add_url_rule("/town/letters", view_func=self.letters)

    def come(self) -> ResponseReturnValue:
        """Let somebody new come to a shop; nobody is told before they buy."""
        wish = _body("shop")
        with self._town.books.turn() as turn:
            shop = turn.get(SHOPS, wish.get("shop", PRACTICE_SHOP))
            if shop is None:
                raise Impossible("There is no such shop.")
            rng = Random(turn.count("customers"))  # noqa: S311 - the same people for the same town
            return jsonify(newcomer(turn, rng, shop, self._town.clock.now())), 201

    def merge(self, key: int) -> ResponseReturnValue:
        """Let staff merge the customer into another, who is kept."""
        wish = _body("into")
        with self._town.books.turn() as turn:
            gone, kept = _customer(turn, key), _customer(turn, int(wish.get("into", 0)))
            return jsonify(customers_by_hand.merge(self._town, turn, gone=gone, kept=kept))

    def delete(self, key: int) -> ResponseReturnValue:
        """Let staff delete the customer, which the store allows only while they have no orders."""
        with self._town.books.turn() as turn:
            customers_by_hand.delete(self._town, turn, _customer(turn, key))
        return jsonify(deleted=key)

    def tags(self, key: int) -> ResponseReturnValue:
        """Let staff put tags on the customer or take them off."""
        wish = _body("add", "remove")
        with self._town.books.turn() as turn:
            changed = customers_by_hand.retag(
                self._town, turn, _customer(turn, key), add=wish.get("add", []), remove=wish.get("remove", [])
            )
            return jsonify(changed)

    def birthday(self, key: int) -> ResponseReturnValue:
        """Let the customer write down a birthday, now or at a moment; whatever they write is kept."""
        wish = _body("value", "said_at")
        with self._town.books.turn() as turn:
            said_at = wish.get("said_at") or iso(self._town.clock.now())
            changed = customers_by_hand.say_birthday(turn, _customer(turn, key), str(wish.get("value", "")), said_at)
            return jsonify(changed)

    def ask(self, key: int) -> ResponseReturnValue:
        """Let the customer ask for a copy of their data, or to be forgotten; the store passes it on."""
        wish = _body("for", "email_only")
        if wish.get("for") not in customers_by_hand.REQUESTS:
            raise Impossible("for is copy or erasure.")
        with self._town.books.turn() as turn:
            topic = customers_by_hand.REQUESTS[wish["for"]]
            email_only = bool(wish.get("email_only"))
            customers_by_hand.ask(self._town, turn, _customer(turn, key), topic=topic, email_only=email_only)
        return jsonify(asked=topic)

    def forget_shop(self, domain: str) -> ResponseReturnValue:
        """Ask the app to forget the shop, as the store does two days after it was uninstalled."""
        with self._town.books.turn() as turn:
            shop = turn.get(SHOPS, domain)
            if shop is None:
                raise Impossible("There is no such shop.")
            customers_by_hand.forget_shop(self._town, turn, shop)
        return jsonify(asked="shop/redact")

    def change_envelope(self) -> ResponseReturnValue:
        """Change how letters are addressed and signed from now on."""
        wish = _body("unprefixed", "lower_case", "signed_with")
        with self._town.books.turn() as turn:
            try:
                return jsonify(change_envelope(turn, Envelope(**wish)))
            except (TypeError, ValueError) as fault:
                raise Impossible(str(fault)) from fault

    def letters(self) -> ResponseReturnValue:
        """Answer with the store's letters after a number, the oldest first."""
        after = request.args.get("after", 0, type=int)
        with self._town.books.turn() as turn:
            kept = sorted(turn.all(LETTERS), key=lambda each: int(each["id"]))
        return jsonify([each for each in kept if int(each["id"]) > after and each["sender"] == "store"])


def _customer(turn: Turn, key: int) -> Doc:
    customer = turn.get("customers", key)
    if customer is None:
        raise Impossible("There is no such customer.")
    return customer


def _body(*names: str) -> Json:
    body = request.get_json(silent=True) or {}
    if not isinstance(body, dict) or not set(body) <= set(names):
        raise Impossible(f"Send a JSON object with any of {', '.join(names)}.")
    return body
