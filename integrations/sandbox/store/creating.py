"""Orders that an app makes by itself: as strict as the store, and only at no charge, for no other is made here."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from graphql import GraphQLError

from integrations.sandbox import chronicle
from integrations.sandbox.books import Doc
from integrations.sandbox.store import order_book
from integrations.sandbox.store.announcing import news_of
from integrations.sandbox.store.call import Argument, Call, Info, View
from integrations.sandbox.store.order_book import Item, Purchase
from integrations.sandbox.store.views import order_view
from integrations.sandbox.store.wire import iso, key_of, minor_units

OUR_APP = 4_242_424  # the app's own id, as the store knows it
_MOST_A_MINUTE = 5  # in stores for development and on trial
_TWICE_NAMED = ("customerId", "email", "phone")


class Coded(Exception):
    """The order is refused; the arguments are the code, which may be missing, the message and the field."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What shall be made: its parts as the store's books name them."""

    customer: Doc
    item: Item
    ships: bool
    address: Doc | None
    tags: list[str]
    attributes: list[Doc]
    note: str | None
    source_identifier: str | None = None
    source_name: str = str(OUR_APP)
    app_id: int = OUR_APP


def order_create(info: Info, arguments: Mapping[str, Argument]) -> View:
    """Make an order; its refusals carry codes, which other mutations do not have."""
    call, options = info.context, arguments.get("options") or {}
    try:
        wish = _wish(call, arguments["order"])
        _limit(call)
        _claim(call, wish.item, options.get("inventoryBehaviour", "BYPASS"))
    except Coded as refusal:
        code, message, *field = refusal.args
        return {"order": None, "userErrors": [{"code": code, "field": ["order", *field], "message": message}]}
    order = book(call, wish, mail=bool(options.get("sendReceipt")))
    return {"order": order_view(call, order)}


def book(call: Call, wish: Wish, *, mail: bool) -> Doc:
    """Write the order down and tell of it; that it is paid is not told, for nothing was."""
    purchase = Purchase(shop=call.shop, at=call.now, items=[wish.item], customer=wish.customer, paid=False)
    order = order_book.compose(call.turn, purchase) | {
        "app_id": wish.app_id,
        "tags": wish.tags,
        "note": wish.note,
        "custom_attributes": wish.attributes,
        "source_name": wish.source_name,
        "source_identifier": wish.source_identifier,
        "shipping_address": wish.address,
    }
    for line in order["lines"]:
        line["requires_shipping"] = wish.ships
    order["mails"].append({"at": iso(call.now), "about": "order confirmation", "sent": mail})
    call.turn.put("orders", order["id"], order)
    news = news_of(call)
    news.order("orders/create", order)
    news.spending(order)
    chronicle.note(call.turn, call.now, "order.placed", f"{order['name']}: made by the app", order_id=order["id"])
    return order


def address_of(given: Mapping[str, str] | None) -> Doc | None:
    """Return an address as the books keep it."""
    names = {"countryCode": "country_code", "provinceCode": "province_code"}
    names |= {"firstName": "first_name", "lastName": "last_name"}
    plain = dict.fromkeys(
        ("first_name", "last_name", "company", "address1", "address2", "city", "province_code", "zip")
    ) | {"country_code": None, "phone": None}
    return None if given is None else plain | {names.get(name, name): value for name, value in given.items()}


def take(call: Call, item: Item) -> bool:
    """Take the goods from the stock; return False when the shop does not sell what it does not have."""
    variant = call.turn.get("variants", item.variant["id"]) or item.variant
    if not variant["tracked"]:
        return True
    if variant["policy"] == "DENY" and variant["stock"] < item.quantity:
        return False
    call.turn.put("variants", variant["id"], variant | {"stock": variant["stock"] - item.quantity})
    return True


def _wish(call: Call, order: Mapping[str, Argument]) -> Wish:
    unknown = [name for name in ("transactions", "discountCode", "taxLines", "fulfillment") if order.get(name)]
    if unknown or order.get("financialStatus") != "PAID":
        raise _bad(f"The town's store makes orders that are paid, and has no {unknown}.")
    customer, lines = _customer(call, order), order.get("lineItems") or []
    if not lines:
        raise Coded("INVALID", "Line items must have at least one line item.", "lineItems")
    return Wish(
        customer=customer,
        item=_item(call, lines),
        ships=bool(lines[0]["requiresShipping"]),
        address=address_of(order.get("shippingAddress")),
        tags=list(order.get("tags") or ()),
        attributes=list(order.get("customAttributes") or ()),
        note=order.get("note"),
        source_identifier=order.get("sourceIdentifier"),
    )


def _customer(call: Call, order: Mapping[str, Argument]) -> Doc:
    named = order.get("customer") or {}
    if len(named) != 1 or "toAssociate" not in named:
        raise _bad("The town's store associates an order with one customer, by their id.")
    redundant = [name for name in _TWICE_NAMED if order.get(name) is not None]
    if redundant:
        raise Coded("REDUNDANT_CUSTOMER_FIELDS", f"The customer is named already, so not {redundant}.", "customer")
    global_id = named["toAssociate"].get("id") or "gid://shopify/Customer/0"
    customer = call.owned("customers", key_of(global_id, "Customer"))
    if customer is None:
        raise Coded("INVALID", "The customer does not exist.", "customer")
    return customer


def _item(call: Call, lines: list[Mapping[str, Argument]]) -> Item:
    if len(lines) > 1 or lines[0].get("variantId") is None:
        raise _bad("The town's store makes orders of one variant.")
    (line,) = lines
    variant = call.owned("variants", key_of(line["variantId"], "ProductVariant"))
    if variant is None:
        raise Coded("INVALID", "The variant does not exist.", "lineItems", "0", "variantId")
    if line["quantity"] < 1:
        raise Coded("INVALID", "The quantity must be greater than 0.", "lineItems", "0", "quantity")
    price = (line.get("priceSet") or {}).get("shopMoney") or {"amount": "1", "currencyCode": call.shop["currency"]}
    if price["currencyCode"] != call.shop["currency"] or minor_units(price["amount"], price["currencyCode"]) != 0:
        raise _bad("The town's store makes only orders that cost nothing in its own currency.")
    return Item(variant=variant, quantity=line["quantity"], price=0)


def _limit(call: Call) -> None:
    since = iso(call.now - timedelta(minutes=1))
    made = [each for each in call.turn.find("orders", "app_id", OUR_APP) if each["created_at"] > since]
    if call.shop.get("development") and len(made) >= _MOST_A_MINUTE:
        # What the real store says here is not documented; that it has no code is our guess.
        raise Coded(None, "Too many attempts. Please try again later.")


def _claim(call: Call, item: Item, behaviour: str) -> None:
    if behaviour == "BYPASS":
        return
    if behaviour != "DECREMENT_OBEYING_POLICY":
        raise _bad("The town's store obeys each variant's policy.")
    if not take(call, item):
        raise Coded("INVENTORY_CLAIM_FAILED", "Unable to claim inventory for the order.", "lineItems", "0")


def _bad(message: str) -> GraphQLError:
    return GraphQLError(message, extensions={"code": "BAD_REQUEST"})
