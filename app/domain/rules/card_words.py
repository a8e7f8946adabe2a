"""What may stand on a card that a person writes by hand: words of one person to another, and nothing that sells."""

import re
import unicodedata

LONGEST = 400  # characters, with the signature; more does not fit on a card
_PLACEHOLDER = re.compile(
    r"\{+[^{}]*\}+|\[[^\[\]]{1,40}\]|<[^<>]{1,40}>|%[A-Za-z_]{2,30}%|\$[A-Za-z_]{2,30}|_{3,}|\b[xX]{3,}\b|\b(?:TODO|TBD)\b"
)
_CODE = re.compile(r"\b(?=[A-Z0-9-]*[A-Z])(?=[A-Z0-9-]*\d)[A-Z0-9]+(?:-[A-Z0-9]+)*\b")
_SHORTEST_CODE = 5
_SELLS = re.compile(
    r"\b(?:coupons?|vouchers?|promo(?:tion)? codes?|discounts?|gutschein\w*|rabatt\w*|bon de réduction)\b"
    r"|\d+\s?(?:%|percent\b)\s*(?:off|discount|rabatt|de réduction)",
    re.IGNORECASE,
)
_WRITTEN = ("L", "M", "N", "P", "Zs", "Sc", "Sm", "Sk")  # what a pen draws: letters, figures, signs, spaces


def problem(words: str) -> str | None:
    """Return why these words cannot go on a card, as a sentence for whoever typed them; None when they can."""
    if not words.strip():
        return "A card wants a few words of your own."
    if len(words) > LONGEST:
        return f"That is {len(words)} characters, and {LONGEST} fit on the card, with your name."
    unfilled = _PLACEHOLDER.search(words)
    if unfilled is not None:
        return f"“{unfilled[0]}” was not filled in yet."
    sells = _SELLS.search(words) or next((each for each in _CODE.finditer(words) if _is_code(each[0])), None)
    if sells is not None:
        return f"A card sells nothing: please leave out “{sells[0]}”."
    odd = next((each for each in words if each != "\n" and not unicodedata.category(each).startswith(_WRITTEN)), None)
    return None if odd is None else f"A pen cannot write {_named(odd)}: please use letters, figures and signs alone."


def _is_code(word: str) -> bool:
    return len(word) >= _SHORTEST_CODE


def _named(character: str) -> str:
    """Return a character as it can be shown: those that nobody sees are named by their number."""
    return f"“{character}”" if character.isprintable() else f"the character U+{ord(character):04X}"
