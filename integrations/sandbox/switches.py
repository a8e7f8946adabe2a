"""What the town can turn at one vendor, beside letting its calls go wrong: a balance, a price, a word nobody knows."""

from collections.abc import Mapping

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from integrations.sandbox.books import Doc, Turn
from integrations.sandbox.town import Town


class Switches:
    """The switches of one vendor, turned by POST /town/<vendor>/switch; they outlive the town's process."""

    def __init__(self, town: Town, *, vendor: str, usual: Mapping[str, object]) -> None:
        self._books = town.books
        self._vendor = vendor
        self._usual = usual

    def watch(self, blueprint: Blueprint) -> None:
        """Add the route that turns them: what is left out stays, and null is as it usually is."""
        path = f"/town/{self._vendor}/switch"
        blueprint.add_url_rule(path, endpoint="switch", view_func=self._turn, methods=["POST"])

    def now(self, turn: Turn) -> Doc:
        """Return how they stand."""
        return {**self._usual, **(turn.get("switches", self._vendor) or {})}

    def set(self, turn: Turn, **values: object) -> None:
        """Turn some of them."""
        turn.put("switches", self._vendor, {**(turn.get("switches", self._vendor) or {}), **values})

    def _turn(self) -> ResponseReturnValue:
        wish = request.get_json(silent=True)
        if not isinstance(wish, dict) or not set(wish) <= set(self._usual):
            return jsonify(error=f"Send an object with some of {', '.join(self._usual)}."), 400
        with self._books.turn() as turn:
            self.set(turn, **{name: self._usual[name] if value is None else value for name, value in wish.items()})
            return jsonify(self.now(turn))
