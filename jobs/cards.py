"""A card that waits for somebody to write it: its words, and where it goes. The address is shown, and not kept."""

from dataclasses import dataclass

from app.domain.addresses import Address
from app.domain.effects import WriteCard
from app.domain.errors import Rejected, Unavailable
from app.store import ledger, stories
from app.store.base import reading
from app.store.ledger import Deed
from app.store.shops import Merchant
from jobs.agent_preview import hurried
from jobs.desk import NoSuchDeed
from jobs.runtime import World

GONE = "The order bears no address any more."


@dataclass(frozen=True, slots=True, kw_only=True)
class ToWrite:
    """A card in a person's hands; `trouble` says why its address is not there."""

    deed: Deed
    card: WriteCard
    address: Address | None
    trouble: str = ""


def to_write(world: World, merchant: Merchant, effect_id: int) -> ToWrite:
    """Return a card that waits to be written. Raises NoSuchDeed for one that does not, or not any more."""
    with reading(world.sessions) as session:
        deed = ledger.read(session, shop_id=merchant.id, effect_id=effect_id, currency=merchant.currency)
        waits = stories.needs_person(session, shop_id=merchant.id, effect_id=effect_id)
    if deed is None or not waits or not isinstance(deed.effect, WriteCard):
        raise NoSuchDeed(effect_id)
    try:
        address = hurried(world, merchant).shop.address(deed.effect.order_id)
    except (Unavailable, Rejected) as problem:
        return ToWrite(deed=deed, card=deed.effect, address=None, trouble=str(problem))
    return ToWrite(deed=deed, card=deed.effect, address=address, trouble="" if address else GONE)
