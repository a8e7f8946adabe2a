"""Which language whoever looks reads, and how words, numbers, days and money are said in it.

English stands in code and templates. What another language says instead stands in its catalogues in `languages/`, one a
part of the house; what they do not know is said in English.
"""

import re
from collections.abc import Iterator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path

from babel import Locale
from babel.dates import format_date, format_datetime
from babel.messages.pofile import read_po
from babel.numbers import format_currency, format_decimal
from flask import Flask, g, has_request_context, request
from markupsafe import Markup, escape

from app.domain.money import Money, decimals

ENGLISH = "en"
FRENCH = "fr"
LANGUAGES = (ENGLISH, FRENCH)
HEADER = "X-Lagniappe-Locale"  # a script's call says here what its page's address said
CATALOGUES = Path(__file__).with_name("languages")

_READER: ContextVar[str] = ContextVar("reader", default=ENGLISH)  # of what is written after the answer has begun
_LOCALE = re.compile(rf"({'|'.join(LANGUAGES)})(?:[-_].*)?", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """What one language says instead of the English."""

    words: Mapping[str, str]
    plurals: Mapping[tuple[str, str], tuple[str, str]]


def install(app: Flask) -> None:
    """Teach the application's pages every language that there are catalogues of."""
    for language in LANGUAGES:
        catalogue(language)
    env = app.jinja_env
    env.extend(newstyle_gettext=True)
    env.add_extension("jinja2.ext.i18n")
    env.policies["ext.i18n.trimmed"] = True
    env.finalize = shown
    env.globals.update(_=_, gettext=_trusted, ngettext=_trusted_plural, spoken=spoken, whole_percent=whole_percent)
    env.globals.update(begun=begun, colon=colon, number=number, percent=percent, plural=plural)


def spoken() -> str:
    """Return the language of whoever looks, or of whom something is written for; English where there is nobody."""
    if not has_request_context():
        return _READER.get()
    if "spoken" not in g:
        g.spoken = _chosen()
    language: str = g.spoken
    return language


def to_whom_it_is_for(pages: Iterator[str]) -> Iterator[str]:
    """Return the same pages, each written in the language of whoever looks now, though they are answered by then."""
    return _written_in(spoken(), pages)


def prefer(language: str) -> None:
    """Speak the shop's own language to whoever does not come with one from the store's admin."""
    g.preferred = language
    g.pop("spoken", None)


def _(message: str, **values: object) -> str:
    """Say the words, with the values put in their places; beside a value that is markup the words are escaped."""
    text = catalogue(spoken()).words.get(message, message)
    return _filled(text, values) if values else text


def N_(message: str) -> str:  # noqa: N802  # so it is called everywhere
    """Mark words of a table that are said only when they are shown."""
    return message


def both(one: str, many: str) -> tuple[str, str]:
    """Mark a noun of a table, for one and for many, that is said only when it is shown."""
    return one, many


def ngettext(one: str, many: str, count: int, **values: object) -> str:
    """Say the words for so many; `num` is the number as the language writes it."""
    return _filled(plural(one, many, count), {**values, "num": number(count)})


def counted(count: int, one: str, many: str) -> str:
    """Return the number with its noun: "1 order", "1,204 orders"."""
    return f"{number(count)} {plural(one, many, count)}"


def plural(one: str, many: str, count: int) -> str:
    """Return which of the two words the language uses for so many."""
    language = spoken()
    pair = catalogue(language).plurals.get((one, many), (one, many))
    return pair[0] if Locale(language).plural_form(count) == "one" else pair[1]


def colon() -> str:
    """Return a colon as the language sets it: French keeps a space before it."""
    return "\N{NO-BREAK SPACE}:" if spoken() == FRENCH else ":"


def begun(text: str) -> str:
    """Return the words with a large first letter."""
    return text[:1].upper() + text[1:]


def number(value: int) -> str:
    """Return the number as the language writes it: 1,204."""
    return format_decimal(value, locale=spoken())


def percent(hundredths: int) -> str:
    """Return hundredths of a percent as the language writes a share: 0.19%."""
    return _of_a_hundred(format_decimal(Decimal(hundredths) / 100, format="#,##0.00", locale=spoken()))


def whole_percent(value: int) -> str:
    """Return whole percents as the language writes a share: 19%."""
    return _of_a_hundred(number(value))


def money(value: Money) -> str:
    """Return the amount as the language writes it: $1,234.50."""
    if spoken() == ENGLISH:
        return str(value)
    places = decimals(value.currency)
    pattern = f"#,##0{'.' if places else ''}{'0' * places}\N{NO-BREAK SPACE}¤"
    return format_currency(Decimal(value.text), value.currency, format=pattern, locale=spoken(), currency_digits=False)


def dated(value: date, pattern: str) -> str:
    """Return the day, or the moment, by a pattern of CLDR's letters: "d MMM yyyy, HH:mm"."""
    if isinstance(value, datetime):
        return format_datetime(value, pattern, locale=spoken())
    return format_date(value, pattern, locale=spoken())


def shown(value: object) -> object:
    """Return what a template shows of a value: money in the language of whoever looks."""
    return money(value) if isinstance(value, Money) else value


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


def _trusted(message: str, **values: object) -> Markup:
    """Say what stands between trans and endtrans: markup, as the template's own."""
    text = catalogue(spoken()).words.get(message, message)
    return Markup(text) % _shown(values)  # noqa: S704  # templates and catalogues are ours


def _trusted_plural(one: str, many: str, count: int, **values: object) -> Markup:
    return Markup(plural(one, many, count)) % _shown({**values, "num": number(count)})  # noqa: S704  # as above


def _filled(text: str, values: Mapping[str, object]) -> str:
    marked = any(isinstance(value, Markup) for value in values.values())
    return (escape(text) if marked else text) % _shown(values)


def _shown(values: Mapping[str, object]) -> dict[str, object]:
    return {name: shown(value) for name, value in values.items()}


def _written_in(language: str, pages: Iterator[str]) -> Iterator[str]:
    while True:
        before = _READER.set(language)
        try:
            page = next(pages, None)
        finally:
            _READER.reset(before)
        if page is None:
            return
        yield page


def _chosen() -> str:
    from_the_admin = request.headers.get(HEADER) or request.args.get("locale", "")
    wishes = (from_the_admin, g.get("preferred", ""), *request.accept_languages.values())
    return next(filter(None, map(_known, wishes)), ENGLISH)


def _of_a_hundred(share: str) -> str:
    return f"{share}%" if spoken() == ENGLISH else f"{share}\N{NO-BREAK SPACE}%"


def _known(locale: str) -> str | None:
    found = _LOCALE.fullmatch(locale)
    return found[1].lower() if found else None
