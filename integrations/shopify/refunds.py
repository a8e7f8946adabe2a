"""Giving money back without a return: the customer keeps the item."""

import uuid
from collections.abc import Iterator

from app.domain.errors import Rejected, Unavailable
from app.domain.money import Money, zero
from app.domain.ports import Receipt
from integrations.marker import short
from integrations.shopify import reading
from integrations.shopify.answers import Json
from integrations.shopify.client import AdminApi

_PAGE = 30  # refunds per order that the document reads
_MOVED, _MOVING = "SUCCESS", {"PENDING", "AWAITING_RESPONSE", "UNKNOWN"}


def refundable(api: AdminApi, order_id: int) -> Money:
    """Return what can still be given back, in the shop's currency."""
    return _limit(_state(api, order_id))


def refund(api: AdminApi, order_id: int, *, amount: Money, key: str) -> Receipt:
    """Give back `amount` (shop currency). A refund that this key made before is returned instead of a second one."""
    state = _state(api, order_id)
    earlier = _ours(state, key)
    if earlier is not None:
        return _receipt(earlier)
    # Read together with `earlier`, so a first try that lands from now on met the same state: same key, same input.
    variables = {"input": _input(state, amount, key), "key": _idempotency_key(api.domain, key)}
    reply = api.do("refund_create", variables)
    try:
        made: Json = reply.payload("refundCreate")["refund"]
    except Rejected:
        # These refusals carry no code. One of them may only mean that the first try had done it.
        landed = _ours(_state(api, order_id), key)
        if landed is None:
            raise
        return _receipt(landed)
    return _receipt(made)


def find(api: AdminApi, order_id: int, *, key: str) -> Receipt | None:
    """Return the refund whose note bears this key; None when there is none, or its payment failed."""
    made = _ours(_state(api, order_id), key)
    return _receipt(made) if made is not None and not _failed(made) else None


def _state(api: AdminApi, order_id: int) -> Json:
    reply = api.ask("suggested_refund", {"id": reading.gid("Order", order_id)})
    state = reply.one("order")
    if state is None:
        # Not Rejected: an order that cannot be seen may still bear a refund of ours.
        raise Unavailable("the store does not show the order any more")
    reply.complete()
    return state


def _limit(state: Json) -> Money:
    suggested = state["suggestedRefund"]
    return reading.money(suggested["maximumRefundableSet"]) if suggested else zero(state["currencyCode"])


def _ours(state: Json, key: str) -> Json | None:
    if len(state["refunds"]) >= _PAGE:
        raise Unavailable("the order has more refunds than can be looked through")
    return next((each for each in state["refunds"] if _mark(key) in (each["note"] or "")), None)


def _mark(key: str) -> str:
    return f"[lagniappe {short(key)}]"


def _idempotency_key(domain: str, key: str) -> str:
    # The store keeps it for 24 hours; after that only the note tells that the deed was done.
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"lagniappe:{domain}:{key}"))


def _input(state: Json, amount: Money, key: str) -> Json:
    limit = _limit(state)
    if amount.minor <= 0 or limit < amount:
        raise Rejected(f"{limit} can still be refunded, not {amount}.")
    return {
        "orderId": state["id"],
        "note": f"Goodwill, nothing to send back. {_mark(key)}",
        "notify": False,
        "currency": state["presentmentCurrencyCode"],
        "refundLineItems": [],
        "transactions": list(_transactions(state, _presented(state, amount))),
        "discrepancyReason": "CUSTOMER",
    }


def _presented(state: Json, amount: Money) -> Money:
    """Return the amount in the buyer's currency, by the order's own rate; rounded down, so never above the amount."""
    limit = state["suggestedRefund"]["maximumRefundableSet"]
    shop, buyer = reading.money(limit), reading.money(limit, "presentmentMoney")
    if shop.currency == buyer.currency:
        return amount
    return Money(minor=amount.minor * buyer.minor // shop.minor, currency=buyer.currency)


def _transactions(state: Json, amount: Money) -> Iterator[Json]:
    """Yield the payments to give back to, each up to what is left on it, until the amount is reached."""
    left = amount.minor
    for payment in state["suggestedRefund"]["suggestedTransactions"]:
        part = min(left, _left_on(payment))
        if part > 0:
            left -= part
            yield _transaction(state, payment, Money(minor=part, currency=amount.currency))
    if left > 0:
        raise Rejected("The payments of this order do not hold the amount any more.")


def _left_on(payment: Json) -> int:
    limit = payment["maximumRefundableSet"]
    if limit is None or payment["parentTransaction"] is None or payment["gateway"] is None:
        return 0
    return reading.money(limit, "presentmentMoney").minor


def _transaction(state: Json, payment: Json, part: Money) -> Json:
    return {
        "orderId": state["id"],
        "parentId": payment["parentTransaction"]["id"],
        "gateway": payment["gateway"],
        "kind": "REFUND",
        "amount": part.text,
    }


def _receipt(made: Json) -> Receipt:
    if _failed(made):
        raise Rejected("The payment provider declined the refund.")
    if not _statuses(made):
        return Receipt(
            reference=str(reading.number(made["id"])),
            remark="It is on record, but names no payment: somebody must pay it out.",
        )
    if _statuses(made) & _MOVING:
        # No cost: what has not arrived is not in the store's total yet.
        return Receipt(
            reference=str(reading.number(made["id"])), remark="The payment provider has not confirmed it yet."
        )
    return Receipt(reference=str(reading.number(made["id"])), cost=reading.money(made["totalRefundedSet"]))


def _failed(made: Json) -> bool:
    statuses = _statuses(made)
    return bool(statuses) and _MOVED not in statuses and not statuses & _MOVING


def _statuses(made: Json) -> set[str]:
    return {each["status"] for each in made["transactions"]["nodes"] if each["kind"] == "REFUND"}
