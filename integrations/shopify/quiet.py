"""The day on a customer until which other tools should leave them in peace. It says when, and never why."""

from datetime import date

from app.domain.errors import Rejected
from app.domain.ports import Receipt
from integrations.shopify import reading
from integrations.shopify.client import AdminApi

PLACE = {"namespace": "lagniappe", "key": "quiet_until"}


def note(api: AdminApi, customer_id: int, *, until: date) -> Receipt:
    """Write the day down, in place of any other."""
    gid = reading.gid("Customer", customer_id)
    field = {"ownerId": gid, **PLACE, "type": "date", "value": until.isoformat()}
    api.do("quiet_note", {"metafields": [field]}).payload("metafieldsSet")
    return Receipt(reference=gid)


def forget(api: AdminApi, customer_id: int, *, until: date) -> Receipt:
    """Take the day off, unless somebody has written another there."""
    gid = reading.gid("Customer", customer_id)
    customer = api.ask("quiet_noted", {"id": gid, **PLACE}).one("customer")
    if customer is None:
        raise Rejected("The customer no longer exists in the store.")
    there = customer["metafield"]
    if there is None or there["value"] != until.isoformat():
        return Receipt(reference=gid, remark="It was not there any more.")
    api.do("quiet_forget", {"metafields": [{"ownerId": gid, **PLACE}]}).payload("metafieldsDelete")
    return Receipt(reference=gid)
