"""The florist's counter over HTTP: /florist/api/rest/flowershop/…, and a look into the ledger."""

from flask import Blueprint, Response, jsonify, request
from flask.typing import ResponseReturnValue

from integrations.sandbox import chronicle
from integrations.sandbox.florist import answers, orders
from integrations.sandbox.florist.accounts import Account, account_of
from integrations.sandbox.florist.delivery import bookable, check_postcode, delivers, read_day
from integrations.sandbox.florist.fields import listed
from integrations.sandbox.florist.refusals import Refused
from integrations.sandbox.florist.totals import cents, raise_charge, surcharge, total_of
from integrations.sandbox.mishaps import Mishaps
from integrations.sandbox.town import Town

_SHOP = "/florist/api/rest/flowershop"
_FORBIDDEN = "<html><head><title>403 - Forbidden</title></head><body><h1>Access denied.</h1></body></html>"


def blueprint(town: Town) -> Blueprint:
    """Return the florist's routes."""
    florist, counter = Blueprint("florist", __name__), Counter(town)
    florist.before_request(_turn_away_strangers)
    Mishaps(town, vendor="florist", prefix=_SHOP).watch(florist)
    florist.register_error_handler(Refused, _refused)
    florist.add_url_rule(f"{_SHOP}/getproducts", view_func=counter.getproducts)
    florist.add_url_rule(f"{_SHOP}/checkdeliverydate", view_func=counter.checkdeliverydate)
    florist.add_url_rule(f"{_SHOP}/gettotal", view_func=counter.gettotal)
    florist.add_url_rule(f"{_SHOP}/placeorder", view_func=counter.placeorder, methods=["POST"])
    florist.add_url_rule(f"{_SHOP}/getorderinfo", view_func=counter.getorderinfo)
    florist.add_url_rule("/town/florist/orders", view_func=counter.ledger)
    florist.add_url_rule("/town/florist/surcharge", view_func=counter.raise_charge, methods=["POST"])
    return florist


class Counter:
    """What can be asked at the florist's counter."""

    def __init__(self, town: Town) -> None:
        self._town = town

    def getproducts(self) -> Response:
        """Answer with what is sold: one code, or a page of a category."""
        return jsonify(answers.products(request.args))

    def checkdeliverydate(self) -> Response:
        """Answer with all days on which we deliver, or whether we do on one."""
        check_postcode(request.args.get("zipcode", ""))
        now = self._town.clock.now()
        if "date" in request.args:
            return jsonify(DATE_AVAILABLE=delivers(read_day(request.args["date"]), now))
        return jsonify(DATES=[day.isoformat() for day in bookable(now)])

    def gettotal(self) -> Response:
        """Answer with what the products would come to, delivered."""
        products = listed(request.args.get("products", "[]"))
        with self._town.books.turn() as turn:
            return jsonify(total_of(products, surcharge(turn)).as_json())

    def placeorder(self) -> Response:
        """Take an order. The same order again is another order."""
        wanted, now = orders.read(request.form), self._town.clock.now()
        with self._town.books.turn() as turn:
            placed = orders.place(turn, wanted, account=_caller(), now=now)
            chronicle.note(turn, now, "flowers.placed", answers.in_words(placed), florist_order=placed["id"])
        return jsonify(ORDERNO=placed["id"], ORDERTOTAL=answers.number(placed["total"]))

    def getorderinfo(self) -> Response:
        """Answer with what was ordered; what became of it is not known here."""
        with self._town.books.turn() as turn:
            return jsonify(answers.order_info(orders.order(turn, request.args.get("orderno", ""), _caller())))

    def ledger(self) -> Response:
        """Show the town every order that was placed, amounts in cents."""
        with self._town.books.turn() as turn:
            return jsonify(orders=orders.orders(turn))

    def raise_charge(self) -> Response:
        """Let the service charge rise after what was quoted: {"amount": "0.01"}."""
        amount = str((request.get_json(silent=True) or {}).get("amount", "0"))
        with self._town.books.turn() as turn:
            raise_charge(turn, cents(amount))
        return jsonify(amount=amount)


def _turn_away_strangers() -> ResponseReturnValue | None:
    if request.path.startswith(_SHOP) and _account() is None:
        return Response(_FORBIDDEN, 403, mimetype="text/html")
    return None


def _account() -> Account | None:
    login = request.authorization
    if login is None or login.type != "basic":
        return None
    return account_of(login.username or "", login.password or "")


def _caller() -> Account:
    account = _account()
    if account is None:
        raise Refused("access denied")
    return account


def _refused(error: Refused) -> ResponseReturnValue:
    return jsonify(errors=error.errors), error.status
