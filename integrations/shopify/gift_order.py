"""A gift in a parcel of its own: an order at no charge, made by us, without a mail.

The store takes no idempotency key for it. So the order carries our mark, once as its source and once among its
attributes, and a repeat looks for that mark first: among the customer's newest orders, for the search lags behind.
"""

from dataclasses import replace

from app.domain.errors import Busy, Rejected, Uncertain
from app.domain.ports import GiftParcel, Receipt
from integrations import marker
from integrations.shopify import addresses, reading
from integrations.shopify.answers import Json, Reply
from integrations.shopify.client import AdminApi

ATTRIBUTE = "lagniappe_gift"
NOTE = "A gift from Lagniappe. It costs the customer nothing, and no mail was sent about it."
# From stock or not at all; left out, the store would not look at the stock. No mail: not now, not when it is sent.
_QUIETLY = {"inventoryBehaviour": "DECREMENT_OBEYING_POLICY", "sendReceipt": False, "sendFulfillmentReceipt": False}
_A_MINUTE = 60.0  # after which stores on trial and for development take another five orders


def send(api: AdminApi, parcel: GiftParcel, *, key: str) -> Receipt:
    """Make the order; the caller has looked for it before a repeat."""
    reply = api.do("gift_order_create", {"order": _order(parcel, mark(key)), "options": _QUIETLY})
    _mind_the_limit(reply)
    return receipt(reply.payload("orderCreate")["order"])


def find(api: AdminApi, customer_id: int, *, key: str) -> Receipt | None:
    """Return the order that was made under this key, whatever became of it since."""
    made = _made(api, customer_id, mark(key))
    return replace(receipt(made[0]), copies=len(made)) if made else None


def cancel(api: AdminApi, customer_id: int, *, key: str) -> Receipt:
    """Stop the parcel while it has not left. The store cancels in its own time: a fresh look says when it is done."""
    node = _find(api, customer_id, mark(key))
    if node is None:
        return Receipt(reference="", remark="It was not there.")
    if node["cancelledAt"] is not None:
        return receipt(node, remark="It was cancelled.")
    if node["displayFulfillmentStatus"] in reading.LEFT:
        raise Rejected("The parcel has left; the gift stays given.")
    if not stop(api, node["id"], why=f"Lagniappe stopped its gift ({key})."):
        raise Uncertain("the store is still cancelling the gift")
    return receipt(node, remark="It was cancelled.")


def stop(api: AdminApi, order: str, *, why: str) -> bool:
    """Ask for the order of that global id to be cancelled; return whether that is done already."""
    reply = api.do("gift_order_cancel", {"id": order, "staffNote": why[:255]})
    stopped = reply.payload("orderCancel", errors="orderCancelUserErrors")
    return bool((stopped["job"] or {}).get("done"))


def mark(key: str) -> str:
    """Return how the orders of this deed are marked."""
    return f"{reading.OUR_SOURCE}{marker.short(key)}"


def receipt(node: Json, *, remark: str = "") -> Receipt:
    """Return the proof that this order was made; what is odd about it is for a person to see."""
    odd = ""
    if not node["requiresShipping"]:
        odd = "The store does not mean to ship it; please look."
    elif reading.money(node["totalPriceSet"]).minor != 0:
        odd = "The store put a price on it; please look."
    said = " ".join(filter(None, (f"Order {node['name']}.", remark, odd)))
    return Receipt(reference=str(reading.number(node["id"])), remark=said)


def _order(parcel: GiftParcel, ours: str) -> Json:
    nothing = {"shopMoney": {"amount": "0.00", "currencyCode": parcel.currency}}
    line = {
        "variantId": reading.gid("ProductVariant", parcel.variant_id),
        "quantity": 1,
        "priceSet": nothing,
        "requiresShipping": True,  # left out, the warehouse would not hear of it
        "taxable": False,
    }
    return {
        # Neither e-mail nor phone beside it: the store refuses them as redundant.
        "customer": {"toAssociate": {"id": reading.gid("Customer", parcel.customer_id)}},
        "lineItems": [line],
        "shippingLines": [{"title": "Gift", "priceSet": nothing}],
        "shippingAddress": addresses.as_input(parcel.to),
        "currency": parcel.currency,
        "financialStatus": "PAID",
        "sourceIdentifier": ours,
        "tags": [reading.OUR_TAG],
        "customAttributes": [{"key": ATTRIBUTE, "value": ours}],
        "note": f"{NOTE}\nOn its card:\n{parcel.words}" if parcel.words else NOTE,
    }


def _mind_the_limit(reply: Reply) -> None:
    errors = (reply.data.get("orderCreate") or {}).get("userErrors") or []
    if any(not error.get("code") and "too many" in error["message"].lower() for error in errors):
        raise Busy("the store takes no more orders in this minute", retry_after=_A_MINUTE)


def _find(api: AdminApi, customer_id: int, ours: str) -> Json | None:
    made = _made(api, customer_id, ours)
    return made[0] if made else None


def _made(api: AdminApi, customer_id: int, ours: str) -> list[Json]:
    """Return all orders that bear our mark, as far as one look shows them."""
    reply = api.ask("customer_orders", {"id": reading.gid("Customer", customer_id)})
    customer = reply.one("customer")
    reply.complete()
    made = [node for node in (customer["orders"]["nodes"] if customer else ()) if _is_marked(node, ours)]
    if made:
        return made
    # Two customers may have become one meanwhile; then only the search, however late, knows where the order is.
    reply = api.ask("orders_by_source", {"query": f"source_identifier:'{ours}'"})
    found = reply.one("orders")
    reply.complete()
    return [node for node in (found["nodes"] if found else ()) if _is_marked(node, ours)]


def _is_marked(node: Json, ours: str) -> bool:
    attributes = {each["key"]: each["value"] for each in node["customAttributes"]}
    return ours in (node["sourceIdentifier"], attributes.get(ATTRIBUTE))
