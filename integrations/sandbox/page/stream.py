"""What happened in the town, newest first: deeds from the chronicle, and the letters that told of them."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from integrations.sandbox import chronicle
from integrations.sandbox.books import Turn
from integrations.sandbox.page.shown_people import name_of
from integrations.sandbox.page.words import moment
from integrations.sandbox.post_office import KIND as LETTERS

LENGTH = 60
_STATES = {
    "waiting": "on its way",
    "lost": "lost on the way",
    "recorded": "kept, nobody is listening",
    "given up": "given up",
}
_SENTENCES = {
    "placed": "{who} placed {name}, {rest}",
    "cancelled": "{name} was cancelled",
    "edited": "{name} was edited: {rest}",
    "refunded": "{name} was refunded, {rest}",
    "parcel_take": "The warehouse has taken {name}",
    "parcel_send": "{name} was sent off",
}
_DOLLARS = re.compile(r"(\d+\.\d\d) USD")
_PLACES = (("desk_ticket", "/tickets/"), ("order_id", "/orders/"), ("customer_id", "/people/"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    at: datetime
    family: str  # store, desk, flowers, town or post: what it looks like
    text: str
    outcome: str = ""  # of a letter
    good: bool = True
    sender: str = ""  # of a letter: store or helpdesk
    link: str | None = None


def happenings(turn: Turn) -> list[Happening]:
    """Return the latest of everything, newest first."""
    found = [_deed(turn, doc) for doc in turn.all(chronicle.KIND)[-LENGTH:]] + grouped(_letters(turn))
    return sorted(found, key=_order, reverse=True)[:LENGTH]


def grouped(letters: Iterable[Happening]) -> list[Happening]:
    """Return letters of one second, sender and outcome as one, naming each kind once and how many there were."""
    groups: dict[tuple[datetime, str, str], list[Happening]] = {}
    for each in letters:
        groups.setdefault((_second(each), each.sender, each.outcome), []).append(each)
    return [_together(group) for group in groups.values()]


def _together(group: list[Happening]) -> Happening:
    counts = Counter(each.text for each in group)
    words = [text if count == 1 else f"{text}, {count} times" for text, count in counts.items()]
    return replace(group[0], text="; ".join(words))


def _order(each: Happening) -> tuple[datetime, bool, datetime]:
    # A deed and its letters are written in one turn: within a second, letters are shown as the later.
    return _second(each), each.family == "post", each.at


def _second(each: Happening) -> datetime:
    return each.at.replace(microsecond=0)


def letter(doc: Mapping[str, Any]) -> Happening:
    """Return one letter and what became of it."""
    tried = ", then ".join(_answer(answer) for answer in doc["answers"])
    state = _STATES.get(doc["state"], "")
    return Happening(
        at=moment(doc["at"]),
        family="post",
        sender=doc["sender"],
        text="a button was pressed" if doc["subject"] == "action" else doc["subject"],
        outcome=", ".join(part for part in (tried, state) if part),
        good=doc["state"] in ("delivered", "recorded") or (not tried and doc["state"] == "waiting"),
    )


def _answer(answer: object) -> str:
    return f"answered {answer}" if isinstance(answer, int) else "nobody answered"


def _letters(turn: Turn) -> list[Happening]:
    latest = sorted(turn.column(LETTERS, "at"), key=lambda pair: str(pair[1]))[-LENGTH:]
    docs = [turn.get(LETTERS, key) for key, _ in latest]
    return [letter(doc) for doc in docs if doc is not None]


def _deed(turn: Turn, doc: Mapping[str, Any]) -> Happening:
    family, _, deed = str(doc["what"]).partition(".")
    look = {"desk": "desk", "flowers": "flowers", "clock": "town"}.get(family, "store")
    text = _in_words(turn, doc, deed) if look == "store" else doc["text"]
    return Happening(at=moment(doc["at"]), family=look, text=text, link=_link(doc))


def _in_words(turn: Turn, doc: Mapping[str, Any], deed: str) -> str:
    if deed == "tagged":
        return f"Tags of {_whose(turn, doc)}: {doc['text']}"
    name, _, rest = _DOLLARS.sub(r"$\1", str(doc["text"])).partition(": ")
    who = _buyer(turn, doc)
    return _SENTENCES[deed].format(name=name, rest=rest, who=who) if deed in _SENTENCES else str(doc["text"])


def _whose(turn: Turn, doc: Mapping[str, Any]) -> str:
    customer = turn.get("customers", doc["customer_id"]) if "customer_id" in doc else None
    order = turn.get("orders", doc["order_id"]) if "order_id" in doc else None
    return name_of(customer) if customer else str((order or {"name": "An order"})["name"])


def _buyer(turn: Turn, doc: Mapping[str, Any]) -> str:
    customer = turn.get("customers", doc["customer_id"]) if doc.get("customer_id") else None
    return name_of(customer) if customer else "A guest"


def _link(doc: Mapping[str, Any]) -> str | None:
    return next((f"{path}{doc[name]}" for name, path in _PLACES if doc.get(name)), None)
