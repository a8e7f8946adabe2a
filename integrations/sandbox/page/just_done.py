"""What a visitor just did, and what became of the letters that tell of it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from integrations.sandbox.books import Turn
from integrations.sandbox.helpdesk.hooks import label
from integrations.sandbox.page.by_hand import curl
from integrations.sandbox.page.stream import Happening, grouped, letter
from integrations.sandbox.post_office import KIND as LETTERS

_SECONDS = len("2026-11-21T10:00:00")
_TOPICS = ("orders/create", "orders/paid")
_HEARD = "Lagniappe is being told."
_UNHEARD = (
    "Its webhook is lost. Lagniappe finds the order by itself when it next sweeps the store, "
    "or at once when you send the call below, as often as you like."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    title: str
    text: str
    letters: list[Happening]
    curl: str | None = None


def order_done(turn: Turn, order: Mapping[str, Any], whose: str) -> Done:
    """Return what is to be said of an order that was just placed; `whose` is such as "Ann's fourth"."""
    letters = _letters_about(turn, order["id"])
    lost = bool(letters) and all(doc["state"] == "lost" for doc in letters)
    by_hand = letters[-1] if letters else None
    return Done(
        title=f"Order {order['name']} is placed, {whose}",
        text=_UNHEARD if lost else _HEARD,
        letters=grouped([letter(doc) for doc in letters]),
        curl=_call(by_hand) if lost and by_hand else None,
    )


def press_done(turn: Turn, letter_id: int) -> Done | None:
    """Return what is to be said of a button that was just pressed, None when its letter is gone."""
    doc = turn.get(LETTERS, letter_id)
    if doc is None:
        return None
    body = json.loads(doc["body"])
    twins = [each for each in turn.find(LETTERS, "body", doc["body"]) if each["at"][:_SECONDS] == doc["at"][:_SECONDS]]
    twice = ", twice" if len(twins) > 1 else ""
    return Done(
        title=f"{body['agent_name']} pressed “{label(body['action'], body['when_days'])}”{twice}",
        text="The helpdesk has called Lagniappe. What it does shows up here: tags, and a note for the team.",
        letters=grouped([letter(each) for each in twins]),
    )


def _letters_about(turn: Turn, order_id: int) -> list[dict[str, Any]]:
    found = [doc for topic in _TOPICS for doc in turn.find(LETTERS, "subject", topic)]
    start = f'{{"id":{order_id},'
    return [doc for doc in found if doc["body"].startswith(start)]


def _call(doc: Mapping[str, Any]) -> str:
    return curl(doc["url"], doc["path"], doc["headers"], doc["body"])
