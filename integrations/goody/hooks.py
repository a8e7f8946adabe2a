"""What Goody says by itself: that there is news of a batch or of an order. All of it is in there; it is let be."""

import re

from pydantic import BaseModel

from app.domain.errors import Malformed
from integrations.strict_json import understand

_ID = re.compile(r"[0-9A-Za-z_-]{1,64}")


class Thing(BaseModel):
    id: str
    order_batch_id: str | None = None  # of an order
    gift_batch_id: str | None = None  # as their older events call it


class News(BaseModel):
    data: Thing


def references(body: bytes) -> tuple[str, ...]:
    """Return of which order there is news and in which batch, or of which batch. Raises Malformed."""
    thing = understand(News, body).data
    names = [thing.id, *filter(None, (thing.order_batch_id, thing.gift_batch_id))]
    if not all(map(_ID.fullmatch, names)):
        raise Malformed("data: not a name")
    return tuple(dict.fromkeys(names))
