"""What agents may type into a private comment, word for word. Nothing is guessed: money follows from it."""

import re
from dataclasses import dataclass
from datetime import date

from app.domain.events import Act

WORD = "/lagniappe"
LONGEST = 2_000  # of a comment that may be a command
FORMS = (
    f"{WORD} flowers 80 in 14 days: the words on the card",
    f"{WORD} flowers on 2026-12-24: the words on the card",
    f"{WORD} refund 24.50 of #1001",
    f"{WORD} refund all",
    f"{WORD} credit 20",
    f"{WORD} withdraw flowers",
)
HOW = (
    "Only the first word and an amount are needed: without an order it is the latest, without days it is as usual, and"
    " 80 is the most that the flowers may cost. “with compassion” behind a refund keeps orders and advertising from"
    " going out to the customer. “confirm” at its end means another one."
)
PUBLIC = (
    "Nothing was done: the command stands in a public comment, which the customer may have read."
    " Commands are typed into private ones."
)
TOO_LATE = (
    "Nothing was done: this was typed more than a day ago, and was not heard of before."
    " If it is still meant, please type it again."
)
CHANGED = (
    "Nothing was done: the comment is not what it was when it was written, or it is somebody else's now."
    " Please type it again."
)

_AMOUNT = r"(?P<amount>\d{1,9}(?:\.\d{1,3})?)"
_WHEN = r"(?: in (?P<days>\d{1,3}) days?| on (?P<day>\d{4}-\d{2}-\d{2}))?"
_ORDER = r"(?: of (?P<order>\S{1,64}))?"
_KINDLY = r"(?P<compassion> with compassion)?"
_AGAIN = r"(?P<confirm> confirm)?"
_CARD = r"(?: ?:(?P<message>.*))?"
_SENTENCES = {
    Act.FLOWERS: re.compile(
        rf"flowers(?: {_AMOUNT})?{_ORDER}{_WHEN}{_AGAIN}{_CARD}",
        re.ASCII | re.IGNORECASE | re.DOTALL,
    ),
    Act.REFUND_KEEP: re.compile(
        rf"(?:refund (?:{_AMOUNT}|all)|credit (?P<credit>\d{{1,9}}(?:\.\d{{1,3}})?)){_ORDER}{_KINDLY}{_AGAIN}",
        re.ASCII | re.IGNORECASE,
    ),
    Act.WITHDRAW_FLOWERS: re.compile(r"withdraw flowers", re.ASCII | re.IGNORECASE),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """What an agent typed, understood. `confirm` says that another deed is meant, beside an earlier one."""

    act: Act
    amount: str | None = None
    order_name: str | None = None
    days: int | None = None
    day: date | None = None
    message: str | None = None
    as_credit: bool = False
    compassion: bool = False
    confirm: bool = False


def beginning(text: str) -> str:
    """Return as much of a comment as tells whether it is a command, and which."""
    return text[: LONGEST + 1]


def is_one(text: str) -> bool:
    """Return whether a comment begins with the word that makes it a command."""
    words = text[: len(WORD) + 64].split(maxsplit=1)
    return bool(words) and words[0].lower() == WORD


def read(text: str) -> Command | None:
    """Return what a command asks for; None when it can be understood in no way, or asks how it is done."""
    if len(text) > LONGEST:
        return None
    said, colon, card = text.strip()[len(WORD) :].partition(":")
    sentence = " ".join(said.split()) + (f":{card}" if colon else "")
    for act, form in _SENTENCES.items():
        found = form.fullmatch(sentence)
        if found is not None:
            return _command(act, found.groupdict())
    return None


def help_on(text: str) -> str:
    """Return how commands are typed, to whoever asked or was not understood."""
    asked = text.strip()[len(WORD) :].strip().lower() in ("", "help")
    return "\n".join(["So it is done:" if asked else "Nothing was done: this was not understood.", *FORMS, HOW])


def _command(act: Act, said: dict[str, str | None]) -> Command | None:
    days, message = said.get("days"), (said.get("message") or "").strip()
    named = said.get("day")
    try:
        day = None if named is None else date.fromisoformat(named)
    except ValueError:  # such as the 30th of February
        return None
    return Command(
        act=act,
        amount=said.get("amount") or said.get("credit"),
        order_name=said.get("order"),
        days=None if days is None else int(days),
        day=day,
        message=message or None,
        as_credit=bool(said.get("credit")),
        compassion=bool(said.get("compassion")),
        confirm=bool(said.get("confirm")),
    )
