"""What has become of an order, in our words. Their own word for a reward that was taken back stands with the money."""

from typing import Any

from app.domain.gifts import Moneys, Seen
from app.domain.money import Money
from app.domain.sendings import Status
from integrations.tremendous.amounts import money

Json = dict[str, Any]

_ENDED = {"CANCELED": Status.CANCELLED, "FAILED": Status.FAILED}
_WAITING = frozenset({"OPEN", "PENDING APPROVAL", "PENDING INTERNAL PAYMENT APPROVAL", "PENDING SETTLEMENT"})
_PAID = "EXECUTED"
_DELIVERY = {
    "SCHEDULED": Status.SCHEDULED,
    "PENDING": Status.PLACED,
    "SUCCEEDED": Status.LINK_SENT,
    # The e-mail came back. They keep the money until somebody mends the address or cancels.
    "FAILED": Status.FAILED,
}


def seen(order: Json) -> Seen:
    """Return how far an order is, and what became of its money."""
    word = str(order.get("status") or "")
    if word in _ENDED:
        return Seen(status=_ENDED[word], word=word, money=Moneys.BACK)
    if word in _WAITING:
        return Seen(status=Status.PLACED, word=word)
    paid = kept(order)
    if word != _PAID or paid is None:
        return Seen(status=None, word=word)
    if paid.minor <= 0:
        return Seen(status=Status.CANCELLED, word="taken back", money=Moneys.BACK)
    delivery = str((reward(order).get("delivery") or {}).get("status") or "")
    return Seen(status=_DELIVERY.get(delivery), word=delivery, money=Moneys.CHARGED, cost=paid)


def kept(order: Json) -> Money | None:
    """Return what they keep of the merchant's money; None where it cannot be read."""
    payment = order.get("payment") or {}
    total, refund = _money(payment), payment.get("refund")
    if total is None or not refund:
        return total
    back = _money(refund)
    return total - back if back is not None and back.currency == total.currency else None


def reward(order: Json) -> Json:
    """Return the one thing that was ordered."""
    rewards = order.get("rewards") or [{}]
    found: Json = rewards[0]
    return found


def _money(said: Json) -> Money | None:
    try:
        return money(said["total"], str(said["currency_code"]))
    except (KeyError, ValueError):
        return None
