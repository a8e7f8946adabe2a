"""Giving money back without a return: the call is prepared, kept, and sent to the letter as often as it takes."""

import json
import uuid
from collections.abc import Iterator
from dataclasses import replace

from app.domain.errors import Rejected, Unavailable, Uncertain
from app.domain.money import Money
from app.domain.ports import Receipt
from app.domain.refunds import GiveBack, Pieces, Way
from app.domain.scopes import Feature, missing_for
from integrations.shopify import reading, refund_state
from integrations.shopify.answers import Json
from integrations.shopify.client import AdminApi
from integrations.shopify.refund_receipts import CREDIT_NOTE, failed, receipt

_NOTHING_TO_SEND = ""


def credit_obstacle(api: AdminApi) -> str:
    """Return why store credit cannot be given here; "" when it can."""
    reply = api.ask("store_credit")
    # Whether the merchant has it is told to everybody, whoever may hand it out or not.
    granted = {scope["handle"] for scope in reply.data["currentAppInstallation"]["accessScopes"]}
    if missing_for(Feature.STORE_CREDIT, granted):
        return "The app was not given the right to hand out store credit."
    enabled = reply.data["storeCreditConfiguration"]["storeCreditEnabled"]
    return "" if enabled else "Store credit is not switched on in this store."


def prepare(api: AdminApi, order_id: int, *, back: GiveBack, key: str) -> str:
    """Return the call that gives it back, as it is kept and sent."""
    pieces = _listed(back)
    state = refund_state.read(api, order_id, pieces=pieces, shipping=back.shipping is not None)
    if refund_state.bears(state, key):
        return _NOTHING_TO_SEND
    return json.dumps(_input(state, back, key), sort_keys=True, separators=(",", ":"))


def refund(api: AdminApi, order_id: int, *, call: str, key: str, again: bool = False) -> Receipt:
    """Make the prepared call. A refund that this key made before is returned instead of a second one."""
    earlier = refund_state.ours(api, refund_state.read(api, order_id), key)
    if earlier is not None:
        return receipt(earlier)
    if call == _NOTHING_TO_SEND:
        raise Unavailable("the refund was there before, and is not there any more")
    variables = {"input": json.loads(call), "key": _idempotency_key(api.domain, key)}
    try:
        made: Json = api.do("refund_create", variables).payload("refundCreate")["refund"]
    except Rejected as no:
        # Most refusals carry no code. One of them may only mean that the first try had done it, or is at it.
        landed = refund_state.ours(api, refund_state.read(api, order_id), key)
        if landed is not None:
            return receipt(landed)
        if again:
            raise Uncertain(f"the store refused a repeat: {no}", refusal=str(no)) from no
        raise
    return receipt(made)


def find(api: AdminApi, order_id: int, *, key: str) -> Receipt | None:
    """Return the refund whose note bears this key; None when there is none, or its payment failed."""
    made = [
        refund for refund in refund_state.all_ours(api, refund_state.read(api, order_id), key) if not failed(refund)
    ]
    return replace(receipt(made[0]), copies=len(made)) if made else None


def watch(api: AdminApi, *, reference: str) -> Receipt:
    """Return what has become of a refund that was pending."""
    return receipt(refund_state.status(api, reading.gid("Refund", int(reference))))


def _idempotency_key(domain: str, key: str) -> str:
    # The store keeps it for 24 hours; after that only the note tells that the deed was done.
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"lagniappe:{domain}:{key}"))


def _listed(back: GiveBack) -> tuple[Pieces, ...]:
    # Pieces that are still to be sent are given back as a mere sum: named, they might drop out of the parcel.
    return tuple(each for each in back.pieces if each.sent)


def _input(state: Json, back: GiveBack, key: str) -> Json:
    limit = refund_state.most(state)
    if back.amount.minor <= 0 or limit < back.amount:
        raise Rejected(f"{limit} can still be refunded, not {back.amount}.")
    buyers = refund_state.presented(state, back.amount)
    if buyers.minor == 0:
        raise Rejected(f"{back.amount} is less than the smallest coin of {buyers.currency}.")
    wish = {
        "orderId": state["id"],
        "note": f"{_words(back)} {refund_state.mark(key)}",
        "notify": False,
        "currency": buyers.currency,
        "refundLineItems": [refund_state.line_input(each) for each in _listed(back)],
        "transactions": [],
    }
    if back.shipping is not None:
        wish["shipping"] = {"fullRefund": True}
    if not _by_the_stores_own_reckoning(state, back):
        wish["discrepancyReason"] = "CUSTOMER"
    if back.way is Way.CREDIT:
        return wish | {"refundMethods": [{"storeCreditRefund": _credit(back, buyers)}]}
    return wish | {"transactions": list(_transactions(state, buyers))}


def _words(back: GiveBack) -> str:
    return CREDIT_NOTE if back.way is Way.CREDIT else "Goodwill, nothing to send back."


def _by_the_stores_own_reckoning(state: Json, back: GiveBack) -> bool:
    return _listed(back) == back.pieces and back.amount == refund_state.asked_for(state)


def _credit(back: GiveBack, buyers: Money) -> Json:
    credit: Json = {"amount": {"amount": buyers.text, "currencyCode": buyers.currency}}
    if back.credit_until is not None:
        credit["expiresAt"] = back.credit_until.isoformat()
    return credit


def _transactions(state: Json, amount: Money) -> Iterator[Json]:
    """Yield the payments to give back to, each up to what is left on it, until the amount is reached."""
    left = amount.minor
    for payment in refund_state.payments(state):
        part = min(left, refund_state.left_on(payment))
        if part > 0:
            left -= part
            yield _transaction(state, payment, Money(minor=part, currency=amount.currency))
    if left > 0:
        raise Rejected("The payments of this order do not hold the amount any more.")


def _transaction(state: Json, payment: Json, part: Money) -> Json:
    return {
        "orderId": state["id"],
        "parentId": payment["parentTransaction"]["id"],
        "gateway": payment["gateway"],
        "kind": "REFUND",
        "amount": part.text,
    }
