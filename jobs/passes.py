"""A pass leads to the desk about one ticket. It says what about, and never who looks: whoever has it may have found it.

It stands in an address behind the #, which no browser sends and no server writes down.
"""

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import timedelta

from app.domain.errors import Rejected
from app.store import connections
from app.store.base import reading
from app.store.sealed import Unsealable
from app.store.shops import Merchant
from jobs.runtime import World

GOOD_FOR = timedelta(days=30)
TOO_OLD = "This link is too old, or not whole. Please open the desk from the ticket again."


@dataclass(frozen=True, slots=True, kw_only=True)
class Pass:
    """What a desk is about; `customer_id` is None where no customer of the store wrote."""

    shop_id: int
    ticket_id: str
    customer_id: int | None


def made(world: World, merchant: Merchant, kind: str, *, ticket_id: str, customer_id: int | None) -> str | None:
    """Return the address of the desk about a ticket; None where no helpdesk of that kind is connected."""
    with reading(world.sessions) as session:
        public_id = connections.public_ids(session, shop_id=merchant.id).get(kind)
    if public_id is None:
        return None
    until = int((world.clock.now() + GOOD_FOR).timestamp())
    said = json.dumps([ticket_id, customer_id, until], separators=(",", ":"))
    sealed = world.seal.close(said, place=_place(public_id))
    # Letters and digits alone: no helpdesk makes anything else of them, nor ends a link there.
    return f"{world.home}/desk/{public_id}#pass={base64.b32encode(sealed).decode().rstrip('=').lower()}"


def read(world: World, public_id: str, text: str) -> Pass:
    """Return what a pass says. Raises Rejected for one that is forged, cut, another desk's, or too old."""
    with reading(world.sessions) as session:
        place = connections.place_of(session, public_id=public_id)
    try:
        sealed = base64.b32decode(text + "=" * (-len(text) % 8), casefold=True)
        ticket_id, customer_id, until = json.loads(world.seal.open(sealed, place=_place(public_id)))
    except (binascii.Error, ValueError, Unsealable):
        raise Rejected(TOO_OLD) from None
    if place is None or until <= world.clock.now().timestamp():
        raise Rejected(TOO_OLD)
    return Pass(shop_id=place.shop_id, ticket_id=ticket_id, customer_id=customer_id)


def _place(public_id: str) -> str:
    return f"desk.pass:{public_id}"
