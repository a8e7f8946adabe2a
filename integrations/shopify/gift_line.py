"""A free item on an order that has not left yet.

The store takes no idempotency key for order edits. So the order is marked first, and a repeat under the same key looks
for its line before it adds one. Until the commit nothing that a customer could notice has happened.
"""

import re
from collections.abc import Iterator
from dataclasses import replace

from app.domain.errors import Rejected, Unavailable
from app.domain.money import Money
from app.domain.ports import Receipt
from integrations.patience import Patience
from integrations.shopify import orders, reading
from integrations.shopify.answers import Json
from integrations.shopify.client import SOURCE, AdminApi

_DISCOUNT = {"percentValue": 100.0, "description": "With our thanks"}
_ODD = re.compile(r"[^a-z0-9_-]")
_SOMEBODY_WAS_FIRST = {"INVALID_COMPARE_DIGEST", "STALE_OBJECT", "TAKEN"}


def add(api: AdminApi, order_id: int, *, variant_id: int, key: str) -> Receipt:
    """Add the variant at 100 % off, without a mail; nothing is committed if the customer would owe more."""
    patience, repeated = Patience(), _mark(api, order_id, key)
    session = _begin(api, order_id)
    # Looked for inside the session: if an earlier try's commit lands after this, it is ours that the store refuses.
    found = find(api, order_id, variant_id=variant_id, key=key) if repeated else None
    if found is not None:
        return found
    changed = _make_free(api, session, _add_variant(api, session, variant_id))
    _refuse_change(_owed(session), _owed(changed))
    patience.check(SOURCE)
    _commit(api, session, f"A small extra from Lagniappe ({key}).")
    return _receipt(order_id)


def find(api: AdminApi, order_id: int, *, variant_id: int, key: str) -> Receipt | None:
    """Return the line that was added under this key: our mark on the order, and the variant on it for nothing."""
    node, line = _given(api, order_id, variant_id, key)
    if node is None or line is None:
        return None
    variant = reading.gid("ProductVariant", variant_id)
    given = sum(each["currentQuantity"] for each in node["lineItems"]["nodes"] if _is_free(each, variant))
    return replace(_receipt(order_id), copies=given)


def take_back(api: AdminApi, order_id: int, *, variant_id: int, key: str) -> Receipt:
    """Take the gift off again while it has not left, and put it back in stock; repeating it changes nothing."""
    patience, (node, line) = Patience(), _given(api, order_id, variant_id, key)
    if node is None or line is None:
        return _receipt(order_id, remark="It was not there any more.")
    if node["cancelledAt"] is not None:
        return _receipt(order_id, remark="It went back with the whole order.")
    if line["unfulfilledQuantity"] == 0:
        raise Rejected("The parcel has left; the gift went with it.")
    session = _begin(api, order_id)
    variables = {"id": session["id"], "lineItemId": _free_line(api, session, variant_id), "quantity": 0}
    changed = api.ask("order_edit_set_quantity", variables).payload("orderEditSetQuantity")["calculatedOrder"]
    _refuse_change(_owed(session), _owed(changed))
    patience.check(SOURCE)
    _commit(api, session, f"Lagniappe took back its small extra ({key}).")
    return _receipt(order_id)


def _given(api: AdminApi, order_id: int, variant_id: int, key: str) -> tuple[Json | None, Json | None]:
    """Return the order, and the line on it that was given under this key."""
    node, _ = orders.node_and_home(api, order_id)
    if node is None or key not in _marks(node).values():
        return node, None
    variant = reading.gid("ProductVariant", variant_id)
    return node, next((line for line in node["lineItems"]["nodes"] if _is_free(line, variant)), None)


def _mark(api: AdminApi, order_id: int, key: str) -> bool:
    """Put our mark on the order and return whether it was there already; raise Rejected for another deed's mark."""
    name = "gift_" + _ODD.sub("_", key.rpartition(":")[2].lower())[:50]
    mark = {
        "ownerId": reading.gid("Order", order_id),
        "namespace": "$app",
        "key": name,
        "type": "single_line_text_field",
        "value": key,
        "compareDigest": None,  # null, not left out: it must not exist yet
    }
    reply = api.ask("mark_order", {"metafields": [mark]})
    errors = (reply.data.get("metafieldsSet") or {}).get("userErrors") or []
    if {error["code"] for error in errors} & _SOMEBODY_WAS_FIRST:
        return _is_our_mark(api, order_id, name, key)
    reply.payload("metafieldsSet")
    return False


def _is_our_mark(api: AdminApi, order_id: int, name: str, key: str) -> bool:
    node, _ = orders.node_and_home(api, order_id)
    value = _marks(node).get(name) if node else None
    if value is None:
        raise Unavailable("the store refuses our mark and does not show another")
    if value != key:
        raise Rejected("This order carries another gift of the same rule already.")
    return True


def _begin(api: AdminApi, order_id: int) -> Json:
    begun = api.ask("order_edit_begin", {"id": reading.gid("Order", order_id)}).payload("orderEditBegin")
    session: Json = begun["calculatedOrder"]
    return session


def _add_variant(api: AdminApi, session: Json, variant_id: int) -> str:
    variables = {"id": session["id"], "variantId": reading.gid("ProductVariant", variant_id)}
    line = api.ask("order_edit_add_variant", variables).payload("orderEditAddVariant")["calculatedLineItem"]
    line_id: str = line["id"]
    return line_id


def _make_free(api: AdminApi, session: Json, line_id: str) -> Json:
    variables = {"id": session["id"], "lineItemId": line_id, "discount": _DISCOUNT}
    discounted = api.ask("order_edit_discount", variables).payload("orderEditAddLineItemDiscount")
    changed: Json = discounted["calculatedOrder"]
    return changed


def _refuse_change(before: tuple[Money, Money], after: tuple[Money, Money]) -> None:
    # Tax on the gift, or rounding between currencies. Leaving the session uncommitted undoes it all.
    for was, would_be in zip(before, after, strict=True):
        if was < would_be:
            raise Rejected(f"The customer would owe {would_be - was}.")
        if would_be < was:
            raise Rejected(f"The shop would owe the customer {was - would_be}.")


def _commit(api: AdminApi, session: Json, note: str) -> None:
    try:
        api.do("order_edit_commit", {"id": session["id"], "staffNote": note}).payload("orderEditCommit")
    except Rejected as fault:
        # Most often somebody else edited the order meanwhile. What cannot be edited at all is refused at the begin.
        raise Unavailable(f"the store did not take the edit: {fault}") from fault


def _receipt(order_id: int, *, remark: str = "") -> Receipt:
    # The line itself has no number that lasts: a commit gives it another one than the session did.
    return Receipt(reference=str(order_id), remark=remark)


def _owed(order: Json) -> tuple[Money, Money]:
    """Return what is outstanding in the shop's currency and in the buyer's: one may round where the other does not."""
    owed = order["totalOutstandingSet"]
    return reading.money(owed), reading.money(owed, "presentmentMoney")


def _marks(node: Json) -> dict[str, str]:
    return {mark["key"]: mark["value"] for mark in node["metafields"]["nodes"]}


def _is_free(line: Json, variant: str) -> bool:
    same = (line["variant"] or {}).get("id") == variant
    return same and line["currentQuantity"] > 0 and reading.money(line["discountedTotalSet"]).minor == 0


def _free_line(api: AdminApi, session: Json, variant_id: int) -> str:
    variant = reading.gid("ProductVariant", variant_id)
    for line in _lines(api, session):
        free = reading.money(line["discountedUnitPriceSet"]).minor == 0
        if free and line["quantity"] > 0 and (line["variant"] or {}).get("id") == variant:
            line_id: str = line["id"]
            return line_id
    raise Unavailable("the store shows the gift on the order, and not in the edit of it")


def _lines(api: AdminApi, session: Json) -> Iterator[Json]:
    page = session["lineItems"]
    yield from page["nodes"]
    while page["pageInfo"]["hasNextPage"]:
        variables = {"id": session["id"], "after": page["pageInfo"]["endCursor"]}
        found = api.ask("order_edit_lines", variables).one("node")
        if found is None:
            raise Unavailable("the store lost the edit while it was being read")
        page = found["lineItems"]
        yield from page["nodes"]
