"""The people worth meeting first, and why."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from integrations.sandbox.books import Turn
from integrations.sandbox.page.shown_people import name_of
from integrations.sandbox.page.words import many
from integrations.sandbox.store.spending import ordinal as counted_orders

_FOURTH, _ALMOST, _BEREAVED = "fourth_order_customer", "almost_average_customer", "bereaved_customer"
_BEFORE_THE_FOURTH = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    kind: str
    why: str
    link: str
    name: str


def cast(turn: Turn) -> list[Role]:
    """Return who should be met first; whoever has left the town is left out."""
    roles = [_fourth(turn), _almost(turn), _bereaved(turn)]
    guest = Role(
        kind="The passer-by",
        name="A guest",
        why="Buys without an account: nobody to count for, nobody to tag.",
        link="#guest",
    )
    return [role for role in roles if role is not None] + [guest]


def fourth_order_customer(turn: Turn) -> int | None:
    """Return a customer with three counted orders, the cast's own while that is so; None when there is nobody."""
    parts = turn.get("switches", "cast") or {}
    own = [key for key in parts.get(f"{_FOURTH}s", []) if counted_orders(turn, key) == _BEFORE_THE_FOURTH]
    return next(iter(own), None) or next(_at_three(turn), None)


def usual_amount(turn: Turn, customer_id: int) -> str:
    """Return what to propose for a customer's next order, in dollars."""
    return "80.00" if _is(turn, _ALMOST, customer_id) else "45.00"


def usual_subject(turn: Turn, customer_id: int) -> str:
    """Return what to propose as the subject of a customer's next ticket."""
    return "My mother's boots" if _is(turn, _BEREAVED, customer_id) else "A question about my order"


def usual_words(turn: Turn, customer_id: int) -> str:
    """Return what a customer would write in their next ticket."""
    if _is(turn, _BEREAVED, customer_id):
        return "Hello, I bought these boots for my mother. She died before they came. Can I send them back?"
    return "Hello, could you have a look at my last order, please?"


def _at_three(turn: Turn) -> Iterator[int]:
    buyers = Counter(buyer for _, buyer in turn.column("orders", "customer_id") if isinstance(buyer, int))
    near = (buyer for buyer, count in buyers.items() if count == _BEFORE_THE_FOURTH)
    return (buyer for buyer in near if counted_orders(turn, buyer) == _BEFORE_THE_FOURTH)


def _fourth(turn: Turn) -> Role | None:
    key = fourth_order_customer(turn)
    player = None if key is None else turn.get("customers", key)
    if player is None:
        return None
    why = "Three orders so far. The next one is the fourth, and the fourth box has something in it."
    return _role(player, "The fourth box", why)


def _almost(turn: Turn) -> Role | None:
    player = _player(turn, _ALMOST)
    if player is None:
        return None
    average = (turn.get("switches", "cast") or {})["average_spend"]
    bought = many(counted_orders(turn, player["id"]), "order")
    why = f"{bought}, and just below the average customer's ${average}. One more of $80 makes the difference."
    return _role(player, "The regular", why)


def _bereaved(turn: Turn) -> Role | None:
    player = _player(turn, _BEREAVED)
    if player is None:
        return None
    why = "The boots came too late. Open a ticket, give the money back, and send flowers in two weeks."
    return _role(player, "The boots", why)


def _role(player: dict[str, Any], kind: str, why: str) -> Role:
    return Role(kind=kind, name=name_of(player), why=why, link=f"/people/{player['id']}")


def _player(turn: Turn, part: str) -> dict[str, Any] | None:
    key = (turn.get("switches", "cast") or {}).get(part)
    return None if key is None else turn.get("customers", key)


def _is(turn: Turn, part: str, customer_id: int) -> bool:
    player = _player(turn, part)
    return player is not None and player["id"] == customer_id
