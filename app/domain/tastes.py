"""What a customer likes, and what must never be sent to them, in an agent's own few words."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

MOST, LONGEST = 8, 60
CODE = "never"
_FLOWERS = "flowers bouquet roses lilies lily tulips"  # a bouquet may hold any of these, and nobody is told which
_BETWEEN = re.compile(r"[,;\n]")
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tastes:
    """A customer's, as agents noted them."""

    likes: tuple[str, ...] = ()
    never: tuple[str, ...] = ()

    def __str__(self) -> str:
        likes = f"likes {', '.join(self.likes)}" if self.likes else ""
        never = f"never {', '.join(self.never)}" if self.never else ""
        return "; ".join(filter(None, (likes, never))) or "nothing noted yet"


NOTHING_NOTED = Tastes()


def read(typed: str) -> tuple[str, ...]:
    """Return what somebody typed with commas between; raise ValueError with a sentence for them."""
    words = [" ".join("".join(filter(str.isprintable, each)).split()) for each in _BETWEEN.split(typed)]
    found = {word.casefold(): word for word in reversed(words) if word}
    if len(found) > MOST:
        raise ValueError(f"Please name {MOST} things at most.")
    if any(len(word) > LONGEST for word in found.values()):
        raise ValueError(f"Please use {LONGEST} letters at most for each.")
    return tuple(reversed(found.values()))


def unwelcome(never: Iterable[str], *things: str) -> tuple[str, str] | None:
    """Return why a thing of these names must not be sent, as (code, sentence); None when it may be.

    An entry is met when every word of it is among the names': “dark chocolate” lets milk chocolate through. One of
    them more or less does not matter: “nuts” holds “a nut”.
    """
    entry = met(never, *things)
    return None if entry is None else _said(entry)


def met(never: Iterable[str], *things: str) -> str | None:
    """Return which entry is met by things of these names; a whole text may be one."""
    names = _words(" ".join(things))
    return next((entry for entry in never if (words := _words(entry)) and words <= names), None)


def no_flowers(never: Iterable[str], product: str) -> tuple[str, str] | None:
    """Return why no flowers may be sent, as (code, sentence): one word of an entry is enough for these."""
    names = _words(f"{_FLOWERS} {product}")
    entry = next((entry for entry in never if _words(entry) & names), None)
    return None if entry is None else _said(entry)


def together(some: Iterable[str], others: Iterable[str]) -> tuple[str, ...]:
    """Return what two people noted of one and the same customer, each thing once."""
    return tuple({word.casefold(): word for word in (*some, *others)}.values())


def _said(entry: str) -> tuple[str, str]:
    return CODE, f"This customer never wants “{entry}”, as the team noted."


def _words(text: str) -> frozenset[str]:
    return frozenset(word.removesuffix("s") for word in _WORD.findall(unicodedata.normalize("NFKC", text).casefold()))
