"""Where things stand in what Handwrytten answers.

It publishes what a call takes, and hardly what it answers: each thing is looked for wherever it was ever seen.
"""

import re
from decimal import Decimal, InvalidOperation
from typing import Any

from app.domain.money import Money

Json = dict[str, Any]

CURRENCY = "USD"
MARK = "client_metadata"  # the field of an order that we may write what we like in
_WRAPS = ("order", "response", "card", "user")
_LISTS = "results"
_NUMBER = re.compile(r"(?a:[\w-]{1,64})")
_BAD = 400  # and above: a no, whatever HTTP says of it
_WORDS = ("message", "error", "msg", "detail")


def is_no(said: object) -> bool:
    """Return whether an answer is one of their noes, which may come with any status."""
    code = said.get("httpCode") if isinstance(said, dict) else None
    return isinstance(said, dict) and (said.get("status") == "error" or (isinstance(code, int) and code >= _BAD))


def words(said: Json) -> str:
    """Return what a no says of itself."""
    return next((text for name in _WORDS if isinstance(text := said.get(name), str) and text.strip()), "")


def one(said: object) -> Json:
    """Return the one thing that an answer holds, wrapped or not; nothing of it where there is none."""
    if not isinstance(said, dict):
        return {}
    return next((said[name] for name in _WRAPS if isinstance(said.get(name), dict)), said)


def several(said: object, called: str) -> list[Json] | None:
    """Return the things that an answer lists, None where it lists nothing of the kind."""
    if isinstance(said, dict):
        said = said.get(called, said.get(_LISTS))
    return said if isinstance(said, list) and all(isinstance(each, dict) for each in said) else None


def number(thing: Json) -> str:
    """Return an order's or a card's number, "" for what is none."""
    text = str(thing.get("id") or thing.get("order_id") or "")
    return text if _NUMBER.fullmatch(text) else ""


def mark(order: Json) -> str:
    """Return the mark of ours that an order bears, "" for somebody else's."""
    return str(order.get(MARK) or "")


def tracking(order: Json) -> str:
    """Return the number by which the post knows it."""
    return str(order.get("tracking_number") or order.get("trackingNumber") or "")


def price(card: Json) -> Money | None:
    """Return what a card costs by their list, postage not in it; None where it does not say."""
    return _money(card.get("price"))


def balance(user: Json) -> Money | None:
    """Return what the account has in credits."""
    return _money(user.get("credits"))


def in_test_mode(user: Json) -> bool | None:
    """Return whether cards are ordered and none is written; None where it does not say."""
    said = user.get("test_mode")
    return None if said is None else str(said).casefold() in {"1", "true", "yes"}


def _money(said: object) -> Money | None:
    if isinstance(said, bool) or not isinstance(said, int | str | Decimal):
        return None
    try:
        return Money.parse(f"{Decimal(said):f}", CURRENCY)
    except (InvalidOperation, ValueError):
        return None
