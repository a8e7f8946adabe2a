"""What an agent types to name items: SKUs or places on the order, with a number of pieces where not all are meant.

TEE-S                 all of that line
TEE-S x 2, BOX        two pieces of one line and all of another
#2 x 1                one piece of the order's second line, for lines without a SKU
"""

import re

from app.domain.refunds import WantedItem

_MOST_ITEMS = 50
_LONGEST_ECHO = 32
# The × stands apart or is none: a SKU may end in x2. An asterisk is in no SKU, so it needs no room.
_ITEM = re.compile(r"(?a:(?P<what>\S(?:.*?\S)?)(?:(?:\s+[x×]\s*|\s*\*\s*)(?P<pieces>\d{1,6}))?)", re.IGNORECASE)
_PLACE = re.compile(r"(?a:#(\d{1,4}))")


def read(text: str) -> tuple[tuple[WantedItem, ...], str | None]:
    """Return the items named, and what of the text cannot be understood, as a sentence for the agent."""
    named = [part.strip() for part in re.split(r"[,;\n]", text) if part.strip()]
    if len(named) > _MOST_ITEMS:
        return (), f"More than {_MOST_ITEMS} items are named; please give an amount instead."
    items: list[WantedItem] = []
    for part in named:
        item = _item(part)
        if item is None:
            return (), f"“{part[:_LONGEST_ECHO]}” names no item. Write its SKU or its place: TEE-S x 2, #3."
        items.append(item)
    return tuple(items), None


def _item(part: str) -> WantedItem | None:
    match = _ITEM.fullmatch(part)
    if match is None:
        return None
    pieces = None if match["pieces"] is None else int(match["pieces"])
    place = _PLACE.fullmatch(match["what"])
    if place is not None:
        return WantedItem(place=int(place[1]), pieces=pieces)
    if "*" in match["what"] or match["what"].startswith("#") or pieces == 0:
        return None
    return WantedItem(sku=match["what"], pieces=pieces)
