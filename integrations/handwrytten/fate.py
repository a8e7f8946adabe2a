"""What has become of a card, in our words.

Which words they have for it is not written anywhere. Those that can mean one thing alone are understood, and any other
is handed on; what the post has a number for is on its way, whatever they call it.
"""

from app.domain.gifts import Moneys, Seen
from app.domain.sendings import Status
from integrations.handwrytten import names
from integrations.handwrytten.names import Json

_MEANS = {
    "new": Status.PLACED,
    "paid": Status.PLACED,
    "pending": Status.PLACED,
    "scheduled": Status.SCHEDULED,
    "in production": Status.IN_PRODUCTION,
    "printing": Status.IN_PRODUCTION,
    "processing": Status.IN_PRODUCTION,
    "writing": Status.IN_PRODUCTION,
    "mailed": Status.SHIPPED,
    "shipped": Status.SHIPPED,
    "delivered": Status.DELIVERED,
    "returned": Status.RETURNED,
    "returned to sender": Status.RETURNED,
    "canceled": Status.CANCELLED,
    "cancelled": Status.CANCELLED,
    "refunded": Status.REFUNDED,
}
_GIVEN_BACK = frozenset({Status.CANCELLED, Status.REFUNDED})
_BEYOND_THE_POST = frozenset({Status.DELIVERED, Status.RETURNED})


def seen(order: Json) -> Seen:
    """Return how far an order is, and what became of its money."""
    word, tracking = str(order.get("status") or ""), names.tracking(order)
    status = _MEANS.get(" ".join(word.casefold().replace("_", " ").replace("-", " ").split()))
    if tracking and status not in _BEYOND_THE_POST:
        return Seen(status=Status.SHIPPED, word=word, tracking=tracking)
    money = Moneys.BACK if status in _GIVEN_BACK else Moneys.SAME
    return Seen(status=status, word=word, money=money, tracking=tracking)
