"""The one basket of the account: whoever sends it sends what everybody put into it, and everybody's next is empty.

It is here to show why nobody who orders from two places at once may use it.
"""

from typing import Any

from integrations.sandbox.books import Doc, Turn
from integrations.sandbox.handwrytten import wanted
from integrations.sandbox.handwrytten.refusals import invalid
from integrations.sandbox.handwrytten.wanted import Order

KIND = "handwrytten_basket"
CALLS = "handwrytten_basket_calls"
_ROW = ("name", "first_name", "last_name", "business_name", "address1", "address2", "city", "state", "zip")
_PLACED = ("card_id", "font", "message", "addresses", "client_metadata", "credit_card_id")


def touched(turn: Turn) -> None:
    """Count a call that has to do with the basket."""
    turn.append(CALLS, {})


def put(turn: Turn, body: object) -> int:
    """Put cards in, one an address, and return how many there are by now; raises Refused."""
    said = wanted.an_object(body, _PLACED)
    rows = said.get("addresses")
    if not isinstance(rows, list) or not rows:
        raise invalid("addresses not set")
    for row in rows:
        turn.append(KIND, {"wanted": wanted.read(_flat(said, row))})
    return turn.count(KIND)


def empty(turn: Turn) -> list[Doc]:
    """Take everything out, whoever put it in; raises Refused where there is nothing."""
    found = turn.all(KIND)
    if not found:
        raise invalid("Basket is empty")
    for each in found:
        turn.delete(KIND, each["id"])
    return found


def _flat(said: Order, row: object) -> dict[str, Any]:
    """Return a row of the basket as the one order that it will be."""
    address = wanted.an_object(row, [f"{side}_{field}" for side in ("to", "from") for field in _ROW])
    sides = {"to": "recipient", "from": "sender"}
    order = {f"{sides[name.partition('_')[0]]}_{name.partition('_')[2]}": text for name, text in address.items()}
    order |= {"card_id": said.get("card_id"), "font_label": said.get("font"), "message": said.get("message")}
    return order | {name: said[name] for name in ("client_metadata", "credit_card_id") if name in said}
