"""The opening scene: two customers order, so that whoever has just come to town sees what their orders bring about."""

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from integrations.sandbox.books import Turn
from integrations.sandbox.store import actions
from integrations.sandbox.store.order_book import Item, Purchase
from integrations.sandbox.store.shops import KIND as SHOPS
from integrations.sandbox.town import PRACTICE_SHOP, Town

# Who comes in, and what they spend: the last of each kind, so that the first ones are left to play with.
_SCENE = (("fourth_order_customers", 45_00), ("almost_average_customers", 80_00))


def blueprint(town: Town) -> Blueprint:
    """Return POST /town/opening, which plays the scene once in the life of the town."""
    routes = Blueprint("opening", __name__)

    @routes.post("/town/opening")
    def play() -> ResponseReturnValue:
        with town.books.turn() as turn:
            cast = turn.get("switches", "cast") or {}
            played = bool(turn.get("switches", "opening")) or not cast
            if not played:
                turn.put("switches", "opening", {"played": True})
                for part, amount in _SCENE:
                    _buy(town, turn, cast[part][-1], amount)
        return jsonify(played=not played), 201

    return routes


def _buy(town: Town, turn: Turn, customer_id: int, amount: int) -> None:
    shop, customer = turn.get(SHOPS, PRACTICE_SHOP), turn.get("customers", customer_id)
    variant = min(turn.find("variants", "shop", PRACTICE_SHOP), key=lambda each: int(each["id"]))
    if shop is None or customer is None:
        raise LookupError("the cast has left the town")
    item = Item(variant=variant, price=amount)
    actions.place_order(town, turn, Purchase(shop=shop, at=town.clock.now(), items=[item], customer=customer))
