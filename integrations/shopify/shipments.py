"""What became of parcels, as far as their carriers tell the store."""

from collections.abc import Iterator
from datetime import UTC, datetime

from app.domain.moments import Shipment
from integrations.shopify import reading
from integrations.shopify.answers import Json
from integrations.shopify.client import AdminApi

# What a parcel is called of which a carrier tells. Many stores send without one: then nobody knows what is late.
_TRACKED = {
    *("ATTEMPTED_DELIVERY", "CARRIER_PICKED_UP", "DELAYED", "DELIVERED", "IN_TRANSIT", "OUT_FOR_DELIVERY"),
    *("READY_FOR_PICKUP", "NOT_DELIVERED", "FAILURE"),
}


def made_between(api: AdminApi, since: datetime, until: datetime) -> Iterator[Shipment]:
    """Yield the parcels of orders that were made then, the oldest first."""
    search = f"created_at:>='{_said(since)}' created_at:<='{_said(until)}'"
    after: str | None = None
    while True:
        reply = api.ask("shipments", {"query": search, "after": after})
        page = reply.one("orders") or {"nodes": [], "pageInfo": {"hasNextPage": False}}
        reply.complete()
        yield from map(_shipment, page["nodes"])
        if not page["pageInfo"]["hasNextPage"]:
            return
        after = page["pageInfo"]["endCursor"]


def _shipment(order: Json) -> Shipment:
    parcels = order["fulfillments"]
    arrived = [each["deliveredAt"] for each in parcels]
    return Shipment(
        order_id=reading.number(order["id"]),
        ordered_at=datetime.fromisoformat(order["createdAt"]),
        tracked=any(each["displayStatus"] in _TRACKED for each in parcels),
        arrived_at=max(map(datetime.fromisoformat, arrived)) if arrived and all(arrived) else None,
    )


def _said(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
