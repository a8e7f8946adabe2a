"""What can be asked, of Tremendous and by the town, one function for each."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from integrations.sandbox import chronicle
from integrations.sandbox.books import Doc, Turn
from integrations.sandbox.post_office import PostOffice
from integrations.sandbox.switches import Switches
from integrations.sandbox.tremendous import answers, catalogue, hooks, orders, wanted
from integrations.sandbox.tremendous.accounts import Account
from integrations.sandbox.tremendous.refusals import Refused

Said = tuple[dict[str, Any], int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call, freed of HTTP."""

    turn: Turn
    post: PostOffice
    switches: Switches
    now: datetime
    account: Account
    arguments: Mapping[str, str]
    body: object


def create_order(call: Call) -> Said:
    """Order an e-gift; the same external id again is the same order, whatever else is said."""
    wish = wanted.read(call.body, call.now)
    known = orders.by_external_id(call.turn, call.account, wish.external_id)
    if known is not None:
        return {"order": _shown(call, known)}, 201
    placed = orders.place(call.turn, wish, account=call.account, switches=call.switches, now=call.now)
    said = answers.order(placed, word=call.switches.now(call.turn)["word"], fresh=True)
    hooks.tell(call.turn, call.post, placed, "ORDERS.CREATED", call.now)
    chronicle.note(call.turn, call.now, "egift.ordered", answers.in_words(placed), tremendous_order=placed["id"])
    if placed["delivery"] == "PENDING" and not call.switches.now(call.turn)["slow_mail"]:
        _mail(call, placed)
    return {"order": said}, 200


def list_orders(call: Call) -> Said:
    """Answer with the account's orders, newest first, or the one with an external id."""
    found = [order for order in call.turn.all(orders.KIND) if order["host"] == call.account.host]
    if "external_id" in call.arguments:
        found = [order for order in found if order["external_id"] == call.arguments["external_id"]]
    start, count = int(call.arguments.get("offset", 0)), int(call.arguments.get("limit", 10))
    page = found[::-1][start : start + count]
    return {"orders": [_shown(call, order) for order in page], "total_count": len(found)}, 200


def get_order(call: Call, key: str) -> Said:
    """Answer with an order, by its own id or the external one."""
    order = call.turn.get(orders.KIND, key) or orders.by_external_id(call.turn, call.account, key)
    return {"order": _shown(call, _own(call, order))}, 200


def get_reward(call: Call, key: str) -> Said:
    """Answer with a reward."""
    return {"reward": answers.reward(_of_reward(call, key))}, 200


def cancel_reward(call: Call, key: str) -> Said:
    """Take a reward back that was not redeemed."""
    order = _of_reward(call, key)
    orders.cancel(call.turn, order, call.switches)
    hooks.tell(call.turn, call.post, order, "REWARDS.CANCELED", call.now)
    return {"reward": answers.reward(order)}, 200


def list_products(call: Call) -> Said:
    """Answer with everything that can be had, in one long list."""
    country, currency = call.arguments.get("country", ""), call.arguments.get("currency", "")
    return {"products": catalogue.listed(country, currency)}, 200


def get_product(_call: Call, key: str) -> Said:
    """Answer with one of them."""
    found = catalogue.product(key)
    if found is None:
        raise Refused(404, "The resource was not found.")
    return {"product": found.as_json()}, 200


def list_funding_sources(call: Call) -> Said:
    """Answer with what can be paid from."""
    return answers.funding_sources(call.switches.now(call.turn)["balance"]), 200


def list_webhooks(call: Call) -> Said:
    """Answer with the organisation's webhooks."""
    return {"webhooks": [_webhook(each) for each in hooks.registered(call.turn, call.account)]}, 200


def create_webhook(call: Call) -> Said:
    """Make the organisation's one webhook."""
    said = call.body if isinstance(call.body, dict) else {}
    if set(said) - {"url"}:
        raise Refused(422, "There are names that are not known.")
    return {"webhook": _webhook(hooks.register(call.turn, call.account, said.get("url")))}, 200


def delete_webhook(call: Call, key: str) -> Said:
    """Take a webhook away."""
    call.turn.delete(hooks.KIND, hooks.find(call.turn, call.account, key)["id"])
    return {}, 204


def simulate_webhook(call: Call, key: str) -> Said:
    """Let a webhook be called of something that never happened."""
    said = call.body if isinstance(call.body, dict) else {}
    hooks.simulate(call.turn, call.post, hooks.find(call.turn, call.account, key), str(said.get("event")), call.now)
    return {}, 200


def ledger(call: Call) -> Said:
    """Show the town every order, amounts in smallest units."""
    return {"orders": [answers.in_the_ledger(order) for order in call.turn.all(orders.KIND)]}, 200


def work_on(call: Call, key: str) -> Said:
    """Let something become of an order: {"do": "approve"}, or reject, fail, redeem, mail, bounce."""
    order = call.turn.get(orders.KIND, key)
    said = call.body if isinstance(call.body, dict) else {}
    if order is None:
        raise Refused(404, "There is no such order.")
    deed = str(said.get("do"))
    if deed in {"mail", "bounce"}:
        _mail(call, order, bounced=deed == "bounce")
        return answers.in_the_ledger(order), 200
    orders.work_on(call.turn, order, deed, call.switches)
    events = {"approve": "ORDERS.APPROVED", "reject": "ORDERS.CANCELED", "fail": "ORDERS.FAILED"}
    if deed in events:
        hooks.tell(call.turn, call.post, order, events[deed], call.now)
    return answers.in_the_ledger(order), 200


def _mail(call: Call, order: Doc, *, bounced: bool = False) -> None:
    became = orders.mail(call.turn, order, bounced=bounced)
    hooks.tell(call.turn, call.post, order, f"REWARDS.DELIVERY.{became}", call.now)


def _shown(call: Call, order: Doc) -> dict[str, Any]:
    return answers.order(order, word=call.switches.now(call.turn)["word"])


def _own(call: Call, order: Doc | None) -> Doc:
    if order is None or order["host"] != call.account.host:
        raise Refused(404, "The resource was not found.")
    return order


def _of_reward(call: Call, key: str) -> Doc:
    return _own(call, next(iter(call.turn.find(orders.KIND, "reward", key)), None))


def _webhook(kept: Doc) -> dict[str, Any]:
    return {name: kept[name] for name in ("id", "url", "private_key")}
