"""What has become of a piece, in our words: what its carrier said last, and before that what the printer does."""

from datetime import datetime
from typing import Any

from app.domain.gifts import Moneys, Seen
from app.domain.sendings import Status
from integrations.strict_json import moment

Json = dict[str, Any]

_PRINTING = {"rendered": Status.PLACED, "processed": Status.IN_PRODUCTION}
_ON_ITS_WAY = {
    "Mailed": Status.SHIPPED,
    "In Transit": Status.SHIPPED,
    "In Local Area": Status.SHIPPED,
    "Re-Routed": Status.SHIPPED,
    "International Exit": Status.SHIPPED,
    "Processed for Delivery": Status.DELIVERED,  # the last that is heard of most letters
    "Delivered": Status.DELIVERED,
    "Returned to Sender": Status.RETURNED,
}
_PRESUMED = "Processed for Delivery"


def seen(piece: Json) -> Seen:
    """Return how far a piece is, and what became of its money."""
    if piece.get("deleted"):
        return Seen(status=Status.CANCELLED, word="deleted", money=Moneys.BACK)
    word, at = _last(piece)
    if word:
        return Seen(
            status=_ON_ITS_WAY.get(word),
            word=word,
            carrier=str(piece.get("carrier") or ""),
            tracking=str(piece.get("tracking_number") or ""),
            confirmed=word != _PRESUMED,
            at=at,
        )
    status = str(piece.get("status") or "")
    if status == "failed":
        return Seen(status=Status.FAILED, word=status, money=Moneys.BACK)
    return Seen(status=_PRINTING.get(status), word=status)


def _last(piece: Json) -> tuple[str, datetime | None]:
    """Return what its carrier said last, by the moments and not by the order in which they are told."""
    events = [each for each in piece.get("tracking_events") or [] if isinstance(each, dict) and each.get("name")]
    told = [(str(each["name"]), moment(str(each.get("time") or each.get("date_created")))) for each in events]
    dated = [(word, at) for word, at in told if at is not None]
    return max(dated, key=lambda each: each[1]) if dated else (told[-1] if told else ("", None))
