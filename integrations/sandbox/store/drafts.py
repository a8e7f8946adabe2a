"""Draft orders: made, prepared in the store's own time, completed once; their mail follows the shop's settings."""

from collections.abc import Mapping
from datetime import timedelta

from graphql import GraphQLError

from integrations.sandbox.books import Doc
from integrations.sandbox.store import creating
from integrations.sandbox.store.announcing import news_of
from integrations.sandbox.store.bags import amount
from integrations.sandbox.store.call import Argument, Call, Info, Refused, View
from integrations.sandbox.store.connections import check_page, page
from integrations.sandbox.store.creating import Wish, address_of
from integrations.sandbox.store.order_book import Item
from integrations.sandbox.store.search import SEARCH_LAG, terms
from integrations.sandbox.store.views import order_view
from integrations.sandbox.store.wire import gid, iso, key_of, minor_units

KIND = "draft_orders"
_DRAFTS_APP = 1_354_745  # what orders that were drafts name as their maker
_PREPARING = timedelta(seconds=2)
_NOBODY = "gid://shopify/Customer/0"


def draft_order_create(info: Info, arguments: Mapping[str, Argument]) -> View:
    """Make a draft."""
    call, wish = info.context, arguments["input"]
    buyer = (wish.get("purchasingEntity") or {}).get("customerId") or _NOBODY
    customer = call.owned("customers", key_of(buyer, "Customer"))
    if customer is None:
        raise Refused("The customer does not exist.", "purchasingEntity")
    lines = wish.get("lineItems") or []
    if len(lines) != 1 or lines[0].get("variantId") is None:
        raise Refused("Add at least 1 product.", "lineItems")
    variant = call.owned("variants", key_of(lines[0]["variantId"], "ProductVariant"))
    if variant is None:
        raise Refused("The variant does not exist.", "lineItems")
    draft = {
        "shop": call.shop["domain"],
        "status": "OPEN",
        "created_at": iso(call.now),
        "ready_at": iso(call.now + _PREPARING),
        "customer_id": customer["id"],
        "variant_id": variant["id"],
        "total": _total(call, variant, lines[0], wish),
        "address": address_of(wish.get("shippingAddress")),
        "tags": list(wish.get("tags") or ()),
        "attributes": list(wish.get("customAttributes") or ()),
        "note": wish.get("note"),
        "order_id": None,
    }
    draft["id"] = call.turn.append(KIND, draft)
    return {"draftOrder": _view(call, draft)}


def draft_order_complete(info: Info, arguments: Mapping[str, Argument]) -> View:
    """Make the draft an order; once it is one, and while it is being prepared, that is refused."""
    call = info.context
    draft = call.owned(KIND, key_of(arguments["id"], "DraftOrder"))
    if draft is None:
        raise Refused("Draft order not found.", "id")
    if draft["status"] == "COMPLETED":
        raise Refused("This order has already been completed.", "id")
    if iso(call.now) < draft["ready_at"]:
        raise Refused("The draft order is still being calculated.", "id")
    if draft["total"]:
        raise GraphQLError("The town's store completes only drafts that cost nothing.")
    order = _order(call, draft)
    draft |= {"status": "COMPLETED", "order_id": order["id"]}
    call.turn.put(KIND, draft["id"], draft)
    return {"draftOrder": _view(call, draft)}


def draft_order_delete(info: Info, arguments: Mapping[str, Argument]) -> View:
    """Take a draft away that has not become an order."""
    call = info.context
    draft = call.owned(KIND, key_of(arguments["input"]["id"], "DraftOrder"))
    if draft is None:
        raise Refused("Draft order not found.", "id")
    if draft["status"] == "COMPLETED":
        raise Refused("A completed draft order cannot be deleted.", "id")
    call.turn.delete(KIND, draft["id"])
    return {"deletedId": arguments["input"]["id"]}


def draft_order(_root: object, info: Info, *, id: str) -> View | None:  # noqa: A002 - the schema's name
    """Answer with one draft, or null."""
    draft = info.context.owned(KIND, key_of(id, "DraftOrder"))
    return None if draft is None else _view(info.context, draft)


def draft_orders(_root: object, info: Info, **arguments: Argument) -> View:
    """Answer with the drafts of one tag that the index knows by now."""
    call, size = info.context, check_page(info, arguments)
    wanted = {term.value for term in terms(arguments.get("query"), ("tag",))}
    indexed = iso(call.now - SEARCH_LAG)
    found = [
        each
        for each in call.turn.find(KIND, "shop", call.shop["domain"])
        if wanted <= {tag.casefold() for tag in each["tags"]} and each["created_at"] <= indexed
    ]
    return page([_view(call, each) for each in found[:size]], more=len(found) > size)


def _total(call: Call, variant: Doc, line: Mapping[str, Argument], wish: Mapping[str, Argument]) -> int:
    discount = line.get("appliedDiscount") or {"valueType": "PERCENTAGE", "value": 0.0}
    if discount["valueType"] != "PERCENTAGE":
        raise GraphQLError("The town's store knows discounts by percentage.")
    shipping = ((wish.get("shippingLine") or {}).get("priceWithCurrency") or {}).get("amount", "0")
    goods = int(variant["price"]) * int(line["quantity"])
    return round(goods - goods * float(discount["value"]) / 100) + (minor_units(shipping, call.shop["currency"]) or 0)


def _order(call: Call, draft: Doc) -> Doc:
    variant, customer = call.turn.get("variants", draft["variant_id"]), call.turn.get("customers", draft["customer_id"])
    if variant is None or customer is None:
        raise Refused("The product or the customer is no longer available.", "id")
    item = Item(variant=variant, price=0)
    if not creating.take(call, item):
        raise Refused("The product is out of stock.", "id")
    wish = Wish(
        customer=customer,
        item=item,
        ships=not variant["gift_card"],
        address=draft["address"],
        tags=draft["tags"],
        attributes=draft["attributes"],
        note=draft["note"],
        source_name="shopify_draft_order",
        app_id=_DRAFTS_APP,
    )
    order = creating.book(call, wish, mail=True)  # no switch turns it off: the shop's own settings do
    news_of(call).order("orders/paid", order)
    return order


def _view(call: Call, draft: Doc) -> View:
    total, order = amount(draft["total"], call.shop["currency"]), call.order(str(draft["order_id"] or ""))
    return {
        "id": gid("DraftOrder", draft["id"]),
        "status": draft["status"],
        "ready": iso(call.now) >= draft["ready_at"],
        "tags": draft["tags"],
        "totalPriceSet": {"shopMoney": total, "presentmentMoney": total},
        "order": None if order is None else order_view(call, order),
    }
