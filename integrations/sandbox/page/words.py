"""Numbers and times as people say them."""

from datetime import datetime, timedelta

_SIGNS = {"USD": "$", "CAD": "CA$", "EUR": "€", "GBP": "£", "JPY": "¥"}
_DECIMALS = {"JPY": 0, "KRW": 0}
_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400


def money(minor: int, currency: str = "USD") -> str:
    """Return minor units with their sign: $1,240.00, and a true minus below nought."""
    decimals = _DECIMALS.get(currency, 2)
    whole, rest = divmod(abs(minor), 10**decimals)
    digits = f"{whole:,}" + (f".{rest:0{decimals}d}" if decimals else "")
    sign = _SIGNS.get(currency)
    return ("\N{MINUS SIGN}" if minor < 0 else "") + (f"{sign}{digits}" if sign else f"{digits} {currency}")


def moment(text: str) -> datetime:
    """Return the time that a document gives."""
    return datetime.fromisoformat(text)


def day(when: datetime) -> str:
    """Return a date: 5 January 2026."""
    return f"{when.day} {when:%B %Y}"


def clock(when: datetime) -> str:
    """Return a date and time of the town's clock: Saturday 21 November 2026, 22:25."""
    return f"{when:%A} {when.day} {when:%B %Y, %H:%M}"


def ago(when: datetime, now: datetime) -> str:
    """Return how long ago that was, as one would say it; a date for what is older than two weeks."""
    seconds = int((now - when).total_seconds())
    if seconds < 10:
        return "just now"
    if seconds < _MINUTE:
        return f"{seconds} seconds ago"
    if seconds < _HOUR:
        return _count(seconds // _MINUTE, "minute") + " ago"
    if seconds < _DAY:
        return _count(seconds // _HOUR, "hour") + " ago"
    if seconds < 15 * _DAY:
        return _count(seconds // _DAY, "day") + " ago"
    return "on " + day(when)


def ahead(offset: int) -> str:
    """Return how far the town's clock is ahead of the real one, "" when it is not."""
    days, rest = divmod(timedelta(seconds=offset), timedelta(days=1))
    if days:
        return _count(days, "day") + " ahead of the real time"
    return "a little ahead of the real time" if rest else ""


def ordinal(number: int) -> str:
    """Return first, second and so on to tenth, then 11th and so on."""
    if 1 <= number <= len(_ORDINALS):
        return _ORDINALS[number - 1]
    teen = number % 100 in (11, 12, 13)
    return f"{number}{'th' if teen else {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th')}"


def many(number: int, noun: str) -> str:
    """Return a number with its noun: 1 order, 3,017 orders."""
    return _count(number, noun)


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" + ("" if number == 1 else "s")
