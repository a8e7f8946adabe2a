"""What can be asked, of Goody and by the town, one function for each."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from integrations.sandbox import chronicle
from integrations.sandbox.books import Doc, Turn
from integrations.sandbox.goody import accounts, answers, catalogue, hooks, orders, wanted
from integrations.sandbox.goody.refusals import Refused, invalid
from integrations.sandbox.post_office import PostOffice
from integrations.sandbox.switches import Switches

Said = tuple[dict[str, Any], int]
_LAG = timedelta(seconds=3)  # before a batch is in their list
_A_PAGE = 20
_TOLD = {
    "open": "order.gift_opened",
    "accept": "order.gift_accepted",
    "ship": "order.shipped",
    "deliver": "order.delivered",
    "expire": "order.canceled",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call, freed of HTTP."""

    turn: Turn
    post: PostOffice
    switches: Switches
    now: datetime
    arguments: Mapping[str, str]
    body: object

    @property
    def turned(self) -> Doc:
        return self.switches.now(self.turn)


def create_batch(call: Call) -> Said:
    """Order a gift for each of the recipients; a reference that is known is refused, whatever else is said."""
    wish = wanted.read(call.body, call.now)
    batch = orders.place(call.turn, wish, switches=call.switches, now=call.now)
    said = _batch(call, batch)
    chronicle.note(call.turn, call.now, "gift.ordered", answers.in_words(batch), goody_batch=batch["id"])
    _tell_of_batch(call, batch)
    return said, 201


def price_batch(call: Call) -> Said:
    """Say what a batch would cost; of whom it is told names nothing is kept."""
    count, lines = wanted.priced(call.body)
    cost = orders.price(lines, call.turned)
    return answers.priced(cost, count, as_in_examples=call.turned["examples_names"]), 200


def list_batches(call: Call) -> Said:
    """Answer with a page of the batches, in no order, and the newest not at once."""
    shown = [each for each in call.turn.all(orders.BATCHES) if call.now - _made_at(each) >= _LAG]
    shown.sort(key=lambda each: str(each["id"]))
    return _page(call, [_batch(call, each) for each in shown])


def get_batch(call: Call, key: str) -> Said:
    """Answer with a batch."""
    return _batch(call, _kept(call, orders.BATCHES, key, "Order batch not found")), 200


def get_order(call: Call, key: str) -> Said:
    """Answer with an order."""
    return _order(call, _kept(call, orders.KIND, key, "Order not found"), alone=True), 200


def cancel_order(call: Call, key: str) -> Said:
    """Stop an order that nobody has taken up."""
    order = _kept(call, orders.KIND, key, "Order not found")
    orders.cancel(call.turn, order, call.switches)
    hooks.tell(call.turn, call.post, "order.canceled", _order(call, order), call.now)
    return _order(call, {**order, "status": "canceled"}), 200


def list_products(call: Call) -> Said:
    """Answer with a page of what can be had."""
    return _page(call, [each.as_json() for each in catalogue.PRODUCTS])


def list_cards(call: Call) -> Said:
    """Answer with a page of the cards."""
    return _page(call, catalogue.cards())


def list_payment_methods(call: Call) -> Said:
    """Answer with what can be paid with."""
    return _page(call, accounts.payment_methods(call.turned["balance"]))


def get_me(_call: Call) -> Said:
    """Answer with whose key it is."""
    return {"email": "robin@practice.example", "public_app_id": None}, 200


def create_webhook(call: Call) -> Said:
    """Make a webhook; its secret is on a page for people."""
    said = call.body if isinstance(call.body, dict) else {}
    if set(said) - {"url", "events"}:
        raise invalid("Found unpermitted parameter")
    return {"id": hooks.register(call.turn, said.get("url"), said.get("events"))["id"]}, 201


def delete_webhook(call: Call, key: str) -> Said:
    """Take a webhook away."""
    call.turn.delete(hooks.KIND, _kept(call, hooks.KIND, key, "Webhook not found")["id"])
    return {}, 204


def ledger(call: Call) -> Said:
    """Show the town every batch with its orders, amounts in cents."""
    batches = [{**each, "orders": orders.of_batch(call.turn, each)} for each in call.turn.all(orders.BATCHES)]
    return {"batches": sorted(batches, key=_made_at)}, 200


def page_for_people(call: Call) -> Said:
    """Show the town what the account's own page shows: its webhooks, with what signs their calls."""
    return {"webhooks": call.turn.all(hooks.KIND)}, 200


def work_on_batch(call: Call, key: str) -> Said:
    """Let a batch be sent that waits, or come to nothing: {"do": "send"}, or fail."""
    batch, deed = _kept(call, orders.BATCHES, key, "There is no such batch."), _deed(call)
    if deed == "send":
        orders.send(call.turn, batch, call.now)
        _tell_of_batch(call, batch)
    else:
        call.turn.put(orders.BATCHES, batch["id"], {**batch, "status": "failed"})
    return {**batch, "orders": orders.of_batch(call.turn, batch)}, 200


def work_on(call: Call, key: str) -> Said:
    """Let something become of an order: {"do": "accept"}, or one of the others."""
    order, deed = _kept(call, orders.KIND, key, "There is no such order."), _deed(call)
    if deed == "mail":
        orders.notify(call.turn, order, call.now)
    else:
        orders.work_on(call.turn, order, deed, call.switches, call.now)
    if deed in _TOLD:
        hooks.tell(call.turn, call.post, _TOLD[deed], _order(call, order), call.now)
    return order, 200


def _tell_of_batch(call: Call, batch: Doc) -> None:
    """Tell that a batch is there, and of its orders, whose e-mails leave."""
    hooks.tell(call.turn, call.post, "order_batch.created", _batch(call, batch), call.now)
    for order in orders.of_batch(call.turn, batch):
        hooks.tell(call.turn, call.post, "order.created", _order(call, order), call.now)
        if batch["method"] == wanted.BY_EMAIL and not call.turned["slow_mail"]:
            orders.notify(call.turn, order, call.now)


def _page(call: Call, things: list[dict[str, Any]]) -> Said:
    number, size = int(call.arguments.get("page", 1)), int(call.arguments.get("per_page", _A_PAGE))
    if number < 1:
        raise invalid("Page must be greater than 0")
    return answers.page(things, number, min(size, call.turned["most_per_page"])), 200


def _batch(call: Call, batch: Doc) -> dict[str, Any]:
    return answers.batch(batch, orders.of_batch(call.turn, batch), word=call.turned["word"])


def _order(call: Call, order: Doc, *, alone: bool = False) -> dict[str, Any]:
    of = call.turn.get(orders.BATCHES, order["batch"]) or {}
    return answers.order(order, of, word=call.turned["word"], alone=alone)


def _kept(call: Call, kind: str, key: str, otherwise: str) -> Doc:
    found = call.turn.get(kind, key)
    if found is None:
        raise Refused(404, otherwise)
    return found


def _deed(call: Call) -> str:
    return str(call.body.get("do")) if isinstance(call.body, dict) else ""


def _made_at(batch: Doc) -> datetime:
    return datetime.fromisoformat(batch["created_at"])
