"""Words that cards may begin with: looked at as they would come out, before anybody is offered them."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from app.domain import card_paper, card_words
from app.domain.card_paper import HAND, Sheet

LONGEST, LONGEST_NAME, MOST = 600, 60, 40
AGENT = "Robin"  # signs what nobody has sent yet


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """How words come out for somebody who is made up; `wrong` says why they cannot be offered."""

    sheet: Sheet
    wrong: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Starter:
    """Words of ours, for whoever has none of their own yet."""

    name: str
    words: str
    sympathy: bool = False


STARTERS = (
    Starter(
        name="A thank-you",
        words="Dear {first_name},\nthank you for being with us. I liked packing {order_item} for you.",
    ),
    Starter(
        name="An apology",
        words="Dear {first_name},\nI am sorry about {order_item}. You were right to tell us, and kind about it.",
    ),
    Starter(
        name="In a hard time",
        words="Dear {first_name},\nI am so sorry. All of us at {shop} are thinking of you.",
        sympathy=True,
    ),
)


def sample(words: str, *, sympathy: bool, shop: str) -> Sample:
    """Return how the words come out, with something in place of every name that can be filled in."""
    filled = card_words.filled(words, _made_up(shop))
    sheet = card_paper.laid_out(card_words.signed(filled, AGENT), HAND)
    return Sample(sheet=sheet, wrong=(*card_words.objections(filled, sympathy=sympathy), *sheet.wrong))


def _made_up(shop: str) -> Mapping[str, str]:
    return MappingProxyType({"first_name": "Alex", "agent": AGENT, "shop": shop, "order_item": "the oak cat tree"})
