"""An order's arithmetic: every figure is derived from its lines and transactions, in the shop's minor units.

An order says how the buyer saw it by `rate`: so many presentment units for so many shop units, two integers.
"""

from collections.abc import Iterable

from integrations.sandbox.books import Doc

_MONEY_IN = ("SALE", "CAPTURE")
_BY_HAND = frozenset({"manual", "Bank Deposit", "Cash on Delivery (COD)"})


def presented(order: Doc, minor: int) -> int:
    """Return a shop amount in the buyer's currency, rounded half up."""
    top, bottom = order["rate"]
    return (2 * minor * int(top) + int(bottom)) // (2 * int(bottom))


def in_shop_currency(order: Doc, presentment: int) -> int:
    """Return a buyer's amount in the shop's currency, rounded half up."""
    top, bottom = order["rate"]
    return (2 * presentment * int(bottom) + int(top)) // (2 * int(top))


def unit_price(line: Doc) -> int:
    """Return what one piece costs after its discount, before tax."""
    return int(line["price"]) - int(line["discount"])


def line_total(line: Doc, quantity: int) -> int:
    """Return what so many pieces of a line cost, with the tax that came on top."""
    return quantity * (unit_price(line) + int(line["tax"]))


def total(order: Doc) -> int:
    """Return what the order costs now, after edits and returned lines."""
    goods = sum(line_total(line, line["current_quantity"]) for line in order["lines"])
    return goods + shipping_left(order)


def shipping_left(order: Doc) -> int:
    """Return what was charged for shipping and not given back."""
    return int(order.get("shipping", 0)) - sum(int(each.get("shipping", 0)) for each in order["refunds"])


def refundable_lines(order: Doc, pieces: Iterable[tuple[Doc, int]], *, shipping: bool) -> int:
    """Return what so many pieces of these lines, and the shipping, would come to: never more than is left in all."""
    asked = sum(line_total(line, quantity) for line, quantity in pieces)
    left = sum(refundable(order, each)[0] for each in payments(order))
    return int(min(asked + (shipping_left(order) if shipping else 0), left))


def by_hand(transaction: Doc) -> bool:
    """Return whether the store only keeps a record of the money, which people hand over."""
    return transaction["gateway"] in _BY_HAND


def paid(order: Doc) -> int:
    """Return what came in."""
    return sum(each["amount"] for each in payments(order))


def payments(order: Doc) -> list[Doc]:
    """Return the transactions that brought money in; a mere authorization did not."""
    return [each for each in order["transactions"] if each["kind"] in _MONEY_IN and each["status"] == "SUCCESS"]


def refunded(order: Doc) -> int:
    """Return what has gone back; pending refunds have not."""
    return sum(each["amount"] for each in order["transactions"] if _is_refund(each, "SUCCESS"))


def net_payment(order: Doc) -> int:
    """Return what came in less what went back."""
    return paid(order) - refunded(order)


def refundable(order: Doc, payment: Doc) -> tuple[int, int]:
    """Return what may still go back on one payment, as (shop, presentment); pending refunds count."""
    back = [
        each
        for each in order["transactions"]
        if each["parent_id"] == payment["id"] and _is_refund(each, "SUCCESS", "PENDING")
    ]
    return (
        payment["amount"] - sum(each["amount"] for each in back),
        payment["presentment_amount"] - sum(each["presentment_amount"] for each in back),
    )


def outstanding(order: Doc) -> int:
    """Return what the buyer still owes; a refund given without taking a line back is not owed again."""
    if order["cancelled_at"] is not None:
        return 0
    returned = sum(
        line_total(_line(order, each["line_id"]), each["quantity"])
        for refund in order["refunds"]
        for each in refund["lines"]
    )
    returned += sum(int(refund.get("shipping", 0)) for refund in order["refunds"])
    return total(order) - paid(order) + max(min(refunded(order), returned), 0)


def financial_status(order: Doc) -> str:
    """Return the payment's state in the store's words."""
    came, went = paid(order), refunded(order)
    if came and went:
        return "REFUNDED" if went >= came else "PARTIALLY_REFUNDED"
    if came or total(order) == 0:
        return "PARTIALLY_PAID" if outstanding(order) > 0 else "PAID"
    if order["cancelled_at"]:
        return "VOIDED"
    return "AUTHORIZED" if order["transactions"] else "PENDING"


def fulfillment_status(order: Doc) -> str:
    """Return the parcel's state in the store's words."""
    open_pieces = sum(max(line["current_quantity"] - line["fulfilled"], 0) for line in order["lines"])
    sent = sum(line["fulfilled"] for line in order["lines"])
    if sent:
        return "PARTIALLY_FULFILLED" if open_pieces else "FULFILLED"
    taken = any(each["status"] == "IN_PROGRESS" for each in order["fulfillment_orders"])
    return "IN_PROGRESS" if taken else "UNFULFILLED"


def editable(order: Doc) -> bool:
    """Return whether the store lets anyone edit the order."""
    ended = order["cancelled_at"] or order["closed_at"] or fulfillment_status(order) == "FULFILLED"
    return not ended and not order["test"] and not order["imported"]


def _is_refund(transaction: Doc, *statuses: str) -> bool:
    return transaction["kind"] == "REFUND" and transaction["status"] in statuses


def _line(order: Doc, line_id: int) -> Doc:
    line: Doc = next(each for each in order["lines"] if each["id"] == line_id)
    return line
