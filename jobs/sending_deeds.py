"""How flowers, cards and gifts are brought by vendors, looked for, and looked at again before they leave."""

from dataclasses import replace
from datetime import date, timedelta

from app.domain import delivery_days, tastes
from app.domain.addresses import Address
from app.domain.effects import Effect, SendFlowers, SendGift, Sending, WriteCard
from app.domain.errors import Rejected
from app.domain.facts import Standing
from app.domain.gifts import GiftKind, Moneys, Placed, Settles, Wish
from app.domain.money import zero
from app.domain.ports import GiftVendor, Receipt
from app.domain.rules import still_wanted
from app.domain.sendings import ENDED, Status
from app.store.ledger import Deed
from app.store.shops import Merchant
from integrations import registry
from jobs.runtime import Outside, local

A_CARD = "A person writes this card, posts it, and says here what it cost."
A_GIFT = "A person orders this, and says here what it cost."
_LOST = frozenset({Status.RETURNED, Status.FAILED, Status.CANCELLED, Status.REFUNDED})


def do(merchant: Merchant, outside: Outside, sending: Sending, deed: Deed) -> Receipt:
    """Have it brought, or raise one of the three errors."""
    if isinstance(sending, WriteCard):
        raise Rejected(A_CARD)  # nobody is asked to: `by_hand` keeps it from the gate
    placed = _vendor(outside, sending).place(wish_of(merchant, outside, sending, deed), key=deed.key)
    return _receipt(placed)


def find(outside: Outside, sending: Sending, deed: Deed) -> Receipt | None:
    """Look for it at its vendor; for what a person does there is nothing to be found."""
    if isinstance(sending, WriteCard):
        return None
    placed = _vendor(outside, sending).find(key=deed.key, customer_id=sending.customer_id)
    return None if placed is None else _receipt(placed)


def follow(outside: Outside, sending: SendGift, reference: str) -> Receipt:
    """Return what has become of one that may yet fail; raise Rejected when it did."""
    seen = _vendor(outside, sending).status(reference)
    if seen.money is Moneys.BACK or seen.status in _LOST:
        raise Rejected(f"{registry.called(sending.vendor)} says: {seen.word or 'it came to nothing'}.")
    over = seen.money is Moneys.CHARGED or seen.status in ENDED
    return Receipt(reference=reference, cost=seen.cost, pending=not over)


def wish_of(merchant: Merchant, outside: Outside, sending: SendFlowers | SendGift, deed: Deed) -> Wish:
    """Return what the vendor is asked for, with the address as it is now. Raises Rejected where there is none."""
    day = day_of(merchant, sending, deed)
    wish = Wish(
        what=GiftKind.FLOWERS if isinstance(sending, SendFlowers) else sending.what,
        sku=sending.product if isinstance(sending, SendFlowers) else sending.sku,
        words=sending.message,
        signed_by=sending.agent_name,
        name="",
        at_most=deed.cost or zero(merchant.currency),
        customer_id=sending.customer_id,
        day=day,
        not_on=frozenset() if day is None else delivery_days.shut(merchant.policy.sends, day),
    )
    if isinstance(sending, SendFlowers):
        return _to(wish, outside.shop.address(sending.order_id))
    if sending.what is GiftKind.EGIFT:
        return _by_mail(wish, outside, sending)
    return _to(wish, outside.shop.gift_address(sending.customer_id, order_id=sending.order_id))


def day_of(merchant: Merchant, sending: Sending, deed: Deed) -> date | None:
    """Return the day on which it is to arrive; flowers do on the day on which they leave."""
    named = sending.day if isinstance(sending, SendGift) else None
    flowers = isinstance(sending, SendFlowers) or (isinstance(sending, SendGift) and sending.what is GiftKind.FLOWERS)
    return named or (local(merchant, deed.due_at).date() if flowers else None)


def by_hand(outside: Outside, sending: Sending) -> str | None:
    """Return what a person does in our place, as a sentence; None for what a vendor is asked to do."""
    always = always_by_hand(sending)
    if always is not None or isinstance(sending, WriteCard):
        return always
    vendor = outside.vendors.get(_kind(sending))
    return A_GIFT if vendor is not None and not vendor.can.unattended else None


def always_by_hand(effect: Effect) -> str | None:
    """Return the same as `by_hand` for what a person does whoever is connected."""
    match effect:
        case WriteCard():
            return A_CARD
        case SendGift() if effect.vendor == registry.BY_HAND:
            return A_CARD if effect.what is GiftKind.CARD else A_GIFT
        case _:
            return None


def can_look_up(outside: Outside, sending: Sending) -> bool:
    """Return whether a lost answer can be settled without a person."""
    if by_hand(outside, sending) is not None or isinstance(sending, WriteCard):
        return False
    return _vendor(outside, sending).can.settles is not Settles.PERSON


def shows_within(outside: Outside, sending: Sending) -> timedelta:
    """Return for how long after a call what it ordered may not be seen yet."""
    vendor = None if isinstance(sending, WriteCard) else outside.vendors.get(_kind(sending))
    return timedelta() if vendor is None else vendor.can.shows_within


def repeated_for(outside: Outside, sending: SendGift) -> timedelta | None:
    """Return for how long the same key is the same gift; None where for good, or where a look says so."""
    vendor = outside.vendors.get(sending.vendor)
    return None if vendor is None else vendor.can.key_lasts


def unwanted(outside: Outside, sending: Sending, standing: Standing | None) -> tuple[str, str] | None:
    """Return why it should not leave after all, as (code, sentence); `standing` is its customer's."""
    match sending:
        case SendFlowers():
            return still_wanted.flowers(sending, outside.shop.order(sending.order_id), standing)
        case WriteCard():
            return still_wanted.card(outside.shop.order(sending.order_id))
        case SendGift():
            if sending.order_id is not None and outside.shop.order(sending.order_id) is None:
                return "gone", "The order that it was meant for can no longer be read."
            return None if standing is None else _unwelcome(sending, standing)


def _unwelcome(sending: SendGift, standing: Standing) -> tuple[str, str] | None:
    never = standing.tastes.never
    if sending.what is GiftKind.FLOWERS:
        return tastes.no_flowers(never, sending.title)
    return tastes.unwelcome(never, sending.title)


def _kind(sending: SendFlowers | SendGift) -> str:
    return registry.FIRST_FLORIST if isinstance(sending, SendFlowers) else sending.vendor


def _vendor(outside: Outside, sending: SendFlowers | SendGift) -> GiftVendor:
    return outside.vendor(_kind(sending))


def _to(wish: Wish, to: Address | None) -> Wish:
    if to is None:
        raise Rejected("There is no delivery address any more.")
    return replace(wish, to=to, name=to.name or to.company, phone=to.phone)


def _by_mail(wish: Wish, outside: Outside, sending: SendGift) -> Wish:
    # Always the store's own, read now: an address that somebody typed could be anybody's.
    emails = outside.shop.emails(sending.customer_id)
    if not emails:
        raise Rejected("The store knows no e-mail address of the customer.")
    return replace(wish, email=emails[0])


def _receipt(placed: Placed) -> Receipt:
    return Receipt(
        reference=placed.reference,
        cost=placed.cost,
        remark=placed.remark,
        pending=placed.pending,
        copies=placed.copies,
        placed=placed,
    )
