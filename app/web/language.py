"""Which language whoever looks reads, and how words, numbers, days and money are said to them.

What a language says is known to `jobs/languages.py`, for mails are written in it as well.
"""

import re
from collections.abc import Iterator, Mapping
from contextvars import ContextVar
from datetime import date
from decimal import Decimal

from babel.numbers import format_decimal
from flask import Flask, g, has_request_context, request
from markupsafe import Markup, escape

from app.domain.money import Money
from jobs import languages
from jobs.languages import ENGLISH, LANGUAGES, Tongue

N_, both = languages.N_, languages.both  # marks of words that are said only when they are shown
HEADER = "X-Lagniappe-Locale"  # a script's call says here what its page's address said

_READER: ContextVar[str] = ContextVar("reader", default=ENGLISH)  # of what is written after the answer has begun
_LOCALE = re.compile(rf"({'|'.join(LANGUAGES)})(?:[-_].*)?", re.ASCII | re.IGNORECASE)


def install(app: Flask) -> None:
    """Teach the application's pages every language that there are catalogues of."""
    for language in LANGUAGES:
        languages.catalogue(language)
    env = app.jinja_env
    env.extend(newstyle_gettext=True)
    env.add_extension("jinja2.ext.i18n")
    env.policies["ext.i18n.trimmed"] = True
    env.finalize = shown
    env.globals.update(_=_, gettext=_trusted, ngettext=_trusted_plural, spoken=spoken, whole_percent=whole_percent)
    env.globals.update(begun=begun, colon=colon, number=number, percent=percent, plural=plural)
    env.filters.update(as_typed=typed)


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
    text = Tongue(spoken()).word(message)
    return _filled(text, values) if values else text


def ngettext(one: str, many: str, count: int, **values: object) -> str:
    """Say the words for so many; `num` is the number as the language writes it."""
    return _filled(plural(one, many, count), {**values, "num": number(count)})


def counted(count: int, one: str, many: str) -> str:
    """Return the number with its noun: "1 order", "1,204 orders"."""
    return f"{number(count)} {plural(one, many, count)}"


def plural(one: str, many: str, count: int) -> str:
    """Return which of the two words the language uses for so many."""
    return Tongue(spoken()).plural(one, many, count)


def colon() -> str:
    """Return a colon as the language sets it: French keeps a space before it."""
    return Tongue(spoken()).colon


def begun(text: str) -> str:
    """Return the words with a large first letter."""
    return text[:1].upper() + text[1:]


def number(value: int) -> str:
    """Return the number as the language writes it: 1,204."""
    return Tongue(spoken()).number(value)


def percent(hundredths: int) -> str:
    """Return hundredths of a percent as the language writes a share: 0.19%."""
    return _of_a_hundred(format_decimal(Decimal(hundredths) / 100, format="#,##0.00", locale=spoken()))


def whole_percent(value: int) -> str:
    """Return whole percents as the language writes a share: 19%."""
    return _of_a_hundred(number(value))


def money(value: Money) -> str:
    """Return the amount as the language writes it: $1,234.50."""
    return Tongue(spoken()).money(value)


def typed(amount: str) -> str:
    """Return an amount in plain decimals as whoever looks would type it: 12.50."""
    return Tongue(spoken()).typed(amount)


def dated(value: date, pattern: str) -> str:
    """Return the day, or the moment, by a pattern of CLDR's letters: "d MMM yyyy, HH:mm"."""
    return Tongue(spoken()).dated(value, pattern)


def shown(value: object) -> object:
    """Return what a template shows of a value: money in the language of whoever looks."""
    return money(value) if isinstance(value, Money) else value


def _trusted(message: str, **values: object) -> Markup:
    """Say what stands between trans and endtrans: markup, as the template's own."""
    text = Tongue(spoken()).word(message)
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
