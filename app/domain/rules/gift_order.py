"""A gift that travels by itself: an order at no charge, in a parcel of its own, to a customer who expects nothing."""

from dataclasses import replace
from datetime import datetime, timedelta

from app.domain.address_score import is_box, is_whole
from app.domain.addresses import Address
from app.domain.effects import AddGiftLine, CancelGiftOrder, Effect, Plan, Pool, SendGiftOrder, State
from app.domain.facts import GiftOption, Order
from app.domain.money import Money
from app.domain.policy import GiftRoute, NthOrderGift, WhenLeft
from app.domain.scopes import Feature, missing_for

TOO_LATE = "too_late"  # the code of a gift whose parcel left: owed to the next order, or it travels by itself
_CAME_TO_NOTHING = (State.WITHDRAWN, State.REFUSED, State.OVER_BUDGET)
_INDEXED = timedelta(minutes=5)  # by then a search finds what was just written


def plan(
    customer_id: int, option: GiftOption, *, rule: str, route: GiftRoute, due_at: datetime, instead_of: Order | None
) -> Plan:
    """Return a free parcel for the customer; `instead_of` is the order whose own parcel left without it."""
    gift = SendGiftOrder(
        customer_id=customer_id,
        variant_id=option.variant_id,
        title=option.title,
        rule=rule,
        route=route,
        order_id=None if instead_of is None else instead_of.id,
        order_name="" if instead_of is None else instead_of.name,
    )
    return Plan(effect=gift, due_at=due_at, cost=option.cost, pool=Pool.GIFTS)


def instead(line: Effect, code: str, policy: NthOrderGift, *, cost: Money | None, now: datetime) -> Plan | None:
    """Return the free parcel for a gift line that came too late for its own, where the merchant wants that.

    What an agent slips in was meant for this very parcel, and they read that it came too late.
    """
    if not isinstance(line, AddGiftLine) or line.ticket_id is not None:
        return None
    if code != TOO_LATE or policy.when_left is not WhenLeft.OWN_PARCEL:
        return None
    gift = SendGiftOrder(
        customer_id=line.customer_id,
        variant_id=line.variant_id,
        title=line.title,
        rule=line.rule,
        route=policy.route,
        order_id=line.order_id,
        order_name=line.order_name,
    )
    return Plan(effect=gift, due_at=now, cost=cost, pool=Pool.GIFTS)


def tidying(gift: Effect, state: State, *, key: str, draft: str | None, begun: bool, now: datetime) -> Plan | None:
    """Return how the draft of a gift that came to nothing is deleted; None where there can be none.

    `key` is the gift's own in the ledger, `begun` whether a worker has ever had it in hands. A draft whose number was
    never kept is only found by a search, and searches lag.
    """
    if not isinstance(gift, SendGiftOrder) or gift.route is not GiftRoute.DRAFT:
        return None
    if not begun or state not in _CAME_TO_NOTHING:
        return None
    back = CancelGiftOrder(
        customer_id=gift.customer_id, title=gift.title, undoes=key, order_id=gift.order_id, draft=draft or ""
    )
    return Plan(effect=back, due_at=now if draft else now + _INDEXED)


def as_granted(policy: NthOrderGift, granted: frozenset[str] | None) -> NthOrderGift:
    """Return the policy as far as the store lets us: without the right to a route, a late gift waits for its order."""
    feature = Feature.GIFT_DRAFTS if policy.route is GiftRoute.DRAFT else Feature.GIFT_ORDERS
    if granted is None or not missing_for(feature, granted):
        return policy
    return replace(policy, when_left=WhenLeft.NEXT_ORDER)


def undeliverable(address: Address | None) -> str | None:
    """Return why a person must look before a parcel goes there, as a sentence; None for a good address."""
    lacking = incomplete(address)
    if lacking is not None or address is None:
        return lacking
    if is_box(address):
        return "The address is a box, and couriers bring no parcel there."
    return None


def incomplete(address: Address | None) -> str | None:
    """Return why a person must look before anything goes there, be it a letter; None where nothing is missing."""
    if address is None:
        return "The store has no such customer any more, or no address for them."
    if not is_whole(address):
        return "The address is not complete; the customer may have asked to be forgotten."
    return None
