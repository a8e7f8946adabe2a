"""The town's own door to the store, for the page, the demo and the tests: JSON in, JSON out."""

from dataclasses import asdict
from typing import Any

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from integrations.sandbox.books import Doc, Turn
from integrations.sandbox.post_office import KIND as LETTERS
from integrations.sandbox.post_office import Letter, Weather
from integrations.sandbox.store import actions, bulk, comings, grants, payloads, sums
from integrations.sandbox.store.actions import Announcement, Impossible
from integrations.sandbox.store.announcing import News
from integrations.sandbox.store.catalogue import stock_up
from integrations.sandbox.store.drafts import KIND as DRAFTS
from integrations.sandbox.store.endpoint import Endpoint
from integrations.sandbox.store.order_book import Item, Purchase
from integrations.sandbox.store.shops import CHANGEABLE, NewShop, change_shop, open_shop
from integrations.sandbox.store.shops import KIND as SHOPS
from integrations.sandbox.store.spending import ordinal, spending
from integrations.sandbox.store.wire import minor_units, money
from integrations.sandbox.town import PRACTICE_SHOP, Town

Json = dict[str, Any]
_MOST_TIMES = 100
_OWN_AFFAIRS = frozenset({"currency", "name", "timezone"})  # what the store tells its apps about itself
_TERMS = ("shipping", "refunds_pend", "captured", "gateway")


class TownCalls:
    """Handlers of /town/…; what makes no sense is answered with 400 and a reason."""

    def __init__(self, town: Town, endpoint: Endpoint) -> None:
        self._town = town
        self._endpoint = endpoint

    def register(self, blueprint: Blueprint) -> None:
        """Add the routes to a blueprint."""
        for path, handler in (
            ("/town/orders", self.place_order),
            ("/town/orders/<int:key>/cancel", self.cancel),
            ("/town/orders/<int:key>/pay", self.pay),
            ("/town/orders/<int:key>/refund", self.refund),
            ("/town/orders/<int:key>/fulfil", self.fulfil),
            ("/town/orders/<int:key>/edit", self.edit),
            ("/town/orders/<int:key>/bank", self.bank),
            ("/town/variants/<int:key>/stock", self.stock),
            ("/town/drafts", self.delete_drafts),
            ("/town/clock", self.advance_clock),
            ("/town/exports", self.change_exports),
            ("/town/faults", self.change_faults),
            ("/town/post", self.change_weather),
            ("/town/shops/<domain>", self.change_shop),
            ("/town/shops/<domain>/uninstall", self.uninstall),
            ("/town/shops/<domain>/reinstall", self.reinstall),
            ("/town/shops/<domain>/grant", self.grant),
            ("/town/shops/<domain>/expire", self.expire),
        ):
            blueprint.add_url_rule(path, view_func=handler, methods=["POST"])
        blueprint.add_url_rule("/town/orders/<int:key>", view_func=self.order)
        blueprint.add_url_rule("/town/customers/<int:key>", view_func=self.customer)
        blueprint.add_url_rule("/town/state", view_func=self.state)
        blueprint.add_url_rule("/town/drafts", endpoint="drafts", view_func=self.drafts)
        blueprint.add_url_rule("/town/cast", view_func=self.cast)
        blueprint.register_error_handler(Impossible, _impossible)

    def place_order(self) -> ResponseReturnValue:
        """Place an order; answer with it and with its webhook, so that a person can send it by hand."""
        wish = _body(
            "customer_id", "amount", "announce", "times", "paid", "test", "shop", "variant_id", "quantity", *_TERMS
        )
        with self._town.books.turn() as turn:
            placed = actions.place_order(self._town, turn, self._purchase(turn, wish), _announcement(wish))
            customer = placed.order["customer_id"]
            answer = {
                "order_id": placed.order["id"],
                "name": placed.order["name"],
                "ordinal": None if customer is None else ordinal(turn, customer),
                "webhook": placed.letter and self._webhook(placed.letter),
            }
        return jsonify(answer), 201

    def cancel(self, key: int) -> ResponseReturnValue:
        """Cancel an order."""
        wish = _body("announce", "times")
        with self._town.books.turn() as turn:
            actions.cancel_order(self._town, turn, key, _announcement(wish))
            return jsonify(_order(turn, key))

    def pay(self, key: int) -> ResponseReturnValue:
        """Let an order be paid that was not, or a part of it (in minor units): orders/paid is not told of it."""
        wish = _body("amount", "announce", "times")
        with self._town.books.turn() as turn:
            actions.pay(self._town, turn, key, wish.get("amount"), _announcement(wish))
            return jsonify(_order(turn, key))

    def refund(self, key: int) -> ResponseReturnValue:
        """Give all the money back."""
        wish = _body("announce", "times")
        with self._town.books.turn() as turn:
            actions.refund_order(self._town, turn, key, _announcement(wish))
            return jsonify(_order(turn, key))

    def fulfil(self, key: int) -> ResponseReturnValue:
        """Let the warehouse be asked for the parcel, take it on, or (unless told otherwise) send it.

        Or let the carrier deliver it, or bring it back.
        """
        wish = _body("step", "announce", "times")
        with self._town.books.turn() as turn:
            actions.move_parcel(self._town, turn, key, wish.get("step", "send"), _announcement(wish))
            return jsonify(_order(turn, key))

    def edit(self, key: int) -> ResponseReturnValue:
        """Let staff add a piece of a variant, change tags or address, put the order away or reword its refunds.

        Or let the buyer dispute the payment.
        """
        wish = _body("variant_id", "archive", "dispute", "refund_note", "tags", "address")
        with self._town.books.turn() as turn:
            if wish.get("archive"):
                actions.archive(self._town, turn, key)
            elif "refund_note" in wish:
                actions.reword_refunds(turn, key, wish["refund_note"])
            elif {"tags", "address"} & set(wish):
                actions.staff_changes(self._town, turn, key, wish)
            elif wish.get("dispute"):
                actions.dispute(self._town, turn, key, wish["dispute"])
            else:
                actions.merchant_adds(self._town, turn, key, wish.get("variant_id", 0))
            return jsonify(_order(turn, key))

    def bank(self, key: int) -> ResponseReturnValue:
        """Let the bank decide on the refunds that are on their way: SUCCESS or FAILURE."""
        wish = _body("status", "announce", "times")
        with self._town.books.turn() as turn:
            actions.bank_decides(self._town, turn, key, wish.get("status", "SUCCESS"), _announcement(wish))
            return jsonify(_order(turn, key))

    def stock(self, key: int) -> ResponseReturnValue:
        """Let there be so many pieces of a variant."""
        wish = _body("stock")
        with self._town.books.turn() as turn:
            return jsonify(actions.set_stock(turn, key, int(wish.get("stock", 0))))

    def drafts(self) -> ResponseReturnValue:
        """Answer with how many drafts there are, by their state."""
        with self._town.books.turn() as turn:
            states = [str(state) for _, state in turn.column(DRAFTS, "status")]
        return jsonify({state: states.count(state) for state in sorted(set(states))})

    def delete_drafts(self) -> ResponseReturnValue:
        """Let a member of staff delete every draft that is open."""
        _body("delete")
        with self._town.books.turn() as turn:
            for key, state in turn.column(DRAFTS, "status"):
                if state == "OPEN":
                    turn.delete(DRAFTS, key)
        return jsonify({})

    def advance_clock(self) -> ResponseReturnValue:
        """Move the town's time ahead by days, hours and seconds."""
        wish = _body("days", "hours", "seconds")
        hours = 24 * int(wish.get("days", 0)) + int(wish.get("hours", 0))
        self._town.clock.advance(3600 * hours + int(wish.get("seconds", 0)))
        return jsonify(now=self._town.clock.now().isoformat())

    def change_exports(self) -> ResponseReturnValue:
        """Switch how the next bulk operations end."""
        wish = _body("next")
        with self._town.books.turn() as turn:
            try:
                bulk.change_fates(turn, wish.get("next", []))
            except ValueError as fault:
                raise Impossible(str(fault)) from fault
        return jsonify(wish)

    def change_faults(self) -> ResponseReturnValue:
        """Switch what goes wrong on the store's side."""
        with self._town.books.turn() as turn:
            try:
                return jsonify(self._endpoint.faults.change(turn, request.get_json()))
            except (ValueError, TypeError) as fault:
                raise Impossible(str(fault)) from fault

    def change_weather(self) -> ResponseReturnValue:
        """Switch what happens to webhooks on their way."""
        with self._town.books.turn() as turn:
            try:
                weather = Weather(**(asdict(self._town.post.weather(turn)) | request.get_json()))
            except (TypeError, ValueError) as fault:
                raise Impossible(str(fault)) from fault
            self._town.post.change_weather(turn, weather)
        return jsonify(asdict(weather))

    def change_shop(self, domain: str) -> ResponseReturnValue:
        """Open a shop that the town does not have yet, or change one: its scopes, its token, its state."""
        wish = _body(*CHANGEABLE)
        with self._town.books.turn() as turn:
            if turn.get(SHOPS, domain) is None and "token" in wish:
                stock_up(turn, open_shop(turn, NewShop(domain=domain, token=wish["token"])))
            try:
                shop = change_shop(turn, domain, wish)
            except ValueError as fault:
                raise Impossible(str(fault)) from fault
            if not _OWN_AFFAIRS.isdisjoint(wish):
                news = News(town=self._town, turn=turn, shop=shop, now=self._town.clock.now())
                news.tell("shop/update", payloads.shop_payload(shop))
            return jsonify(shop)

    def uninstall(self, domain: str) -> ResponseReturnValue:
        """Take the app out of a shop; answer with the webhook, so that it can be sent late or again."""
        wish = _body("announce", "times")
        with self._town.books.turn() as turn:
            letter = comings.uninstall(self._town, turn, domain, _announcement(wish))
            return jsonify(webhook=letter and self._webhook(letter))

    def reinstall(self, domain: str) -> ResponseReturnValue:
        """Put the app back into a shop."""
        with self._town.books.turn() as turn:
            return jsonify(comings.reinstall(turn, domain))

    def grant(self, domain: str) -> ResponseReturnValue:
        """Let the app do what the scopes say, and no more; answer with the webhook."""
        wish = _body("scopes", "announce", "times")
        with self._town.books.turn() as turn:
            letter = comings.grant(self._town, turn, domain, wish.get("scopes", ()), _announcement(wish))
            return jsonify(webhook=letter and self._webhook(letter))

    def expire(self, domain: str) -> ResponseReturnValue:
        """Let the shop's access tokens be over before their time; what renews them stays good."""
        with self._town.books.turn() as turn:
            return jsonify(ended=grants.expire(turn, domain, self._town.clock.now()))

    def order(self, key: int) -> ResponseReturnValue:
        """Answer with everything known of an order."""
        with self._town.books.turn() as turn:
            return jsonify(_order(turn, key))

    def customer(self, key: int) -> ResponseReturnValue:
        """Answer with everything known of a customer."""
        with self._town.books.turn() as turn:
            customer = turn.get("customers", key)
            if customer is None:
                raise Impossible("There is no such customer.")
            orders = sorted(turn.find("orders", "customer_id", key), key=lambda each: str(each["created_at"]))
            count, spent = spending(turn, customer)
        brief = [{"id": each["id"], "name": each["name"], "created_at": each["created_at"]} for each in orders]
        return jsonify(customer | {"orders": brief, "number_of_orders": count, "amount_spent": spent})

    def state(self) -> ResponseReturnValue:
        """Answer with counts: what there is, what was called, and where the letters are."""
        with self._town.books.turn() as turn:
            letters = {str(state): count for state, count in turn.tally(LETTERS, "state").items()}
            counts = {kind: turn.count(kind) for kind in ("shops", "customers", "orders", "variants")}
        return jsonify(
            counts
            | {
                "letters": letters,
                "calls": dict(self._endpoint.calls),
                "struck": dict(self._endpoint.struck),
                "now": self._town.clock.now().isoformat(),
            }
        )

    def cast(self) -> ResponseReturnValue:
        """Answer with the people worth knowing, by their parts."""
        with self._town.books.turn() as turn:
            return jsonify(turn.get("switches", "cast") or {})

    def _purchase(self, turn: Turn, wish: Json) -> Purchase:
        shop = turn.get(SHOPS, wish.get("shop", PRACTICE_SHOP))
        customer = turn.get("customers", wish["customer_id"]) if wish.get("customer_id") else None
        if shop is None or (customer is None and wish.get("customer_id")):
            raise Impossible("There is no such shop or customer.")
        item = Item(
            variant=_variant(turn, shop, wish.get("variant_id")),
            quantity=int(wish.get("quantity", 1)),
            price=_price(wish.get("amount"), shop["currency"]),
        )
        return Purchase(
            shop=shop,
            at=self._town.clock.now(),
            items=[item],
            customer=customer,
            paid=bool(wish.get("paid", True)),
            test=bool(wish.get("test", False)),
            shipping=_price(wish.get("shipping"), shop["currency"]) or 0,
            refunds_pend=bool(wish.get("refunds_pend", False)),
            captured=bool(wish.get("captured", True)),
            gateway=wish.get("gateway"),
        )

    def _webhook(self, letter: Letter) -> Json:
        url = self._town.post.url(letter.path) or letter.path
        return {"url": url, "headers": dict(letter.headers), "body": letter.body}


def _order(turn: Turn, key: int) -> Doc:
    order = actions.known_order(turn, key)
    return order | {
        "financial_status": sums.financial_status(order),
        "fulfillment_status": sums.fulfillment_status(order),
        "total": money(sums.total(order), order["currency"]),
        "paid": money(sums.paid(order), order["currency"]),
        "refunded": money(sums.refunded(order), order["currency"]),
        "outstanding": money(sums.outstanding(order), order["currency"]),
    }


def _variant(turn: Turn, shop: Doc, key: int | None) -> Doc:
    if key is None:
        mine = turn.find("variants", "shop", shop["domain"])
        variant = min(mine, key=lambda each: int(each["id"]), default=None)
    else:
        variant = turn.get("variants", key)
    if variant is None:
        raise Impossible("There is no such variant.")
    return variant


def _price(amount: str | None, currency: str) -> int | None:
    price = None if amount is None else minor_units(amount, currency)
    if amount is None or (price is not None and price >= 0):
        return price
    raise Impossible(f"{amount} is no amount of {currency}.")


def _announcement(wish: Json) -> Announcement:
    if wish.get("announce", "send") not in ("send", "lose"):
        raise Impossible("announce is send or lose.")
    times = wish.get("times", 1)
    if not isinstance(times, int) or not 1 <= times <= _MOST_TIMES:
        raise Impossible(f"times goes from 1 to {_MOST_TIMES}.")
    return Announcement(lose=wish.get("announce") == "lose", times=times)


def _body(*names: str) -> Json:
    body = request.get_json(silent=True) or {}
    if not isinstance(body, dict) or not set(body) <= set(names):
        raise Impossible(f"Send a JSON object with any of {', '.join(names)}.")
    return body


def _impossible(fault: Impossible) -> ResponseReturnValue:
    return jsonify(error=str(fault)), 400
