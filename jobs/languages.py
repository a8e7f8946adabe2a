"""What a language says: its words, and how numbers, days and money are written in it.

English stands in code and templates. What another language says instead stands in its catalogues, one a part of the
house; what they do not know is said in English.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path

from babel import Locale
from babel.dates import format_date, format_datetime
from babel.messages.pofile import read_po
from babel.numbers import format_currency, format_decimal

from app.domain.money import Money, decimals

ENGLISH = "en"
FRENCH = "fr"
LANGUAGES = (ENGLISH, FRENCH)
_TWO_DECIMALS = re.compile(r"(?a:\d+\.\d{1,2})")
CATALOGUES = Path(__file__).parents[1] / "app" / "web" / "languages"  # beside the pages, which say most of it


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """What one language says instead of the English."""

    words: Mapping[str, str]
    plurals: Mapping[tuple[str, str], tuple[str, str]]


@cache
def catalogue(language: str) -> Catalogue:
    """Return what the language says; nothing for English, which says what stands in the code."""
    words: dict[str, str] = {}
    plurals: dict[tuple[str, str], tuple[str, str]] = {}
    for path in sorted((CATALOGUES / language).glob("*.po")):
        with path.open("rb") as file:
            for message in read_po(file, locale=language, abort_invalid=True):
                if isinstance(message.id, str):
                    words[message.id] = str(message.string) or message.id
                elif message.string:
                    one, many = message.id
                    plurals[one, many] = (message.string[0] or one, message.string[1] or many)
    return Catalogue(words=words, plurals=plurals)


def N_(message: str) -> str:  # noqa: N802  # so it is called everywhere
    """Mark words of a table that are said only when they are shown."""
    return message


def both(one: str, many: str) -> tuple[str, str]:
    """Mark a noun of a table, for one and for many, that is said only when it is shown."""
    return one, many


@dataclass(frozen=True, slots=True)
class Tongue:
    """One language, for whoever writes in it."""

    language: str

    @property
    def colon(self) -> str:
        """A colon as it is set: French keeps a space before it."""
        return "\N{NO-BREAK SPACE}:" if self.language == FRENCH else ":"

    def word(self, message: str) -> str:
        """Return what is said instead of the English."""
        return catalogue(self.language).words.get(message, message)

    def plural(self, one: str, many: str, count: int) -> str:
        """Return which of the two words is used for so many."""
        pair = catalogue(self.language).plurals.get((one, many), (one, many))
        return pair[0] if Locale(self.language).plural_form(count) == "one" else pair[1]

    def number(self, value: int) -> str:
        """Return the number as it is written: 1,204."""
        return format_decimal(value, locale=self.language)

    def money(self, value: Money) -> str:
        """Return the amount as it is written: $1,234.50."""
        if self.language == ENGLISH:
            return str(value)
        places = decimals(value.currency)
        pattern = f"#,##0{'.' if places else ''}{'0' * places}\N{NO-BREAK SPACE}¤"
        decimal = Decimal(value.text)
        return format_currency(decimal, value.currency, format=pattern, locale=self.language, currency_digits=False)

    def typed(self, amount: str) -> str:
        """Return an amount in plain decimals as it is typed: 12.50. Of three decimals a comma would part thousands."""
        return amount.replace(".", ",") if self.language == FRENCH and _TWO_DECIMALS.fullmatch(amount) else amount

    def dated(self, value: date, pattern: str) -> str:
        """Return the day, or the moment, by a pattern of CLDR's letters: "d MMM yyyy, HH:mm"."""
        if isinstance(value, datetime):
            return format_datetime(value, pattern, locale=self.language)
        return format_date(value, pattern, locale=self.language)
