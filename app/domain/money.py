"""Money is an integer of minor units with its currency; decimal text lives at the edges only."""

import re
from dataclasses import dataclass
from functools import lru_cache

# ISO 4217: every currency not named here has two decimals.
_NO_DECIMALS = (
    *("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG"),
    *("RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF"),
)
_THREE_DECIMALS = ("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND")
_DECIMALS = dict.fromkeys(_NO_DECIMALS, 0) | dict.fromkeys(_THREE_DECIMALS, 3)
SYMBOLS = {"USD": "$", "CAD": "CA$", "AUD": "A$", "EUR": "€", "GBP": "£", "JPY": "¥"}
# Twelve digits keep a shop's sum of thousands of the largest amounts inside a 64-bit column.
_DECIMAL_TEXT = re.compile(r"(?a:-?\d{1,12}(\.\d{1,18})?)")
_CURRENCY = re.compile(r"(?a:[A-Z]{3})")


def decimals(currency: str) -> int:
    """Return how many decimals the currency has (ISO 4217)."""
    return _DECIMALS.get(currency, 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Money:
    """An amount in minor units (cents, yen, fils). Mixing currencies raises ValueError."""

    minor: int
    currency: str

    @classmethod
    def parse(cls, text: str, currency: str) -> "Money":
        """Return the amount written as decimal text, exactly; raise ValueError for anything else.

        More decimals than the currency has are accepted only when they are zeros ("45.000" dollars).
        """
        return cls(minor=minor_units(text, currency), currency=currency)

    @property
    def text(self) -> str:
        """The plain decimal text that store and vendors expect, such as "12.34"."""
        places = decimals(self.currency)
        digits = str(abs(self.minor)).rjust(places + 1, "0")
        whole, fraction = (digits[:-places], "." + digits[-places:]) if places else (digits, "")
        return f"{'-' if self.minor < 0 else ''}{whole}{fraction}"

    def __str__(self) -> str:
        """Money as a person reads it, such as "$1,234.50" or "1,234.50 SEK"."""
        whole, dot, fraction = self.text.lstrip("-").partition(".")
        sign, amount = "-" if self.minor < 0 else "", f"{int(whole):,}{dot}{fraction}"
        symbol = SYMBOLS.get(self.currency)
        return f"{sign}{symbol}{amount}" if symbol else f"{sign}{amount} {self.currency}"

    def __add__(self, other: "Money") -> "Money":
        return Money(minor=self.minor + self._same(other), currency=self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return Money(minor=self.minor - self._same(other), currency=self.currency)

    def __lt__(self, other: "Money") -> bool:
        return self.minor < self._same(other)

    def __le__(self, other: "Money") -> bool:
        return self.minor <= self._same(other)

    def _same(self, other: "Money") -> int:
        if other.currency != self.currency:
            raise ValueError(f"{self.currency} and {other.currency} cannot be compared or added")
        return other.minor


def minor_units(text: str, currency: str) -> int:
    """Return the minor units that `Money.parse` finds, or raise as it does: for a million amounts, without objects."""
    places = _places(currency)
    if not _DECIMAL_TEXT.fullmatch(text):
        raise ValueError(f"not a plain decimal amount: {text[:24]!r}")
    whole, _, fraction = text.partition(".")
    if len(fraction) == places:  # nearly all
        return int(whole + fraction)
    if fraction[places:].strip("0"):
        raise ValueError(f"{text[:24]!r} has more decimals than {currency}")
    return int(whole + fraction[:places].ljust(places, "0"))


@lru_cache(maxsize=256)
def _places(currency: str) -> int:
    if not _CURRENCY.fullmatch(currency):
        raise ValueError(f"not a currency code: {currency[:12]!r}")
    return decimals(currency)


def zero(currency: str) -> Money:
    """Return nothing, in that currency."""
    return Money(minor=0, currency=currency)
