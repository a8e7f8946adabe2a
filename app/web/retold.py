"""What the rooms below say in English, in the language of whoever reads: reasons and troubles as the books keep them.

Such a sentence was put together long before it is read. So it is known by its shape: a message of the catalogue, with
values in its holes. What no message fits is shown as it was written, and marked as English.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from functools import cache, lru_cache

from markupsafe import Markup

from app.domain.money import SYMBOLS, Money
from app.web.language import colon, dated, money, number, spoken
from jobs.languages import ENGLISH, FRENCH, catalogue

_HOLE = re.compile(r"%\((\w+)\)s|%%")
_SENTENCES = re.compile(r"(?<=[.!?]) ")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_DAY = re.compile(rf"(?a:(\d{{1,2}}) ({'|'.join(_MONTHS)})(?: (\d{{4}}))?)")
_ANY_YEAR, _ANY_MONDAY = 2028, date(2028, 1, 3)  # a leap year, for days that name none
_NUMBER = re.compile(r"(?a:\d{1,3}(?:,\d{3})*)")
_TIMES = re.compile(r"(?a:\d+\.\d)")
_CODES = {symbol: code for code, symbol in SYMBOLS.items()}
_MONEY = re.compile(
    rf"(?a:(-?)({'|'.join(map(re.escape, _CODES))})?((?:\d|,(?=\d{{3}}))+(?:\.\d+)?)(?: ([A-Z]{{3}}))?)"
)

# What holes of these names hold; all others hold a part of one sentence.
_AMOUNT, _SENTENCES_OF_THEIR_OWN = r"\S*\d(?: [A-Z]{3})?", ".+"
_HELD = {
    **dict.fromkeys(("amount", "net", "threshold", "floor"), _AMOUNT),
    **dict.fromkeys(("again", "because", "said", "why"), _SENTENCES_OF_THEIR_OWN),
    "orders": r"\S+ orders?",
    "since": r"(?:\d+ \w+ )?\d{4}",
    "times": r"[\d.]+",
    "words": "(?:: .+)?",  # of theirs, behind our own, if they said any
}
_PART = r"(?:(?![.!?] ).)+?"

_LONGEST = 500  # none of our own sentences is; looked for in a longer one, shapes with many holes take their time

Shape = tuple[tuple[str, ...], re.Pattern[str], str]


def retold(text: str | None) -> str:
    """Return the sentences in the language of whoever looks, as far as it is known how."""
    if not text or spoken() == ENGLISH:
        return text or ""
    return _told(text, spoken())


def told_plainly(text: str) -> str:
    """Return the same without marks, for whoever shows it as text."""
    return Markup(retold(text)).striptags() if spoken() != ENGLISH else text  # noqa: S704  # marks come off


@lru_cache(maxsize=4096)
def _told(text: str, language: str) -> str:
    whole = _known(text, language)
    if whole is not None:
        return whole
    said = [(part, _known(part, language)) for part in _SENTENCES.split(text)]
    return Markup(" ").join(Markup('<span lang="en">{}</span>').format(part) if it is None else it for part, it in said)


def _known(text: str, language: str) -> str | None:
    """Return the text in that language; None where no message has its shape."""
    plain = catalogue(language).words.get(text)
    if plain is not None or len(text) > _LONGEST:
        return plain
    first = text.partition(" ")[0]
    shapes = _shapes(language)
    for words, shape, said in (*shapes.get(first, ()), *shapes.get("", ())):
        # Most are told apart by a word that is not there, which is looked for much sooner than a shape.
        found = shape.fullmatch(text) if all(word in text for word in words) else None
        if found is not None:
            return said % {name: _value(value, language) for name, value in found.groupdict().items()}
    return None


@cache
def _shapes(language: str) -> Mapping[str, tuple[Shape, ...]]:
    """Return the messages with holes by their first word, "" for those that begin with a hole; the fullest first."""
    shapes: dict[str, list[Shape]] = {}
    for message, said in sorted(catalogue(language).words.items(), key=lambda pair: -len(_HOLE.sub("", pair[0]))):
        if _HOLE.search(message):
            first = message.partition(" ")[0]
            shapes.setdefault("" if "%" in first else first, []).append((_words(message), _shape(message), said))
    return {first: tuple(found) for first, found in shapes.items()}


def _words(message: str) -> tuple[str, ...]:
    """Return what stands between the holes, the longest first."""
    between = _HOLE.sub(lambda hole: "\0" if hole[1] else "%", message).split("\0")
    return tuple(sorted(filter(None, between), key=len, reverse=True))


def _shape(message: str) -> re.Pattern[str]:
    return re.compile("".join(_pieces(message)), re.DOTALL)


def _pieces(message: str) -> Iterator[str]:
    end, seen = 0, set()
    for hole in _HOLE.finditer(message):
        yield re.escape(message[end : hole.start()])
        name = hole[1]
        if name is None:
            yield "%"
        else:
            yield f"(?P={name})" if name in seen else f"(?P<{name}>{_HELD.get(name, _PART)})"
            seen.add(name)
        end = hole.end()
    yield re.escape(message[end:])


def _value(text: str, language: str) -> str:
    """Return what stands in a hole as the language writes it: days, amounts, numbers, and what has a message itself."""
    if not text or text.startswith(": "):
        return f"{colon()}{text[1:]}" if text else ""
    try:
        written = _weekday(text) or _day(text) or _amount(text)
    except ValueError:
        return text  # somebody's own words, which only look like a day or an amount
    if written is None and _TIMES.fullmatch(text):
        return text.replace(".", ",") if spoken() == FRENCH else text
    if written is None and _NUMBER.fullmatch(text):
        return number(int(text.replace(",", "")))
    return written or _known(text, language) or text


def _day(text: str) -> str | None:
    day = _DAY.fullmatch(text)
    if day is None:
        return None
    there = date(int(day[3] or _ANY_YEAR), _MONTHS.index(day[2]) + 1, int(day[1]))
    return dated(there, "d MMMM yyyy" if day[3] else "d MMMM")


def _weekday(text: str) -> str | None:
    if text not in _WEEKDAYS:
        return None
    return dated(_ANY_MONDAY + timedelta(days=_WEEKDAYS.index(text)), "EEEE")


def _amount(text: str) -> str | None:
    amount = _MONEY.fullmatch(text)
    if amount is None or bool(amount[2]) is bool(amount[4]):
        return None
    currency = _CODES[amount[2]] if amount[2] else amount[4]
    return money(Money.parse(f"{amount[1]}{amount[3].replace(',', '')}", currency))
