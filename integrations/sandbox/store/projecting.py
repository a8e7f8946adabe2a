"""What an order would be like after an edit: the edit's steps applied to a copy of it."""

import copy
from decimal import ROUND_HALF_UP, Decimal

from integrations.sandbox.books import Doc, Turn

_BASIS_POINTS = 10_000


def projected(turn: Turn, shop: Doc, order: Doc, session: Doc) -> Doc:
    """Return a copy of the order with the session's lines and quantities."""
    after = copy.deepcopy(order)
    for line in after["lines"]:
        wanted = session["quantities"].get(str(line["id"]))
        if wanted is not None:
            line["current_quantity"] = wanted
    after["lines"] += [_line(turn, shop, addition) for addition in session["additions"]]
    return after


def changes(order: Doc, session: Doc) -> list[tuple[int, int]]:
    """Return (line id, change in quantity) for every line that the session changes."""
    was = {line["id"]: line["current_quantity"] for line in order["lines"]}
    moved = [(int(key), wanted - was[int(key)]) for key, wanted in session["quantities"].items()]
    added = [(addition["line_id"], addition["quantity"]) for addition in session["additions"]]
    return [(key, delta) for key, delta in moved + added if delta != 0]


def discount_of(addition: Doc, price: int) -> int:
    """Return the discount on one piece in minor units; a percentage is rounded half up."""
    if addition["percent"] is None:
        return min(int(addition["fixed"] or 0), price)
    exact = Decimal(price) * Decimal(addition["percent"]) / 100
    return int(exact.to_integral_value(ROUND_HALF_UP))


def _line(turn: Turn, shop: Doc, addition: Doc) -> Doc:
    variant = turn.get("variants", addition["variant_id"])
    if variant is None:
        raise LookupError(f"Variant {addition['variant_id']} is gone.")
    discount = discount_of(addition, variant["price"])
    return {
        "id": addition["line_id"],
        "variant_id": variant["id"],
        "product_id": variant["product_id"],
        "title": variant["name"],
        "sku": variant["sku"],
        "quantity": addition["quantity"],
        "current_quantity": addition["quantity"],
        "price": variant["price"],
        "discount": discount,
        "tax": _tax(shop, variant, variant["price"] - discount),
        "taxable": variant["taxable"],
        "requires_shipping": True,
        "gift_card": False,
        "selling_plan": None,
        "fulfilled": 0,
    }


def _tax(shop: Doc, variant: Doc, price: int) -> int:
    # Some places tax a present by its full price: the buyer would owe a little for what is free.
    base = variant["price"] if variant["taxed_in_full"] else price
    return round(base * shop["tax_basis_points"] / _BASIS_POINTS) if variant["taxable"] else 0
