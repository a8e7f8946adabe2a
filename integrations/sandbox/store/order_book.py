"""How an order comes into the books, whether somebody buys now or bought last year."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from integrations.sandbox.books import Doc, Turn
from integrations.sandbox.store.shops import KIND as SHOPS
from integrations.sandbox.store.wire import iso

_ONLINE_STORE = 580_111  # the sales channel's app


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """So many pieces of one variant, at a price in minor units; None is the variant's own price."""

    variant: Doc
    quantity: int = 1
    price: int | None = None
    gift_card: bool = False
    selling_plan: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Purchase:
    """What somebody buys. A guest has no customer; a test order is paid with play money."""

    shop: Doc
    at: datetime
    items: Sequence[Item]
    customer: Doc | None = None
    paid: bool = True
    test: bool = False
    presentment_currency: str | None = None  # the buyer's, when it is not the shop's
    rate: tuple[int, int] = (1, 1)  # presentment minor units for shop minor units
    refunds_pend: bool = False  # money goes back, but not at once
    shipping: int = 0
    captured: bool = True  # or only authorised
    gateway: str | None = None  # None: the usual one
    gift_card: int = 0  # how much of it is paid with a gift card
    imported: bool = False  # from another sales system: nobody may edit it
    risk: str = "ACCEPT"


def compose(turn: Turn, purchase: Purchase) -> Doc:
    """Return a new order with its number and payment, without writing it down."""
    order = _order(turn, purchase)
    amount = sum(line["price"] * line["quantity"] for line in order["lines"]) + purchase.shipping
    if purchase.paid and purchase.gift_card:
        order["transactions"].append(payment(turn, order, purchase.gift_card) | {"gateway": "gift_card"})
        amount -= purchase.gift_card
    if purchase.paid and amount:
        order["transactions"].append(payment(turn, order, amount) | _terms(purchase))
    return order


def take_from_stock(turn: Turn, order: Doc) -> None:
    """Take an order's goods from the stock."""
    for line in order["lines"]:
        variant = turn.get("variants", line["variant_id"]) if line["variant_id"] else None
        if variant is not None and variant["tracked"]:
            variant["stock"] -= line["quantity"]
            turn.put("variants", variant["id"], variant)


def _order(turn: Turn, purchase: Purchase) -> Doc:
    customer, at = purchase.customer, iso(purchase.at)
    number = _next_number(turn, purchase.shop)
    return {
        "id": turn.next_id("orders"),
        "shop": purchase.shop["domain"],
        "app_id": _ONLINE_STORE,
        "name": f"#{number}",
        "number": number,
        "created_at": at,
        "processed_at": at,
        "updated_at": at,
        "closed_at": None,
        "cancelled_at": None,
        "test": purchase.test,
        "tags": [],
        "note": None,
        "source_name": "web",
        "source_identifier": None,
        "email": customer["email"] if customer else f"guest{number}@customer.example",
        "customer_id": customer["id"] if customer else None,
        "currency": purchase.shop["currency"],
        "presentment_currency": purchase.presentment_currency or purchase.shop["currency"],
        "rate": list(purchase.rate),
        "risk": purchase.risk,
        "disputes": [],  # the state of each
        "imported": purchase.imported,
        "refunds_pend": purchase.refunds_pend,
        "shipping": purchase.shipping,
        "revision": 0,
        "shipping_address": customer["address"] if customer else _GUEST_ADDRESS,
        "lines": [new_line(turn, item) for item in purchase.items],
        "transactions": [],
        "refunds": [],
        "fulfillment_orders": [new_parcel(turn)],
        "metafields": [],
        "mails": [],
    }


def new_parcel(turn: Turn) -> Doc:
    """Return a fulfillment order that no warehouse has been asked for."""
    return {"id": turn.next_id("fulfillment_orders"), "status": "OPEN", "request_status": "UNSUBMITTED"}


def new_line(turn: Turn, item: Item) -> Doc:
    """Return a line of an order."""
    return {
        "id": turn.next_id("lines"),
        "variant_id": item.variant["id"],
        "product_id": item.variant["product_id"],
        "title": item.variant["name"],
        "sku": item.variant["sku"],
        "quantity": item.quantity,
        "current_quantity": item.quantity,
        "price": item.variant["price"] if item.price is None else item.price,
        "discount": 0,
        "tax": 0,
        "taxable": item.variant["taxable"],
        "requires_shipping": not item.gift_card,
        "gift_card": item.gift_card,
        "selling_plan": item.selling_plan,
        "fulfilled": 0,
    }


def _terms(purchase: Purchase) -> Doc:
    changed = {} if purchase.captured else {"kind": "AUTHORIZATION"}
    return changed if purchase.gateway is None else changed | {"gateway": purchase.gateway}


def payment(turn: Turn, order: Doc, amount: int) -> Doc:
    """Return a payment of so many minor units of the shop's currency."""
    top, bottom = order["rate"]
    return {
        "id": turn.next_id("transactions"),
        "parent_id": None,
        "kind": "SALE",
        "status": "SUCCESS",
        "gateway": "bogus" if order["test"] else "shopify_payments",
        "amount": amount,
        "presentment_amount": (2 * amount * top + bottom) // (2 * bottom),
        "at": order["created_at"],
    }


def _next_number(turn: Turn, shop: Doc) -> int:
    known = turn.get(SHOPS, shop["domain"]) or shop
    known["last_order_number"] += 1
    turn.put(SHOPS, shop["domain"], known)
    return int(known["last_order_number"])


_GUEST_ADDRESS: Doc = {
    "first_name": "Guest",
    "last_name": "Guestwood",
    "company": None,
    "address1": "1 Passing Lane",
    "address2": None,
    "city": "Springfield",
    "province_code": "IL",
    "zip": "62701",
    "country_code": "US",
    "phone": None,
}
