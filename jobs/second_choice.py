"""What goes into a parcel whose gift was sold out before its hour: the next of the list, as the very same deed."""

from dataclasses import dataclass
from datetime import datetime

from app.domain.effects import AddGiftLine
from app.domain.facts import GiftOption, Order
from app.domain.policy import Mode
from app.domain.rules import nth_order_gift, second_choice
from app.store import gifts, orders, swapping
from app.store.base import Session
from app.store.ledger import Deed
from app.store.shops import Merchant
from app.store.swapping import Other
from jobs import gather, purses
from jobs.runtime import Outside, World, midnight, purse


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """What the store still has of the rest of the list, and the order that it would go with."""

    order: Order
    options: tuple[GiftOption, ...]


def left(world: World, merchant: Merchant, outside: Outside, deed: Deed, code: str) -> Left | None:
    """Ask the store what could go instead of a deed that is not wanted for that reason; None where nothing could.

    A line that may have been sent once could still come in, and two gifts must never meet.
    """
    policy = merchant.policy.nth_order_gift
    below = second_choice.below(deed.effect, code, policy)
    if not below or deed.first_sent_at is not None or policy.mode is Mode.OBSERVE:
        return None
    if not isinstance(deed.effect, AddGiftLine) or (order := outside.shop.order(deed.effect.order_id)) is None:
        return None
    options = gather.gift_options(world, merchant, outside, below)
    return Left(order=order, options=options) if options else None


def give(session: Session, merchant: Merchant, deed: Deed, left: Left, now: datetime) -> bool:
    """Let the next that fits go instead, in the same row; return False where none does, or it is too late.

    Whoever calls holds the shop: nobody gets the same thing twice, not even with two orders at once.
    """
    gift, policy = deed.effect, merchant.policy.nth_order_gift
    if not isinstance(gift, AddGiftLine):
        return False
    before = gifts.history(
        session,
        shop_id=merchant.id,
        order_id=gift.order_id,
        customer_id=gift.customer_id,
        rule=nth_order_gift.RULE,
        day_start=midnight(merchant, now),
    )
    standing = orders.standing(session, shop_id=merchant.id, customer_id=gift.customer_id, currency=merchant.currency)
    option = second_choice.instead(left.options, left.order, standing, before.given_variants, policy)
    if option is None:
        return False
    asks = policy.mode is not Mode.AUTO
    other = Other(
        effect=second_choice.given_instead(gift, option),
        cost=option.cost,
        why=second_choice.why(gift, option),
        code=second_choice.CODE,
        question=second_choice.question(gift, option) if asks else None,
    )
    swapped = swapping.swap(session, deed, other, purse=purse(merchant, now), now=now)
    if swapped is not None:
        purses.watch(session, merchant, [swapped])
    return swapped is not None
