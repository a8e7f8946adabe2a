"""How flowers, cards and gifts are brought by vendors, looked for, and looked at again before they leave."""

from dataclasses import replace
from datetime import date, datetime, timedelta

from app.domain import delivery_days
from app.domain.addresses import Address
from app.domain.deliveries import NO_DOOR, Delivery
from app.domain.effects import CancelSending, Effect, SendFlowers, SendGift, Sending, WriteCard
from app.domain.errors import Rejected
from app.domain.facts import Order, Standing
from app.domain.gifts import Cancelled, GiftKind, Placed, Settles, Wish
from app.domain.money import zero
from app.domain.ports import GiftVendor, Receipt
from app.domain.rules import send_gates, still_wanted
from app.domain.rules.send_gates import Question
from app.store import sendings
from app.store.base import Session, reading
from app.store.ledger import Deed
from app.store.shops import Merchant
from integrations import registry
from jobs import where_to
from jobs.runtime import Outside, World, local

A_CARD = "A person writes this card, posts it, and says here what it cost."
A_GIFT = "A person orders this, and says here what it cost."
TAKEN_UP_WITHIN = timedelta(days=30)  # where somebody must say yes first: for so long money is set aside for it


def do(
    world: World, merchant: Merchant, outside: Outside, sending: Sending, deed: Deed, *, told: Address | None = None
) -> Receipt:
    """Have it brought, or raise one of the three errors. `told` is where the customer said that it should go."""
    if isinstance(sending, WriteCard):
        raise Rejected(A_CARD)  # nobody is asked to: `by_hand` keeps it from the gate
    wish = wish_of(merchant, outside, sending, deed, told=told)
    wish = replace(wish, again=deed.sends > 1, until=world.clock.now() + TAKEN_UP_WITHIN)
    door = NO_DOOR if goes_by_email(sending) else where_to.digest(world, merchant, wish.to)
    placed = _vendor(outside, sending).place(wish, key=deed.key)
    return replace(_receipt(placed), door=door)


def find(outside: Outside, sending: Sending, deed: Deed) -> Receipt | None:
    """Look for it at its vendor; for what a person does there is nothing to be found."""
    if isinstance(sending, WriteCard):
        return None
    placed = _vendor(outside, sending).find(key=deed.key, customer_id=sending.customer_id)
    return None if placed is None else replace(_receipt(placed), door=NO_DOOR if goes_by_email(sending) else "")


def stop(world: World, merchant: Merchant, outside: Outside, cancel: CancelSending) -> Receipt:
    """Have a gift stopped that a vendor has, or raise one of the three errors; safe to repeat."""
    with reading(world.sessions) as session:
        sent = sendings.of_key(session, shop_id=merchant.id, key=cancel.undoes)
    if sent is None:
        raise Rejected("Our books do not know of it any more.")
    match outside.vendor(sent.vendor).cancel(sent.reference):
        case Cancelled.CANCELLED:
            return Receipt(reference=sent.reference)
        case Cancelled.TOO_LATE:
            raise Rejected("The vendor has begun with it.")
        case Cancelled.UNSUPPORTED:
            raise Rejected("The vendor stops nothing that was ordered.")


def ask_whether_it_stopped(session: Session, deed: Deed, cancel: CancelSending, now: datetime) -> None:
    """Let its vendor be asked what has become of a gift that it agreed to stop.

    Whoever was answered before that is not heard any more: then it was still to come.
    """
    sent = sendings.of_key(session, shop_id=deed.shop_id, key=cancel.undoes)
    if sent is not None:
        sendings.news(session, shop_id=deed.shop_id, vendor=sent.vendor, references=[sent.reference], now=now)


def wish_of(
    merchant: Merchant,
    outside: Outside,
    sending: SendFlowers | SendGift,
    deed: Deed,
    *,
    told: Address | None = None,
) -> Wish:
    """Return what the vendor is asked for, with the address as it is now. Raises Rejected where there is none."""
    wish = _wish(merchant, outside, sending, deed, told)
    if wish.what is GiftKind.EGIFT and not wish.email:
        raise Rejected("The store knows no e-mail address of the customer.")
    if not goes_by_email(sending) and wish.to is None:
        raise Rejected("There is no delivery address any more.")
    return wish


def where(outside: Outside, sending: Sending) -> Delivery | None:
    """Ask the store where it would go, and what it knows of that door."""
    if isinstance(sending, SendGift):
        return outside.shop.delivery(customer_id=sending.customer_id, order_id=sending.order_id)
    return outside.shop.delivery(order_id=sending.order_id)


def sold_by(sending: Sending) -> str:
    """Return the kind of its vendor; that of nobody for what is made by hand."""
    if isinstance(sending, WriteCard):
        return registry.BY_HAND
    return registry.FIRST_FLORIST if isinstance(sending, SendFlowers) else sending.vendor


def goes_by_email(effect: Effect) -> bool:
    """Return whether it goes to the customer's e-mail address, or as a link, and to no door that we must know."""
    return isinstance(effect, SendGift) and registry.by_email(effect.what, effect.vendor)


def product_of(sending: Sending) -> str:
    """Return its number at its vendor, if it has one."""
    match sending:
        case SendFlowers():
            return sending.product
        case SendGift():
            return sending.sku
        case WriteCard():
            return ""


def day_of(merchant: Merchant, sending: Sending, deed: Deed) -> date | None:
    """Return the day on which it is to arrive; flowers do on the day on which they leave."""
    named = sending.day if isinstance(sending, SendGift) else None
    flowers = isinstance(sending, SendFlowers) or (isinstance(sending, SendGift) and sending.what is GiftKind.FLOWERS)
    return named or (local(merchant, deed.due_at).date() if flowers else None)


def by_hand(outside: Outside, sending: Sending) -> str | None:
    """Return what a person does in our place, as a sentence; None for what a vendor is asked to do."""
    if isinstance(sending, WriteCard):
        return A_CARD
    kind = sold_by(sending)
    vendor = outside.vendors.get(kind)
    if kind != registry.BY_HAND and (vendor is None or vendor.can.unattended):
        return None
    return A_CARD if isinstance(sending, SendGift) and sending.what is GiftKind.CARD else A_GIFT


def can_look_up(outside: Outside, sending: Sending) -> bool:
    """Return whether a lost answer can be settled without a person."""
    if isinstance(sending, WriteCard) or by_hand(outside, sending) is not None:
        return False
    return _vendor(outside, sending).can.settles is not Settles.PERSON


def shows_within(outside: Outside, sending: Sending) -> timedelta:
    """Return for how long after a call what it ordered may not be seen yet."""
    vendor = outside.vendors.get(sold_by(sending))
    return timedelta() if vendor is None else vendor.can.shows_within


def repeated_for(outside: Outside, sending: SendGift) -> timedelta | None:
    """Return for how long the same key is the same gift; None where for good, or where a look says so."""
    vendor = outside.vendors.get(sending.vendor)
    return None if vendor is None else vendor.can.key_lasts


def unwanted(outside: Outside, sending: Sending, standing: Standing | None, now: datetime) -> tuple[str, str] | None:
    """Return why it should not leave after all, as (code, sentence); `standing` is its customer's."""
    order = _order(outside, sending)
    match sending:
        case SendFlowers():
            return still_wanted.flowers(sending, order, standing)
        case WriteCard():
            return still_wanted.card(order)
        case SendGift():
            return still_wanted.sent_gift(sending, order, standing, now)


def question(
    merchant: Merchant,
    outside: Outside,
    sending: Sending,
    deed: Deed,
    standing: Standing | None,
    now: datetime,
    *,
    told: Address | None = None,
) -> Question | None:
    """Return what a person must see to before it leaves, by a fresh look at the world; None when it may.

    Where it goes and what it costs, whoever does it by hand sees for themselves.
    """
    found = [
        send_gates.careful(_order(outside, sending)),
        send_gates.since_hard(sending, standing, planned_at=deed.created_at, now=now),
    ]
    if not isinstance(sending, WriteCard) and by_hand(outside, sending) is None:
        found += _where_and_how_much(outside, sending, _wish(merchant, outside, sending, deed, told))
    return send_gates.together(found, said_yes_to=deed.code)


def _where_and_how_much(outside: Outside, sending: SendFlowers | SendGift, wish: Wish) -> list[Question | None]:
    nowhere = None if goes_by_email(sending) else send_gates.address(wish.what, wish.to)
    vendor = _vendor(outside, sending)
    if nowhere is not None or not vendor.can.quotes:
        return [nowhere]
    return [send_gates.dearer(vendor.quote(wish).total, wish.at_most)]


def _order(outside: Outside, sending: Sending) -> Order | None:
    return None if sending.order_id is None else outside.shop.order(sending.order_id)


def _wish(
    merchant: Merchant, outside: Outside, sending: SendFlowers | SendGift, deed: Deed, told: Address | None
) -> Wish:
    day = day_of(merchant, sending, deed)
    wish = Wish(
        what=GiftKind.FLOWERS if isinstance(sending, SendFlowers) else sending.what,
        sku=product_of(sending),
        words=sending.message,
        signed_by=sending.agent_name,
        name="",
        at_most=deed.cost or zero(merchant.currency),
        customer_id=sending.customer_id,
        day=day,
        not_on=frozenset() if day is None else delivery_days.shut(merchant.policy.sends, day),
    )
    known = where(outside, sending)
    if not isinstance(sending, SendGift) or not goes_by_email(sending):
        return _to(wish, known, told)
    # Always the store's own, read now: an address that somebody typed could be anybody's.
    email = next(iter(outside.shop.emails(sending.customer_id)), "")
    return replace(wish, email=email, name=_called(known))


def _vendor(outside: Outside, sending: SendFlowers | SendGift) -> GiftVendor:
    return outside.vendor(sold_by(sending))


def _to(wish: Wish, known: Delivery | None, told: Address | None) -> Wish:
    """Let it go to where the customer said, else to where the store knows; their telephone the store knows alone."""
    if known is None:
        return wish
    to = known.address if told is None else replace(told, phone=known.address.phone)
    return replace(wish, to=to, name=to.name or to.company, phone=to.phone)


def _called(known: Delivery | None) -> str:
    """Return the customer's own name; that on their door where the store has no other, and never a stranger's."""
    if known is None:
        return ""
    return known.name or (known.address.name if known.theirs else "")


def _receipt(placed: Placed) -> Receipt:
    return Receipt(
        reference=placed.reference,
        cost=placed.cost,
        remark=placed.remark,
        pending=placed.pending,
        copies=placed.copies,
        placed=placed,
    )
