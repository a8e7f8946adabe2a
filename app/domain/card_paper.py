"""How words come out on a vendor's paper: line by line, and what of them it cannot take."""

import textwrap
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from app.domain.gifts import Letters, Paper

HAND = Paper(characters=400, letters=Letters.DRAWN)  # a card that a person writes
_DRAWN = ("L", "M", "N", "P", "Zs", "Sc", "Sm", "Sk")  # what a person's pen draws: letters, figures, signs, spaces
_COMMON_SIGNS = "“”„‘’‚«»‹›–—…·•¡¿€£¥¢§°½¼¾×÷"
_JOINING = "\u200c\u200d\u200e\u200f"  # unseen, and part of how some scripts and pictures are written
_UNSEEN = ("C", "Zl", "Zp")
_CANNOT: Mapping[Letters, str] = {
    Letters.ANY: "Nobody would see {}: please leave it out.",
    Letters.DRAWN: "A pen cannot write {}: please use letters, figures and signs alone.",
    Letters.LATIN: "The pen there cannot write {}: please use Latin letters, figures and common signs alone.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """Words as they come out. `left` is how many characters more there is room for; `wrong`, why they cannot go."""

    lines: tuple[str, ...]
    left: int
    wrong: tuple[str, ...] = ()


def laid_out(words: str, paper: Paper) -> Sheet:
    """Return how words that are signed come out on that paper."""
    lines = tuple(piece for line in words.split("\n") for piece in _wrapped(line, paper.width))
    odd = next((each for each in words if each != "\n" and not _can_stand(each, paper.letters)), None)
    wrong = (
        _CANNOT[paper.letters].format(_named(odd)) if odd is not None else "",
        f"That is {len(words)} characters, and {paper.characters} fit on the card, with your name."
        if len(words) > paper.characters
        else "",
        f"That makes {len(lines)} lines, and {paper.lines} fit on the card." if 0 < paper.lines < len(lines) else "",
    )
    return Sheet(lines=lines, left=paper.characters - len(words), wrong=tuple(filter(None, wrong)))


def _wrapped(line: str, width: int) -> list[str]:
    return (textwrap.wrap(line, width, break_on_hyphens=False) or [""]) if width else [line]


def _can_stand(character: str, letters: Letters) -> bool:
    category = unicodedata.category(character)
    match letters:
        case Letters.ANY:
            return character in _JOINING or not category.startswith(_UNSEEN)
        case Letters.DRAWN:
            return category.startswith(_DRAWN)
        case Letters.LATIN:
            latin = category.startswith("L") and unicodedata.name(character, "").startswith("LATIN")
            return latin or " " <= character <= "~" or character in _COMMON_SIGNS


def _named(character: str) -> str:
    """Return a character as it can be shown: those that nobody sees are named by their number."""
    return f"“{character}”" if character.isprintable() else f"the character U+{ord(character):04X}"
