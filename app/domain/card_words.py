"""What may stand on a card: words of one person to another, filled in and signed, that sell and promise nothing.

Words are free but for this. Whatever is refused is named, in a sentence for whoever typed it.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping

from app.domain import tastes

PLACEHOLDERS = ("first_name", "agent", "shop", "order_item")  # what may be known of a customer and an agent
WORDLESS = "A card wants a few words of your own."
UNSIGNED = "A card is signed by a person, and your name is not known here: please end it with your name."

_UNSEEN = "Cf"  # category of characters that take no room: they would hide a word from us, and from nobody else
_GAP = re.compile(r"\{(\w+)\}")
_UNFILLED = re.compile(
    r"\{+[^{}]*\}+|\{+\w*|\*\|\w+\|\*|\[+[^\[\]]{1,40}\]+|<+[^<>]{1,40}>+|%[A-Za-z_]{2,30}%|\$[A-Za-z_]{2,30}|_{3,}"
    r"|\b[xX]{3,}\b|\b(?:TODO|TBD)\b|\b(?:Dear|Hi|Hello) (?:None|null|undefined|NaN)\b"
    r"|^\s*(?:Dear|Lieber?|Chère?|Cher|Querid[ao])\s*,",
    re.MULTILINE,
)
_CODE = re.compile(r"\b(?=[A-Z0-9-]*[A-Z])(?=[A-Z0-9-]*\d)[A-Z0-9]+(?:-[A-Z0-9]+)*\b")
_SHORTEST_CODE = 5
_LONGEST_ECHO = 60
_SELLS = re.compile(
    r"\b(?:coupons?|vouchers?|promo(?:tion)? codes?|discounts?|gutschein\w*|rabatt\w*|bon de réduction)\b"
    r"|\bcode:?\s+[A-Z]{4,}\b|\d+\s?(?:%|percent\b)\s*(?:off|discount|rabatt|de réduction)",
    re.IGNORECASE,
)
# Beside somebody's grief this is out of place, however kindly it is meant.
_TRADES = re.compile(
    r"\d+\s?(?:%|percent\b)|[$€£¥]\s?\d[\d.,]*|\d[\d.,]*\s?(?:[€£¥]|(?:USD|EUR|GBP|CAD|dollars?|euros?|pounds?)\b)"
    r"|https?://\S+|\bwww\.\S+|\b[\w-]+\.(?:com|net|org|shop|store)\b"
    r"|\b(?:\d+ points|loyalty|rewards?|gift ?cards?|store credit|free shipping|special offers?|newsletters?"
    r"|subscriptions?|next (?:order|purchase)|shop (?:now|again|with))\b",
    re.IGNORECASE,
)
_DAY = (
    r"(?:today|tonight|tomorrow|next week|(?:mon|tues|wednes|thurs|fri|satur|sun)day|in time|on time"
    r"|(?:with)?in (?:an?|\d+|two|three|a few) (?:hours?|days?|weeks?)|\d{1,2}[./]\d{1,2}\b|\d{4}-\d\d-\d\d"
    r"|(?:january|february|march|april|may|june|july|august|september|october|november|december) \d+"
    r"|heute|morgen|übermorgen|(?:mon|diens|donners|frei|sams|sonn)tag|mittwoch|demain"
    r"|(?:lun|mar|mercre|jeu|vendre|same)di|dimanche)"
)
_ARRIVES = (
    r"(?:arriv(?:e|es|ing)|delivers?|be delivered|ships?|be there|be with you|reach(?:es)? you|comes?"
    r"|gets? (?:there|to you)|kommt|ankommen|arrivera)"
)
_PROMISES = re.compile(
    r"(?:\b(?:will|shall)|['’]ll|\bgoing to)\s+(?:\w+\s+){0,2}?"
    r"(?:arrive|be delivered|reach you|ship|get (?:there|to you)|be there(?!\s+for\b))\b"
    rf"|\b{_ARRIVES}\b[^.!?\n]{{0,40}}?\b{_DAY}\b|\b{_DAY}\b[^.!?\n]{{0,25}}?\b{_ARRIVES}\b"
    r"|\b(?:we|i)(?:\s+will|\s+shall|['’]ll|\s+are going to|\s+am going to)\s+(?:\w+\s+){0,3}?"
    r"(?:refund|replace|reimburse|repay|credit|send (?:you|another|a new))\b"
    r"|\byou(?:\s+will|\s+shall|['’]ll|\s+are going to)\s+(?:\w+\s+){0,2}?(?:get|receive)\b[^.!?\n]{0,40}?"
    r"\b(?:refunds?|money|replacements?|free|credit|gifts?)\b"
    r"|\b(?:we|i) promise\b|\bguarante\w*|\bgaranti\w*|\bversprechen\b|\bpromettons\b|\bje promets\b"
    r"|\b(?:never|not|n['’]t)\s+(?:ever\s+)?happen again\b|\bnie wieder (?:vor|passier)\w*|\bne se reproduira\w*",
    re.IGNORECASE,
)
_ENDS_IN_A_NAME = re.compile(r"(?:^|[\n,–—-])\s*([^\W\d_][\w’'-]*)(?: [^\W\d_][\w’'-]*)?\s*$")


def filled(template: str, known: Mapping[str, str]) -> str:
    """Return the words with what is known in place of its name in braces; what is not known stays, to be refused."""
    return _GAP.sub(lambda gap: " ".join(known.get(gap[1].lower(), "").split()) or gap[0], template)


def signed(words: str, first_name: str) -> str:
    """Return the words as they go out: line by line as they were typed, with who wrote them below."""
    lines = [" ".join(line.split()) for line in words.strip().splitlines()]
    return unicodedata.normalize("NFC", "\n".join([*lines, first_name]).strip())


def objections(words: str, *, sympathy: bool = False, never: Iterable[str] = ()) -> tuple[str, ...]:
    """Return why these words cannot go on a card, before anybody signed them; none where they can.

    `sympathy` says that it is a hard time for whoever reads them; `never`, what the team noted that they never want.
    """
    read = "".join(each for each in unicodedata.normalize("NFKC", words) if unicodedata.category(each) != _UNSEEN)
    if not read.strip():
        return (WORDLESS,)
    sells = _first(_SELLS, read) or next((code[0] for code in _CODE.finditer(read) if _is_code(code[0])), "")
    trades = _first(_TRADES, read) if sympathy and not sells else ""
    named = tastes.met(never, read)
    found = {
        "“{}” was not filled in yet.": _first(_UNFILLED, read),
        "A card sells nothing: please leave out “{}”.": sells,
        "In a hard time a card names no price and leads to no shop: please leave out “{}”.": trades,
        "This cannot be promised: “{}”. Please say it without.": _first(_PROMISES, read),
        "Please leave out “{}”: this customer never wants to hear of it, as the team noted.": named or "",
    }
    return tuple(said.format(what) for said, what in found.items() if what)


def ends_in_a_name(words: str) -> bool:
    """Return whether somebody whose name we do not know signed by themselves, as in “With love, Ana”."""
    found = _ENDS_IN_A_NAME.search(words.strip())
    return found is not None and found[1][0].isupper()


def _first(pattern: re.Pattern[str], words: str) -> str:
    found = pattern.search(words)
    return "" if found is None else " ".join(found[0].split())[:_LONGEST_ECHO]


def _is_code(word: str) -> bool:
    return len(word) >= _SHORTEST_CODE
