"""A gift in a parcel of its own, by a draft: slower, and staff can edit it in the store.

The draft is made first, and whoever calls keeps its number before completing it. So a lost answer is settled by reading
that draft: completed, it names its order. A draft that was never completed is nothing that a customer could notice.
"""

from app.domain.errors import Busy, Rejected
from app.domain.ports import GiftParcel, Receipt
from integrations.shopify import addresses, gift_order, reading
from integrations.shopify.answers import Json
from integrations.shopify.client import AdminApi

_FREE = {"valueType": "PERCENTAGE", "value": 100.0, "title": "With our thanks"}
_COMPLETED = "COMPLETED"
_NOT_READY = 2.0  # seconds until it is worth asking again


def prepare(api: AdminApi, parcel: GiftParcel, *, key: str) -> str:
    """Return the number of a draft for the parcel: the one that a lost answer left behind, else a new one."""
    ours = gift_order.mark(key)
    known = _open_drafts(api, ours)
    if known:
        return known[0]
    made = api.ask("gift_draft_create", {"draft": _draft(parcel, ours)}).payload("draftOrderCreate")["draftOrder"]
    return str(reading.number(made["id"]))


def complete(api: AdminApi, draft: str) -> Receipt:
    """Make the draft an order, once; one that has become an order already stays as it is."""
    node = _read(api, draft)
    if node is None:
        raise Rejected("The draft of this gift was deleted in the store.")
    if node["status"] == _COMPLETED:
        return gift_order.receipt(node["order"])
    if not node["ready"]:
        raise Busy("the store is still preparing the draft", retry_after=_NOT_READY)
    price = reading.money(node["totalPriceSet"])
    if price.minor != 0:
        raise Rejected(f"The draft would cost the customer {price}.")
    try:
        completed = api.do("gift_draft_complete", {"id": node["id"]}).payload("draftOrderComplete")["draftOrder"]
    except Rejected:
        # It may only mean that an earlier try has come in since we looked.
        landed = find(api, draft)
        if landed is None:
            raise
        return landed
    return gift_order.receipt(completed["order"])


def discard(api: AdminApi, draft: str, *, key: str) -> None:
    """Delete what was drafted under that key and has not become an order: `draft`, "" where its number is not known.

    Where the store has none such any more, nothing changes.
    """
    known = {draft} if draft else set[str]()
    for number in sorted(known | set(_open_drafts(api, gift_order.mark(key)))):
        node = _read(api, number)
        if node is not None and node["status"] != _COMPLETED:
            api.ask("gift_draft_delete", {"id": node["id"]}).payload("draftOrderDelete")


def find(api: AdminApi, draft: str) -> Receipt | None:
    """Return the order that the draft has become; None while it has not."""
    node = _read(api, draft)
    return gift_order.receipt(node["order"]) if node and node["status"] == _COMPLETED else None


def _read(api: AdminApi, draft: str) -> Json | None:
    reply = api.ask("gift_draft", {"id": reading.gid("DraftOrder", int(draft))})
    node = reply.one("draftOrder")
    reply.complete()
    return node


def _open_drafts(api: AdminApi, ours: str) -> list[str]:
    reply = api.ask("gift_drafts_by_tag", {"query": f"tag:'{ours}'"})
    found = (reply.one("draftOrders") or {"nodes": []})["nodes"]
    return [str(reading.number(node["id"])) for node in found if ours in node["tags"] and node["status"] == "OPEN"]


def _draft(parcel: GiftParcel, ours: str) -> Json:
    line = {
        "variantId": reading.gid("ProductVariant", parcel.variant_id),
        "quantity": 1,
        "appliedDiscount": _FREE,
    }
    return {
        "purchasingEntity": {"customerId": reading.gid("Customer", parcel.customer_id)},
        "lineItems": [line],
        "shippingLine": {"title": "Gift", "priceWithCurrency": {"amount": "0.00", "currencyCode": parcel.currency}},
        "shippingAddress": addresses.as_input(parcel.to),
        "acceptAutomaticDiscounts": False,  # one that is valid today would change what the draft says
        "allowDiscountCodesInCheckout": False,
        "taxExempt": True,
        "visibleToCustomer": False,
        # The order takes tags and attributes over: by them it is known as ours.
        "tags": [reading.OUR_TAG, ours],
        "customAttributes": [{"key": gift_order.ATTRIBUTE, "value": ours}],
        "note": gift_order.NOTE,
    }
