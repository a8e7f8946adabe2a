"""A late effect, looked at again with fresh eyes just before it is performed."""

from datetime import datetime

from app.domain import tastes
from app.domain.effects import MarkInHelpdesk, SendFlowers, SendGift
from app.domain.facts import GiftOption, Order, Standing
from app.domain.gifts import GiftKind
from app.domain.policy import Policy
from app.domain.rules import hard_time, let_alone, nth_order_gift, second_choice, special_customer


def gift(order: Order | None, option: GiftOption | None, policy: Policy, now: datetime) -> tuple[str, str] | None:
    """Return why the gift line is no longer wanted, as (code, sentence); None when it still is."""
    if order is None:
        return "gone", "The order can no longer be read."
    obstacle = nth_order_gift.gate(order, policy.nth_order_gift, now)
    if obstacle is not None:
        return obstacle
    if option is not None and option.variant_id in nth_order_gift.on_board(order):
        return "on_board", f"{option.title} is on this order already."
    if option is None or not nth_order_gift.choose((option,), frozenset(), policy.nth_order_gift):
        return second_choice.GONE, "The gift is no longer on sale or in stock."
    return None


def gift_order(order: Order | None, option: GiftOption | None, policy: Policy) -> tuple[str, str] | None:
    """Return why a free parcel is no longer wanted, as (code, sentence); the order is the one it was meant for."""
    obstacle = None if order is None else nth_order_gift.unfit(order, policy.nth_order_gift)
    if obstacle is not None:
        return obstacle
    if order is not None and option is not None and option.variant_id in nth_order_gift.on_board(order):
        # The line that was given up for it may have come in after all.
        return "on_board", f"{option.title} is on {order.name} already."
    if option is not None and not option.ships:
        return "not_shipped", f"{option.title} is nothing that is sent in a parcel."
    if option is None or not nth_order_gift.choose((option,), frozenset(), policy.nth_order_gift):
        return second_choice.GONE, "The gift is no longer on sale or in stock."
    return None


def standing_mark(standing: Standing | None, *, present: bool) -> tuple[str, str] | None:
    """Return why a mark of standing is outdated: the customer's standing changed again in the meantime."""
    spared = let_alone.refused(standing) if present else None
    if spared is not None:
        return spared
    if standing is not None and standing.special is present:
        return None
    return "outdated", "The customer's standing changed again."


def helpdesk_mark(standing: Standing | None, mark: MarkInHelpdesk) -> tuple[str, str] | None:
    """Return why a helpdesk mark is outdated: one that follows the store says what the store shows."""
    if not special_customer.follows_the_store(mark):
        return standing_mark(standing, present=mark.special)
    shown = standing is not None and standing.special and standing.marked
    if shown is not mark.special:
        return "outdated", "The tag in the store changed again."
    return let_alone.refused(standing) if mark.special else None


def flowers(send: SendFlowers, order: Order | None, standing: Standing | None) -> tuple[str, str] | None:
    """Return why flowers should not leave; the order whose address they go to may be long delivered or cancelled."""
    no = card(order)
    return no if no or standing is None else tastes.no_flowers(standing.tastes.never, send.product)


def card(order: Order | None) -> tuple[str, str] | None:
    """Return why no card should be written: whoever writes it reads the address on the order."""
    if order is None:
        return "gone", "The order with the address can no longer be read."
    return ("test_order", "It is a test order.") if order.test else None


def sent_gift(send: SendGift, order: Order | None, standing: Standing | None, now: datetime) -> tuple[str, str] | None:
    """Return why a gift should not leave; `order` is the one that it was meant for, if any."""
    no = card(order) if send.order_id is not None else None
    spared = let_alone.refused(standing) or hard_time.refused(standing, now)
    if no is None and order is not None and order.cancelled and send.occasion:
        return "cancelled", "The order was cancelled."
    if no is not None or standing is None:
        return no
    if spared is not None and let_alone.gives_or_marks(send):
        return spared
    if send.what is GiftKind.FLOWERS:
        return tastes.no_flowers(standing.tastes.never, send.title)
    return tastes.unwelcome(standing.tastes.never, send.title)
