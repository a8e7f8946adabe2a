"""A gift whose vendor has nobody to write to is sent as a link, by the agent who reads of it.

Whoever has the link has the gift. So it is nowhere in our books: it is asked for when the note is written, and stands
in the note alone.
"""

from app.domain.effects import PostNote
from app.domain.errors import Busy, KeyRefused, Rejected, Unavailable
from app.domain.rules import afterwards
from app.store import sendings
from app.store.base import reading
from app.store.sendings import Sent
from app.store.shops import Merchant
from integrations import registry
from jobs.runtime import Outside, World


def with_link(world: World, merchant: Merchant, outside: Outside, note: PostNote) -> str | None:
    """Return the words of a note about a gift that goes by link, with it; None for any other. Raises Unavailable."""
    sent = _of(world, merchant, note)
    link = "" if sent is None else _link(outside, sent)
    return f"{note.text}\n{link}" if link else None


def _of(world: World, merchant: Merchant, note: PostNote) -> Sent | None:
    """Return the gift that a note tells was ordered, if it may be one that goes by link."""
    key = afterwards.ordered(note)
    if key is None:
        return None
    with reading(world.sessions) as session:
        sent = sendings.of_key(session, shop_id=merchant.id, key=key)
    row = None if sent is None else registry.VENDORS.get(sent.vendor)
    return sent if row is not None and row.asks_where else None


def _link(outside: Outside, sent: Sent) -> str:
    try:
        return outside.vendor(sent.vendor).status(sent.reference, other=sent.other).link
    except (Rejected, KeyRefused):
        return ""  # the note says what was ordered, and a person finds the link over there
    except Busy as busy:
        # It is the vendor that asks us to come back, and not the helpdesk.
        raise Unavailable(str(busy), retry_after=busy.retry_after) from busy
