"""Where something for a customer goes, and how sure we may be of it: by the store, the post, and what became of before.

Whoever was asked because something had come back knows best: what is sent to them next goes where they said.
"""

from dataclasses import replace

from app.domain import deliveries
from app.domain.addresses import Address
from app.domain.deliveries import Delivery
from app.store import asks, sendings
from app.store.base import reading
from app.store.shops import Merchant
from jobs import post
from jobs.runtime import Outside, World


def for_something_new(
    world: World, merchant: Merchant, outside: Outside, known: Delivery | None, customer_id: int | None
) -> Delivery | None:
    """Return where something goes that is not planned yet; `known` is where the store would have it go."""
    told = _told(world, merchant, customer_id)
    if told is None:
        return looked_at(world, merchant, outside, known, customer_id)
    phone = "" if known is None else known.address.phone
    return post.looked_up(outside, Delivery(address=replace(told, phone=phone), told=True))


def looked_at(
    world: World, merchant: Merchant, outside: Outside, known: Delivery | None, customer_id: int | None
) -> Delivery | None:
    """Return the same door, with what the post says of it, and what became of all that we had brought there."""
    where = post.looked_up(outside, known)
    if where is None or customer_id is None:
        return where
    with reading(world.sessions) as session:
        brought = sendings.brought(session, shop_id=merchant.id, customer_id=customer_id)
    return deliveries.seen_by_us(where, brought, door=digest(world, merchant, where.address)) if brought else where


def digest(world: World, merchant: Merchant, door: Address | None) -> str:
    """Return what stands for a door in the shop's books; "" for none."""
    return "" if door is None else deliveries.digest(door, world.mail_key(merchant))


def town(world: World, merchant: Merchant, where: Delivery | None) -> str:
    """Return what stands in the shop's books for the town where something goes; "" where it goes nowhere."""
    return "" if where is None else deliveries.town(where.address, world.mail_key(merchant))


def _told(world: World, merchant: Merchant, customer_id: int | None) -> Address | None:
    if customer_id is None:
        return None
    with reading(world.sessions) as session:
        return asks.told_by(session, shop_id=merchant.id, customer_id=customer_id, seal=world.seal)
