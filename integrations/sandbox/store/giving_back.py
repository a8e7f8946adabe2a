"""A refund as the books keep it, whoever gave it: the app, the merchant, or somebody last year."""

from collections.abc import Sequence

from integrations.sandbox.books import Doc, Turn
from integrations.sandbox.store import sums

KIND = "refunds"  # whose order each is of; all else stands there


def transaction(turn: Turn, payment: Doc, *, amounts: tuple[int, int], at: str, status: str = "SUCCESS") -> Doc:
    """Return a refund's transaction on one payment; amounts are (shop, presentment)."""
    return {
        "id": turn.next_id("transactions"),
        "parent_id": payment["id"],
        "kind": "REFUND",
        "status": status,
        "gateway": payment["gateway"],
        "amount": amounts[0],
        "presentment_amount": amounts[1],
        "at": at,
    }


def refund(
    turn: Turn,
    order: Doc,
    *,
    transactions: Sequence[Doc],
    lines: Sequence[Doc],
    at: str,
    note: str | None = None,
    shipping: int = 0,
) -> Doc:
    """Return a refund of these transactions, these lines, and so much for shipping; it is not on the order yet."""
    return {
        "id": turn.append(KIND, {"order_id": order["id"]}),
        "created_at": at,
        "note": note,
        "lines": list(lines),
        "shipping": shipping,
        "transactions": [each["id"] for each in transactions],
    }


def give_back(turn: Turn, order: Doc, wanted: int, at: str) -> Doc:
    """Put a refund of so much of the shop's money on the order, no goods with it, and return the refund."""
    (payment,) = sums.payments(order)
    moved = transaction(turn, payment, amounts=(wanted, sums.presented(order, wanted)), at=at)
    fresh = refund(turn, order, transactions=[moved], lines=[], at=at)
    order["transactions"].append(moved)
    order["refunds"].append(fresh)
    return fresh


def give_everything_back(turn: Turn, order: Doc, at: str) -> Doc | None:
    """Put a refund of all money and all goods on the order; None when there was no money."""
    moved = [transaction(turn, each, amounts=sums.refundable(order, each), at=at) for each in sums.payments(order)]
    moved = [each for each in moved if each["amount"] > 0]
    if not moved:
        return None
    lines = [_returned(turn, line) for line in order["lines"] if line["current_quantity"]]
    fresh = refund(turn, order, transactions=moved, lines=lines, at=at)
    order["transactions"] += moved
    order["refunds"].append(fresh)
    for line in order["lines"]:
        line["current_quantity"] = 0
    return fresh


def restock(turn: Turn, line: Doc, quantity: int) -> None:
    """Put pieces of a line back on the shelf."""
    variant = turn.get("variants", line["variant_id"]) if line["variant_id"] else None
    if variant is not None and variant["tracked"]:
        variant["stock"] += quantity
        turn.put("variants", variant["id"], variant)


def _returned(turn: Turn, line: Doc) -> Doc:
    return {
        "id": turn.next_id("refund_lines"),
        "line_id": line["id"],
        "quantity": line["current_quantity"],
        "restock_type": "CANCEL",
    }
