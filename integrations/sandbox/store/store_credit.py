"""Store credit: whether the merchant gives it, and a refund that becomes some."""

from collections.abc import Mapping

from integrations.sandbox.books import Doc
from integrations.sandbox.store import giving_back, sums
from integrations.sandbox.store.access import demand
from integrations.sandbox.store.call import Argument, Call, Info, Refused, View
from integrations.sandbox.store.wire import iso, minor_units, moment

_SCOPE = "write_store_credit_account_transactions"
_GATEWAY = "shopify_store_credit"


def store_credit_configuration(_root: object, info: Info) -> View:
    """Answer whether customers can have store credit."""
    return {"storeCreditEnabled": offered(info.context.shop)}


def offered(shop: Doc) -> bool:
    """Return whether the merchant has switched store credit on."""
    return bool(shop.get("store_credit", True))


def give(call: Call, order: Doc, wish: Mapping[str, Argument]) -> list[Doc]:
    """Put what is refunded as credit on the customer's account; return the transactions that say so."""
    methods = wish.get("refundMethods") or ()
    if not methods:
        return []
    demand(call, _SCOPE, "refundCreate")
    customer = call.owned("customers", str(order["customer_id"] or ""))
    if not offered(call.shop) or customer is None:
        raise Refused("Store credit cannot be issued for this order.", "refundMethods")
    amount = sum(_amount(call, order, each["storeCreditRefund"]) for each in methods)
    moved = _transactions(call, order, amount)
    credit = customer.setdefault("credit", {})
    credit[order["presentment_currency"]] = credit.get(order["presentment_currency"], 0) + amount
    call.turn.put("customers", customer["id"], customer)
    order["transactions"] += moved
    return moved


def _amount(call: Call, order: Doc, wish: Mapping[str, Argument]) -> int:
    amount = minor_units(wish["amount"]["amount"], order["presentment_currency"])
    if wish["amount"]["currencyCode"] != order["presentment_currency"]:
        raise Refused(f"Store credit must be in {order['presentment_currency']}.", "refundMethods")
    if wish.get("expiresAt") and moment(wish["expiresAt"]) <= call.now:
        raise Refused("The expiration date is in the past.", "refundMethods")
    if amount is None or amount <= 0:
        raise Refused("The amount must be a positive sum of money.", "refundMethods")
    return amount


def _transactions(call: Call, order: Doc, amount: int) -> list[Doc]:
    """Take the amount off what can still go back, payment by payment."""
    moved: list[Doc] = []
    for payment in sums.payments(order):
        in_shop, left = sums.refundable(order, payment)
        part = min(left, amount)
        if part > 0:
            amount -= part
            amounts = (in_shop if part == left else sums.in_shop_currency(order, part), part)
            given = giving_back.transaction(call.turn, payment, amounts=amounts, at=iso(call.now))
            moved.append(given | {"gateway": _GATEWAY})
    if amount > 0:
        raise Refused("Refund amount cannot be greater than the refundable amount.", "refundMethods")
    return moved
