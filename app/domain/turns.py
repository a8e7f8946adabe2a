"""How an order came to be what it is: each state in which the rules would have seen it, and since when.

Kept as a few dozen bytes beside the order, so that the past can be decided about by rules that were not there yet.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import NamedTuple

from app.domain.facts import Order

# By their places in a turn's traits: new ones go to the end, and none ever goes.
TRAITS = (
    *("counted", "settled", "cancelled", "closed", "test", "shipped", "editable", "with_warehouse"),
    *("risky", "subscription", "domestic", "outstanding", "disputed", "parcel_unseen"),
)


class Turn(NamedTuple):
    """What an order was from a moment on; `net_minor` is what was paid for it then, whether it counts or not."""

    at: datetime
    net_minor: int
    traits: int


class Told(NamedTuple):
    """When an order was made by the store's clock, and its turns, oldest first."""

    made_at: datetime
    turns: tuple[Turn, ...]


def traits(**which: bool) -> int:
    """Return the traits that are true, as one number."""
    return sum(1 << place for place, name in enumerate(TRAITS) if which.get(name))


def has(number: int, name: str) -> bool:
    """Return whether the trait of that name is among them."""
    return bool(number >> TRAITS.index(name) & 1)


def is_now(text: str, name: str) -> bool:
    """Return whether the order of a kept text has that trait, as it was last seen."""
    return has(_turn(text.rpartition(" ")[2].rpartition(";")[2]).traits, name)


def looks_like(name: str) -> tuple[int, str]:
    """Return how many characters from its end a kept text may tell of that trait, and by which of them it does.

    No text of an order that has it looks otherwise; a few that do have it not.
    """
    place, bit = divmod(TRAITS.index(name), 4)
    return place + 1, "".join(digit for digit in "0123456789abcdef" if int(digit, 16) >> bit & 1)


def turn_of(order: Order) -> Turn:
    """Return what the order is now."""
    which = {name: getattr(order, name) for name in TRAITS}
    return Turn(order.updated_at, order.net.minor, traits(**which))


def written(made_at: datetime, turns: Iterable[Turn]) -> str:
    """Return the text that is kept of an order: of when it was made, and of its turns."""
    return f"{int(made_at.timestamp())};{' '.join(map(_text, turns))}"


def written_plain(made_at: datetime, net_minor: int, placed: int, left: datetime | None, sent: int) -> str:
    """Return what `written` would of most orders of the past: placed with these traits, and when it had left, sent."""
    made = int(made_at.timestamp())
    if left is None:
        return f"{made};{made}:{net_minor}:{placed:x}"
    return f"{made};{made}:{net_minor}:{placed:x} {max(int(left.timestamp()), made)}:{net_minor}:{sent:x}"


def read(text: str) -> Told:
    """Return what a kept text says; raise ValueError for one that says nothing."""
    made, _, turns = text.partition(";")
    return Told(_moment(made), tuple(map(_turn, turns.split(" "))))


def aboard(variants: Iterable[int]) -> str:
    """Return the text that is kept of the variants in an order, each once."""
    return ",".join(map(str, dict.fromkeys(variants)))


def gone_on(text: str | None, order: Order) -> str:
    """Return the text with what the order is now at its end, where that is news to the rules."""
    now = turn_of(order)
    if text is None:
        return written(order.created_at or order.processed_at, (now,))
    last = _turn(text.rpartition(" ")[2].rpartition(";")[2])
    return text if last[1:] == now[1:] else f"{text} {_text(now)}"


def _text(turn: Turn) -> str:
    return f"{int(turn.at.timestamp())}:{turn.net_minor}:{turn.traits:x}"


def _turn(text: str) -> Turn:
    at, net, number = text.split(":")
    return Turn(_moment(at), int(net), int(number, 16))


def _moment(second: str) -> datetime:
    return datetime.fromtimestamp(int(second), UTC)
