"""Reading an order, more strictly than the real one does: a name that its reference lacks is refused.

A field that it says nothing of beyond its name may hold a text.
"""

import unicodedata
from collections.abc import Collection
from typing import Any

from integrations.sandbox.handwrytten.catalogue import FONTS, Card, card
from integrations.sandbox.handwrytten.refusals import invalid

Order = dict[str, Any]

_WHO = ("name", "first_name", "last_name", "business_name", "address1", "address2", "city", "state", "zip")
_SIDES = ("sender", "recipient")
_NUMBERS = ("card_id", "denomination_id", "insert_id", "qr_code_id", "credit_card_id")
KNOWN = frozenset(
    {
        *_NUMBERS,
        *(f"{side}_{field}" for side in _SIDES for field in (*_WHO, "country_id", "country")),
        *("message", "wishes", "font_label", "couponCode", "date_send", "validate_address", "webhook_url"),
        "client_metadata",
    }
)
_HOME = 1
_NEEDS_STATE = {_HOME, 2}
_LONGEST_WORDS, _LONGEST_LINE, _LONGEST_MARK = 500, 60, 255


def read(body: object) -> Order:
    """Return the order that the body asks for; raises Refused."""
    order = an_object(body, KNOWN)
    for name in order:
        _check_kind(name, order[name])
    found = card(order.get("card_id"))
    if found is None or not found.quantity:
        raise invalid("Card not found")
    if order.get("font_label") not in {*FONTS, *FONTS.values()}:
        raise invalid("font label error")
    check_words(order.get("message"), found)
    for side in _SIDES:
        _check_side(order, side)
    if len(order.get("client_metadata", "")) > _LONGEST_MARK:
        raise invalid("client_metadata is too long")
    return order


def an_object(body: object, known: Collection[str]) -> Order:
    """Return the body if it is an object of known names; raises Refused."""
    if not isinstance(body, dict):
        raise invalid("the body must be an object")
    for name in body:
        if name not in known:
            raise invalid(f"{name} is not allowed")
    return body


def check_words(message: object, on: Card) -> None:
    """Raise Refused for words that cannot be written on a card, or do not fit."""
    if not isinstance(message, str) or not message.strip():
        raise invalid("message error")
    check_letters(message.replace("\n", ""))
    if len(message) > min(on.width * on.height, _LONGEST_WORDS) or len(written(message, on.width)) > on.height:
        raise invalid("You have a message that is too long for the card.")


def check_letters(text: str) -> None:
    """Raise Refused for what no pen there writes: other scripts than the Latin one, pictures, and what nobody sees."""
    for letter in text:
        kind = unicodedata.category(letter)
        foreign = kind[0] == "L" and not unicodedata.name(letter, "").startswith("LATIN")
        if foreign or kind[0] in "CM" or kind in {"So", "Sk"} or (kind[0] == "Z" and letter != " "):
            raise invalid(f"The font has no glyph U+{ord(letter):04X}")


def written(message: str, width: int) -> list[str]:
    """Return the lines as the pen writes them: full ones, and a word that is longer than a line goes over its end."""
    lines: list[str] = []
    for paragraph in message.split("\n"):
        line = ""
        for word in paragraph.split(" "):
            longer = f"{line} {word}" if line else word
            if len(longer) > width and len(word) <= width:
                lines.append(line)
                longer = word
            while len(longer) > width:
                lines.append(longer[:width])
                longer = longer[width:]
            line = longer
        lines.append(line)
    return lines


def _check_kind(name: str, value: object) -> None:
    if name in _NUMBERS or name.endswith("_country_id"):
        right = isinstance(value, int) and not isinstance(value, bool)
    else:
        right = isinstance(value, bool if name == "validate_address" else str)
    if not right:
        raise invalid(f"{name} error")


def _check_side(order: Order, side: str) -> None:
    said = {field: str(order.get(f"{side}_{field}", "")).strip() for field in _WHO}
    if not said["name"] and not (said["first_name"] and said["last_name"]):
        raise invalid(f"Oops! Please check {side} name")
    country = order.get(f"{side}_country_id", _HOME)
    needed = ["address1", "city", "zip", *(["state"] if country in _NEEDS_STATE else [])]
    for field in needed:
        if not said[field]:
            raise invalid(f"Oops! Please check {side} {field}")
    for text in said.values():
        check_letters(text)
        if len(text) > _LONGEST_LINE:
            raise invalid(f"Oops! Please check {side}: a line is too long for the envelope")
