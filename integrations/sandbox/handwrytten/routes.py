"""Handwrytten over HTTP: /handwrytten/v2/…, its catalogue open to everybody, and all the rest behind a key."""

from flask import Blueprint, Response, jsonify, request
from flask.typing import ResponseReturnValue

from integrations.sandbox import chronicle, late_calls
from integrations.sandbox.books import Doc, Turn
from integrations.sandbox.handwrytten import baskets, catalogue, orders, wanted
from integrations.sandbox.handwrytten.accounts import turn_away
from integrations.sandbox.handwrytten.refusals import Refused
from integrations.sandbox.mishaps import Mishaps
from integrations.sandbox.switches import Switches
from integrations.sandbox.town import Town

_API, _TOWN = "/handwrytten/v2", "/town/handwrytten"
_OPEN = ("/cards/", "/fonts/")
_OK = {"httpCode": 200, "status": "ok"}


def blueprint(town: Town) -> Blueprint:
    """Return its routes."""
    vendor, studio = Blueprint("handwrytten", __name__), Studio(town)
    vendor.before_request(studio.let_in)
    Mishaps(town, vendor="handwrytten", prefix=f"{_API}/").watch(vendor)
    studio.switches.watch(vendor)
    vendor.register_error_handler(Refused, studio.refuse)
    for path, view in (
        ("/auth/getUser", studio.user),
        ("/cards/list", studio.cards),
        ("/cards/view", studio.card),
        ("/fonts/list", studio.fonts),
        ("/orders/list", studio.list),
        ("/orders/get/<key>", studio.get),
        ("/basket/count", studio.count_basket),
    ):
        vendor.add_url_rule(f"{_API}{path}", view_func=view)
    for path, view in (
        ("/orders/singleStepOrder", studio.order),
        ("/orders/placeBasket", studio.put_in_basket),
        ("/basket/send", studio.send_basket),
    ):
        vendor.add_url_rule(f"{_API}{path}", view_func=view, methods=["POST"])
    vendor.add_url_rule(f"{_TOWN}/orders", view_func=studio.ledger)
    vendor.add_url_rule(f"{_TOWN}/orders/<key>", view_func=studio.become, methods=["POST"])
    return vendor


class Studio:
    """What can be asked there, by us and by the town."""

    def __init__(self, town: Town) -> None:
        self._town = town
        self.switches = Switches(town, vendor="handwrytten", usual=orders.USUAL)

    def let_in(self) -> None:
        """Turn away whoever has no key, and count who is at the basket; the town's own routes stand open."""
        if "basket" in request.path.casefold():
            with self._town.books.turn() as turn:
                baskets.touched(turn)
        if not request.path.startswith(f"{_API}/") or request.path.removeprefix(_API).startswith(_OPEN):
            return
        with self._town.books.turn() as turn:
            turn_away(request.headers.get("Authorization", ""), key=self.switches.now(turn)["key"])

    def refuse(self, error: Refused) -> ResponseReturnValue:
        """Say no, with 200 where the town wants it so."""
        with self._town.books.turn() as turn:
            said, status = error.answer(politely=self.switches.now(turn)["polite"])
        return jsonify(said), status

    def user(self) -> Response:
        """Answer with whose key it is."""
        with self._town.books.turn() as turn:
            now_set = self.switches.now(turn)
        mode = {"test_mode": int(now_set["test_mode"])} if now_set["tells_mode"] else {}
        return jsonify(**_OK, id=41, email="practice@lagniappe.example", credits=now_set["credits"] / 100, **mode)

    def cards(self) -> Response:
        """Answer with the whole catalogue, what is out of stock as well."""
        return jsonify(**_OK, cards=[each.as_json(dearer=self._dearer()) for each in catalogue.CARDS])

    def card(self) -> Response:
        """Answer with one card."""
        found = catalogue.card(request.args.get("card_id"))
        if found is None:
            raise Refused(400, "Card not found")
        return jsonify(**_OK, card=found.as_json(dearer=self._dearer()))

    def fonts(self) -> Response:
        """Answer with the hands in which they write."""
        return jsonify(**_OK, fonts=catalogue.fonts())

    def order(self) -> Response:
        """Take an order; a key that comes along says nothing to anybody."""
        said = wanted.read(request.get_json(silent=True))
        with self._town.books.turn() as turn:
            return jsonify(**_OK, order_id=self._taken(turn, said)["id"])

    def list(self) -> Response:
        """Answer with a page of orders, of those that are seen by now."""
        page, per_page = request.args.get("page", 1, int), request.args.get("per_page", 50, int)
        with self._town.books.turn() as turn:
            now_set = self.switches.now(turn)
            found = orders.listed(
                turn, page=page, per_page=per_page, endless=now_set["endless"], now=self._town.clock.now()
            )
        shown = [orders.as_json(each, word=now_set["word"], marked=now_set["echo"]) for each in found]
        return jsonify(**_OK, orders=shown)

    def get(self, key: str) -> Response:
        """Answer with one order."""
        with self._town.books.turn() as turn:
            return jsonify(orders.as_json(orders.find(turn, key), word=self.switches.now(turn)["word"]))

    def count_basket(self) -> Response:
        """Answer with how many cards are in the account's basket."""
        with self._town.books.turn() as turn:
            return jsonify(**_OK, count=turn.count(baskets.KIND))

    def put_in_basket(self) -> Response:
        """Put cards into the account's basket."""
        with self._town.books.turn() as turn:
            return jsonify(**_OK, count=baskets.put(turn, request.get_json(silent=True)))

    def send_basket(self) -> Response:
        """Order all that is in the account's basket, whoever put it in."""
        with self._town.books.turn() as turn:
            sent = [self._taken(turn, each["wanted"])["id"] for each in baskets.empty(turn)]
            return jsonify(**_OK, order_ids=sent)

    def ledger(self) -> Response:
        """Show the town every order, and how often anybody touched the basket."""
        with self._town.books.turn() as turn:
            return jsonify(orders=turn.all(orders.KIND), basket_calls=turn.count(baskets.CALLS))

    def become(self, key: str) -> Response:
        """Let something become of an order: {"do": "mail"}."""
        what = str((request.get_json(silent=True) or {}).get("do"))
        with self._town.books.turn() as turn:
            return jsonify(orders.become(turn, key, what))

    def _taken(self, turn: Turn, said: wanted.Order) -> Doc:
        now = late_calls.moment(self._town.clock.now())
        order = orders.place(turn, said, self.switches, now)
        name = said.get("recipient_name")
        chronicle.note(turn, now, "card.ordered", f"A handwritten card for {name}", handwrytten_order=order["id"])
        return order

    def _dearer(self) -> int:
        with self._town.books.turn() as turn:
            return orders.dearer(self.switches.now(turn))
