"""How gifts are given and taken back, looked for, and looked at again before either."""

from dataclasses import replace

from app.domain import tastes
from app.domain.address_score import amiss
from app.domain.effects import AddGiftLine, CancelGiftOrder, Gift, SendGiftOrder, TakeBackGiftLine
from app.domain.errors import Busy, Rejected, Unavailable
from app.domain.facts import GiftOption, Standing
from app.domain.policy import GiftRoute
from app.domain.ports import GiftParcel, Receipt
from app.domain.rules import gift_order, hard_time, let_alone, still_wanted
from app.store.ledger import Deed
from app.store.shops import Merchant
from integrations.patience import Patience
from jobs import shortages, shown
from jobs.runtime import Outside, World

Back = TakeBackGiftLine | CancelGiftOrder


def do(merchant: Merchant, outside: Outside, gift: Gift | Back, deed: Deed) -> Receipt:
    """Give it or take it back, or raise one of the three errors."""
    match gift:
        case AddGiftLine():
            return _slip_in(outside, gift, deed)
        case SendGiftOrder():
            return _send(merchant, outside, gift, deed)
        case TakeBackGiftLine():
            return outside.shop.take_back_gift_line(gift.order_id, variant_id=gift.variant_id, key=gift.undoes)
        case CancelGiftOrder():
            if gift.draft is not None:
                outside.shop.discard_gift_draft(gift.draft, key=gift.undoes)
            return outside.shop.cancel_gift_order(gift.customer_id, key=gift.undoes)


def _slip_in(outside: Outside, gift: AddGiftLine, deed: Deed) -> Receipt:
    """Slip it in; an order that was shut since we looked is looked at again, for a reason and perhaps a way on."""
    try:
        return outside.shop.add_gift_line(gift.order_id, variant_id=gift.variant_id, key=deed.key)
    except Rejected as no:
        order = outside.shop.order(gift.order_id)
        if order is None or order.editable:
            raise
        raise Unavailable(f"the order was shut meanwhile: {no}") from no


def prepare(world: World, merchant: Merchant, outside: Outside, gift: SendGiftOrder, deed: Deed) -> str | None:
    """Return the number of the draft that the deed will complete; None where it makes the order itself."""
    if gift.route is not GiftRoute.DRAFT:
        return None
    now = world.merchant(merchant.id)
    if now is None or now.paused:
        # The gate will ask as well, but a draft is written before it.
        raise Busy("the shop was stopped at this very moment")
    return outside.shop.prepare_gift_draft(_parcel(merchant, outside, gift), key=deed.key)


def find(outside: Outside, gift: Gift | Back, deed: Deed) -> Receipt | None:
    """Look for it in the store. None: it certainly is not there, or taking it back again changes nothing."""
    match gift:
        case AddGiftLine():
            return outside.shop.find_gift_line(gift.order_id, variant_id=gift.variant_id, key=deed.key)
        case SendGiftOrder():
            drafted = None if deed.request is None else outside.shop.find_completed_draft(deed.request)
            return drafted or outside.shop.find_gift_order(gift.customer_id, key=deed.key)
        case TakeBackGiftLine():
            there = outside.shop.find_gift_line(gift.order_id, variant_id=gift.variant_id, key=gift.undoes)
            return Receipt(reference=str(gift.order_id)) if there is None else None
        case CancelGiftOrder():
            return None


def find_instead(merchant: Merchant, outside: Outside, gift: AddGiftLine, deed: Deed) -> Receipt | None:
    """Look for any other item that may be given, given under this deed's key."""
    for variant_id in merchant.policy.nth_order_gift.variants:
        if variant_id != gift.variant_id:
            found = outside.shop.find_gift_line(gift.order_id, variant_id=variant_id, key=deed.key)
            if found is not None:
                return replace(found, remark="Another item was given before; our books had forgotten it.")
    return None


def unwanted(
    world: World, merchant: Merchant, outside: Outside, gift: Gift, deed: Deed, standing: Standing | None
) -> tuple[str, str] | None:
    """Return why it should not be given after all, as (code, sentence); `standing` is its customer's."""
    now = world.clock.now()
    # What was sent once may have come in late, after we looked: then it is there, and found instead of given again.
    if deed.sends and find(outside, gift, deed) is not None:
        return None
    promoted = let_alone.gives_or_marks(gift)  # what an agent gives is a kindness, and no promotion
    spared = (let_alone.refused(standing) or hard_time.refused(standing, now)) if promoted else None
    option = None if spared else shortages.leaving(world, merchant, outside, gift.variant_id)
    no = spared or _unwelcome(option, standing)
    if no is not None:
        return no
    if isinstance(gift, AddGiftLine):
        order = shown.order(outside, gift.order_id, told_at=deed.created_at, now=now)
        return still_wanted.gift(order, option, merchant.policy, now)
    if gift.order_id is None:
        return still_wanted.gift_order(None, option, merchant.policy)
    order = shown.order(outside, gift.order_id, told_at=deed.created_at, now=now)
    if order is None:
        return "gone", "The order can no longer be read."
    return still_wanted.gift_order(order, option, merchant.policy)


def question(outside: Outside, gift: SendGiftOrder) -> str | None:
    """Return what a person must see to before a parcel leaves, as a sentence; None when it may."""
    where = outside.shop.delivery(customer_id=gift.customer_id, order_id=gift.order_id)
    obstacle = gift_order.undeliverable(None if where is None else where.address)
    return amiss(where) if where is not None and obstacle is None else obstacle


def _unwelcome(option: GiftOption | None, standing: Standing | None) -> tuple[str, str] | None:
    if option is None or standing is None:
        return None
    return tastes.unwelcome(standing.tastes.never, option.title, *option.tags)


def _send(merchant: Merchant, outside: Outside, gift: SendGiftOrder, deed: Deed) -> Receipt:
    if deed.request is not None:
        return outside.shop.complete_gift_draft(deed.request)
    patience = Patience()
    # The store would make a second one: what an earlier try may have left is looked for as late as can be.
    there = find(outside, gift, deed) if deed.sends > 1 else None
    if there is not None:
        return there
    parcel = _parcel(merchant, outside, gift)
    patience.check("the store")
    return outside.shop.send_gift_order(parcel, key=deed.key)


def _parcel(merchant: Merchant, outside: Outside, gift: SendGiftOrder) -> GiftParcel:
    where = outside.shop.delivery(customer_id=gift.customer_id, order_id=gift.order_id)
    if where is None:
        raise Rejected("The customer's address is gone.")
    return GiftParcel(
        customer_id=gift.customer_id, variant_id=gift.variant_id, to=where.address, currency=merchant.currency
    )
