"""What has become of a gift, in our words. It is charged when it is taken up; till then it may come to nothing."""

from datetime import datetime
from typing import Any

from app.domain.gifts import Moneys, Seen
from app.domain.money import Money
from app.domain.sendings import Status
from integrations.strict_json import moment

Json = dict[str, Any]

CURRENCY = "USD"  # in whose cents all their amounts are
_ON_ITS_WAY = {
    "created": Status.PLACED,
    "notified": Status.LINK_SENT,
    "opened": Status.LINK_SENT,
    "accepted": Status.ACCEPTED,
    "pending_payment": Status.ACCEPTED,
}
_PAID = {
    "paid": Status.ACCEPTED,
    "ordered": Status.IN_PRODUCTION,
    "shipped": Status.SHIPPED,
    "delivered": Status.DELIVERED,
}
_ENDED = {"failed": Status.FAILED, "canceled": Status.CANCELLED}
_WAITING = frozenset({"pending", "complete"})  # of a batch in which there is no order yet


def of_batch(batch: Json) -> Seen:
    """Return how far a batch is that has no order, and what became of its money."""
    word = str(batch.get("send_status") or "")
    if word in _ENDED:
        return Seen(status=_ENDED[word], word=word, money=Moneys.BACK)
    return Seen(status=Status.PLACED if word in _WAITING else None, word=word)


def of_order(order: Json) -> Seen:
    """Return how far an order is, and what became of its money."""
    word, times = str(order.get("status") or ""), order.get("event_times") or {}
    if word in _ENDED:
        # What was paid before is given back, or not, and that they do not say.
        return Seen(status=_ENDED[word], word=word, money=Moneys.SAME if times.get("paid_at") else Moneys.BACK)
    if word in _PAID:
        return Seen(
            status=_PAID[word],
            word=word,
            money=Moneys.CHARGED,
            cost=total(order),
            carrier=_of_parcel(order, "tracking_carrier"),
            tracking=_of_parcel(order, "tracking_number"),
            at=moment(str(times.get(f"{word}_at"))),
        )
    link = "" if order.get("recipient_email") else str(order.get("individual_gift_link") or "")
    return Seen(status=_ON_ITS_WAY.get(word), word=word, expires_at=expires_at(order), link=link)


def total(order: Json) -> Money | None:
    """Return what an order costs, swapped or not; None until its tax is known."""
    cents = (order.get("amounts") or {}).get("amount_total")
    return Money(minor=cents, currency=CURRENCY) if isinstance(cents, int) else None


def expires_at(order: Json) -> datetime | None:
    """Return until when it may be taken up, where that has an end."""
    return moment(str(order.get("expires_at")))


def _of_parcel(order: Json, name: str) -> str:
    return next((str(each[name]) for each in order.get("shipments") or [] if each.get(name)), "")
