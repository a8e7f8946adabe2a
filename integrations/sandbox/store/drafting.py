"""The steps of an order edit, each checked as the store checks it; nothing here changes the order itself."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from integrations.sandbox.books import Doc
from integrations.sandbox.store import sums
from integrations.sandbox.store.call import Argument, Call, Refused
from integrations.sandbox.store.wire import iso, key_of, minor_units, moment

KIND = "edit_sessions"
_LIFETIME = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """An open session and the order that it is about."""

    session: Doc
    order: Doc


def begin(call: Call, global_id: str) -> Draft:
    """Open a session; raise Refused for an order that nobody may edit."""
    order = call.order(key_of(global_id, "Order"))
    if order is None:
        raise Refused("The order does not exist.", "id")
    if not sums.editable(order):
        raise Refused("The order cannot be edited.", "id")
    session = {
        "shop": call.shop["domain"],
        "order_id": order["id"],
        "revision": order["revision"],
        "begun_at": iso(call.now),
        "committed_at": None,
        "quantities": {},
        "additions": [],
        "restock": False,
    }
    session["id"] = call.turn.append(KIND, session)
    return Draft(session=session, order=order)


def resume(call: Call, global_id: str) -> Draft:
    """Return an open session; raise Refused when it is unknown, committed or more than an hour old."""
    session = call.owned(KIND, key_of(global_id, "CalculatedOrder", "OrderEditSession"))
    if session is None or session["committed_at"] is not None:
        raise Refused("The calculated order does not exist.", "id")
    if call.now - moment(session["begun_at"]) > _LIFETIME:
        raise Refused("The edit session has expired.", "id")
    order = call.order(str(session["order_id"]))
    if order is None:
        raise Refused("The order does not exist.", "id")
    return Draft(session=session, order=order)


def check_committable(draft: Draft) -> None:
    """Raise Refused when the order is no longer the one that the session began with."""
    if not sums.editable(draft.order):
        raise Refused("The order cannot be edited.", "id")
    if draft.order["revision"] != draft.session["revision"]:
        raise Refused("The order has been changed since this edit began.", "id")
    if not draft.session["additions"] and not draft.session["quantities"]:
        raise Refused("There is nothing to commit.", "id")


def add(call: Call, draft: Draft, arguments: Mapping[str, Argument]) -> None:
    """Add a variant at its full price. The stock is not asked: the store sells what it does not have."""
    key = key_of(arguments["variantId"], "ProductVariant")
    if call.owned("variants", key) is None:
        raise Refused("The variant does not exist.", "variantId")
    if arguments["quantity"] < 1:
        raise Refused("The quantity must be greater than 0.", "quantity")
    present = {line["variant_id"] for line in draft.order["lines"]}
    if int(key) in present and not arguments["allowDuplicates"]:
        raise Refused("The variant is on the order already.", "variantId")
    addition = {
        "key": str(uuid.uuid4()),
        "line_id": call.turn.next_id("lines"),
        "variant_id": int(key),
        "quantity": arguments["quantity"],
        "percent": None,
        "fixed": None,
    }
    draft.session["additions"].append(addition)


def discount(draft: Draft, global_id: str, wish: Mapping[str, Argument]) -> None:
    """Give a discount on a line that this session added, once."""
    key = key_of(global_id, "CalculatedLineItem")
    addition = next((each for each in draft.session["additions"] if each["key"] == key), None)
    if addition is None:
        raise Refused("Only lines added by this edit can be discounted.", "lineItemId")
    if addition["percent"] is not None or addition["fixed"] is not None:
        raise Refused("The line has a discount already.", "lineItemId")
    percent, fixed = wish.get("percentValue"), wish.get("fixedValue")
    if (percent is None) == (fixed is None):
        raise Refused("Give either a percentage or a fixed value.", "discount")
    if percent is not None:
        addition["percent"] = _percent(percent)
    if fixed is not None:
        addition["fixed"] = _fixed(draft.order, fixed)


def set_quantity(draft: Draft, arguments: Mapping[str, Argument]) -> None:
    """Set how many pieces of a line there shall be; those already sent cannot be taken off."""
    key, quantity = key_of(arguments["lineItemId"], "CalculatedLineItem"), arguments["quantity"]
    if quantity < 0:
        raise Refused("The quantity must not be negative.", "quantity")
    for addition in draft.session["additions"]:
        if addition["key"] == key:
            addition["quantity"] = quantity
            return
    line = next((each for each in draft.order["lines"] if str(each["id"]) == key), None)
    if line is None:
        raise Refused("The line does not exist.", "lineItemId")
    if quantity < line["fulfilled"]:
        raise Refused("Pieces that were fulfilled cannot be removed.", "quantity")
    draft.session["quantities"][key] = quantity
    draft.session["restock"] = bool(arguments.get("restock"))


def _percent(percent: float) -> str:
    if not 0 < percent <= 100:
        raise Refused("The percentage must be above 0 and up to 100.", "discount", "percentValue")
    return str(percent)


def _fixed(order: Doc, value: Mapping[str, str]) -> int:
    minor = minor_units(value["amount"], order["currency"])
    if minor is None or minor <= 0 or value["currencyCode"] != order["currency"]:
        raise Refused("The value must be positive and in the shop's currency.", "discount", "fixedValue")
    return minor
