"""The birthdays that a store keeps of its customers, in a field that the merchant names. Nobody reads the year."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from app.domain.errors import Unavailable
from app.domain.moments import Birthday, day_of_year
from integrations.shopify import reading
from integrations.shopify.answers import Json
from integrations.shopify.client import AdminApi


def of(api: AdminApi, customer_ids: Sequence[int], *, metafield: str) -> Mapping[int, Birthday]:
    """Return the birthdays of those whose field says one; what it says besides is nobody's."""
    namespace, _, key = metafield.partition(".")
    ids = [reading.gid("Customer", number) for number in customer_ids]
    reply = api.ask("birthdays", {"ids": ids, "namespace": namespace, "key": key})
    reply.complete()
    nodes = reply.data.get("nodes")
    if nodes is None:
        raise Unavailable("the store does not show its customers")
    known = ((reading.number(node["id"]), _birthday(node.get("metafield"))) for node in nodes if node)
    return {number: found for number, found in known if found is not None}


def _birthday(field: Json | None) -> Birthday | None:
    found = None if field is None else day_of_year(str(field["value"]))
    if field is None or found is None:
        return None
    month, day = found
    return Birthday(month=month, day=day, said_at=datetime.fromisoformat(field["updatedAt"]))
