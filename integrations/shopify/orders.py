"""Reading orders: one in full, and which have changed."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime

from app.domain.errors import Unavailable
from app.domain.facts import Change, Order
from integrations.shopify import reading
from integrations.shopify.answers import Json
from integrations.shopify.client import AdminApi

Digest = Callable[[str], str]

# Without these a rule is more careful or less, but never wrong about money.
_DISPENSABLE = ("risk", "shippingAddress", "sellingPlan", "shop", "email", "defaultEmailAddress")
# Parcels that nobody has begun: any status not named here, and any yet to be invented, is the warehouse's.
_WAITING = {"OPEN", "SCHEDULED", "ON_HOLD"}
_NOT_HANDED_OVER = {"UNSUBMITTED", "REJECTED", "CANCELLATION_ACCEPTED"}
_OVER = {"CLOSED", "CANCELLED"}


def order(api: AdminApi, order_id: int, *, digest: Digest) -> Order | None:
    """Return the order as it is now; None when this shop has none such, or it is too old for us to see."""
    node, home = node_and_home(api, order_id)
    if node is None:
        return None
    found = replace(reading.order(node, home=home), mail_digest=_mail_digest(node, digest))
    if not _may_be_given(found):
        return found
    begun = _with_warehouse(api, order_id)
    return replace(found, with_warehouse=bool(begun), parcel_unseen=begun is None)


def node_and_home(api: AdminApi, order_id: int) -> tuple[Json | None, str | None]:
    """Return the order's node with all its lines, and the shop's country."""
    reply = api.ask("order_facts", {"id": reading.gid("Order", order_id)})
    node = reply.one("order")
    if node is None:
        return None, None
    reply.complete(but=_DISPENSABLE)
    node["lineItems"]["nodes"] += _further_lines(api, node)
    return node, ((reply.data["shop"] or {}).get("shopAddress") or {}).get("countryCodeV2")


def updated_since(api: AdminApi, moment: datetime) -> Iterator[Change]:
    """Yield the orders changed since then, oldest change first.

    An order that changes while we read comes again at the end.
    """
    since = moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    after: str | None = None
    while True:
        reply = api.ask("orders_updated_since", {"query": f"updated_at:>='{since}'", "after": after})
        page = reply.one("orders") or {"nodes": [], "pageInfo": {"hasNextPage": False}}
        for node in page["nodes"]:
            yield Change(
                order_id=reading.number(node["id"]),
                updated_at=datetime.fromisoformat(node["updatedAt"]),
                net=reading.money(node["netPaymentSet"]),
                cancelled=node["cancelledAt"] is not None,
            )
        if not page["pageInfo"]["hasNextPage"]:
            return
        after = page["pageInfo"]["endCursor"]


def _mail_digest(node: Json, digest: Digest) -> str | None:
    """Return what stands for the customer's address, or a guest's; None where it is denied to us."""
    customer = node["customer"]
    address = node["email"] if customer is None else (customer["defaultEmailAddress"] or {}).get("emailAddress")
    return digest(address) if address else None


def _further_lines(api: AdminApi, node: Json) -> list[Json]:
    lines: list[Json] = []
    page = node["lineItems"]["pageInfo"]
    while page["hasNextPage"]:
        rest = api.ask("order_lines", {"id": node["id"], "after": page["endCursor"]}).one("order")
        if rest is None:
            raise Unavailable("the store lost the order while it was being read")
        lines += rest["lineItems"]["nodes"]
        page = rest["lineItems"]["pageInfo"]
    return lines


def _may_be_given(order: Order) -> bool:
    """Return whether it matters who has the parcel: the question costs a call."""
    return order.editable and order.counted and not order.shipped and not order.closed


def _with_warehouse(api: AdminApi, order_id: int) -> bool | None:
    """Return whether somebody has begun to pack; None where the merchant does not let us see, as they may."""
    reply = api.ask("order_fulfilment", {"id": reading.gid("Order", order_id)})
    if reply.denied:
        return None
    node = reply.one("order")
    parcels = node["fulfillmentOrders"]["nodes"] if node else []
    return any(_begun(parcel) for parcel in parcels)


def _begun(parcel: Json) -> bool:
    if parcel["status"] in _OVER:
        return False
    return parcel["status"] not in _WAITING or parcel["requestStatus"] not in _NOT_HANDED_OVER
