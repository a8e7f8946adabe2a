"""What waits for a person's hands, or for their word: all that they need for it. What is read of it is not kept."""

from dataclasses import dataclass
from datetime import date

from app.domain.addresses import Address
from app.domain.effects import Sending, WriteCard
from app.domain.errors import Rejected, Unavailable
from app.store import ledger, stories
from app.store.base import reading
from app.store.ledger import Deed
from app.store.shops import Merchant
from integrations import registry
from integrations.marker import short
from jobs import address_asks, sending_deeds
from jobs.agent_preview import hurried
from jobs.desk import NoSuchDeed
from jobs.runtime import World

GONE = "The order bears no address any more."


@dataclass(frozen=True, slots=True, kw_only=True)
class ToDo:
    """Flowers, a card or a gift in a person's hands; `trouble` says why it is not known where it goes."""

    deed: Deed
    sending: Sending
    begun: bool  # it may have been ordered, and only a person can find out
    vendor: str  # as people call it; "" where nobody is named
    product: str  # its number there
    day: date | None  # on which it is to arrive
    reference: str  # by which it is found again
    address: Address | None = None
    email: str = ""
    trouble: str = ""
    told: bool = False  # the customer named the address themselves


def to_do(world: World, merchant: Merchant, effect_id: int) -> ToDo:
    """Return what waits for a person. Raises NoSuchDeed for what does not, or not any more."""
    with reading(world.sessions) as session:
        deed = ledger.read(session, shop_id=merchant.id, effect_id=effect_id, currency=merchant.currency)
        waits = stories.needs_person(session, shop_id=merchant.id, effect_id=effect_id)
    if deed is None or not waits or not isinstance(deed.effect, Sending):
        raise NoSuchDeed(effect_id)
    kind = sending_deeds.sold_by(deed.effect)
    told = address_asks.told(world, deed)
    address, email, trouble = _where_to(world, merchant, deed, deed.effect, told)
    return ToDo(
        deed=deed,
        sending=deed.effect,
        begun=not deed.by_hand,
        vendor="" if kind == registry.BY_HAND else registry.called(kind),
        product=sending_deeds.product_of(deed.effect),
        day=sending_deeds.day_of(merchant, deed.effect, deed),
        reference=short(deed.key),
        address=address,
        email=email,
        trouble=trouble,
        told=told is not None and address is not None,
    )


def _where_to(
    world: World, merchant: Merchant, deed: Deed, sending: Sending, told: Address | None
) -> tuple[Address | None, str, str]:
    try:
        outside = hurried(world, merchant)
        if isinstance(sending, WriteCard):
            where = sending_deeds.where(outside, sending) if told is None else None
            address = told if where is None else where.address
            return address, "", GONE if address is None else ""
        wish = sending_deeds.wish_of(merchant, outside, sending, deed, told=told)
    except (Unavailable, Rejected) as problem:
        return None, "", str(problem)
    return wish.to, wish.email, ""
