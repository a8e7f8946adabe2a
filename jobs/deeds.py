"""How each kind of effect is done, looked for, and looked at again before it is done."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from app.domain.effects import (
    AddGiftLine,
    CancelGiftOrder,
    CancelSending,
    Effect,
    Gesture,
    MarkInHelpdesk,
    Mute,
    PostNote,
    PushCard,
    RefundOrder,
    SendFlowers,
    SendGift,
    SendGiftOrder,
    Sending,
    TagCustomer,
    TagTicket,
    TakeBackGiftLine,
    Undoing,
    Unmute,
    WriteCard,
)
from app.domain.facts import Standing
from app.domain.ports import Receipt
from app.domain.retry import MOST_ATTEMPTS
from app.domain.rules import moments, still_wanted
from app.domain.rules.granted import off_for
from app.domain.rules.send_gates import Question
from app.store import leaving, orders, people, pulse, sendings, undoing
from app.store.base import Session, reading
from app.store.deeds import VOUCHED
from app.store.ledger import Deed
from app.store.shops import Merchant
from jobs import address_asks, gift_choice, gift_deeds, helpdesk_deeds, quiet_deeds, sending_deeds, shortages
from jobs.carry_out import note_marks
from jobs.runtime import Outside, World

STANDING_RULE = "special_customer"
# The store knows a refund's key for a day. Half of it, so that no slow call reaches over the edge.
REPEATED_FOR = timedelta(hours=12)
FOLLOWED_FOR = timedelta(days=60)
NEEDS_PERSON = "needs_person"
Standings = Mapping[int, Standing]  # by customer


def do(  # noqa: PLR0911  # one a kind
    world: World, merchant: Merchant, outside: Outside, deed: Deed, now: datetime
) -> Receipt:
    """Do the deed, or raise one of the three errors."""
    match deed.effect:
        case TagCustomer() as tag:
            return outside.shop.tag_customer(tag.customer_id, tag=tag.tag, present=tag.present)
        case Mute() | Unmute() as quiet:
            return quiet_deeds.do(outside, quiet, deed, now)
        case MarkInHelpdesk() as mark:
            return helpdesk_deeds.mark(merchant, outside, mark)
        case TagTicket() | PostNote() | PushCard() as errand:
            return helpdesk_deeds.do(world, merchant, outside, errand, deed)
        case AddGiftLine() | SendGiftOrder() | TakeBackGiftLine() | CancelGiftOrder() as gift:
            return gift_deeds.do(merchant, outside, gift, deed)
        case RefundOrder() as refund:
            again = deed.sends > 1
            return outside.shop.refund(refund.order_id, call=deed.request or "", key=deed.key, again=again)
        case SendFlowers() | WriteCard() | SendGift() as sending:
            return sending_deeds.do(world, merchant, outside, sending, deed, told=address_asks.told(world, deed))
        case CancelSending() as cancel:
            return sending_deeds.stop(world, merchant, outside, cancel)


def prepare(world: World, merchant: Merchant, outside: Outside, deed: Deed) -> str | None:
    """Return the call that the deed will make, where that must stay the same to the letter; None for all others.

    Raises Rejected when it turns out that it cannot be done.
    """
    if deed.request is not None:
        return deed.request
    if isinstance(deed.effect, SendGiftOrder):
        return gift_deeds.prepare(world, merchant, outside, deed.effect, deed)
    if isinstance(deed.effect, RefundOrder):
        return outside.shop.prepare_refund(deed.effect.order_id, back=deed.effect.back, key=deed.key)
    if isinstance(deed.effect, Mute):
        return quiet_deeds.look_before(outside, deed.effect)
    if isinstance(deed.effect, PostNote):
        return helpdesk_deeds.with_a_way_in(world, merchant, deed.effect)
    return None


def most_tries(deed: Deed) -> int:
    """Return how often a deed is tried before it is given up."""
    return quiet_deeds.MOST_TRIES if isinstance(deed.effect, Mute) else MOST_ATTEMPTS


def prepared_for_good(deed: Deed) -> bool:
    """Return whether what was prepared stays after a try that did nothing, as a draft does that stands in the store."""
    return isinstance(deed.effect, SendGiftOrder)


def overdue(outside: Outside, deed: Deed, now: datetime) -> bool:
    """Return whether the other side may have forgotten an earlier try, so that one more could be a second deed."""
    lasts = None
    if isinstance(deed.effect, RefundOrder):
        lasts = REPEATED_FOR
    elif isinstance(deed.effect, SendGift):
        lasts = sending_deeds.repeated_for(outside, deed.effect)
    return deed.first_sent_at is not None and lasts is not None and now - deed.first_sent_at > lasts


def shows_within(outside: Outside, effect: Effect) -> timedelta:
    """Return for how long after a call what it did may not be seen yet; nothing where our usual patience is enough."""
    return sending_deeds.shows_within(outside, effect) if isinstance(effect, Sending) else timedelta()


def may_not_show_yet(outside: Outside, deed: Deed, now: datetime) -> timedelta | None:
    """Return how long to wait before a deed that is not seen is believed to be absent; None when it may be by now."""
    if deed.sent_at is None:
        return None
    left = deed.sent_at + shows_within(outside, deed.effect) - now
    return left if left > timedelta() else None


def may_be_forgotten(merchant: Merchant, deed: Deed) -> bool:
    """Return whether it may have been done in the time that an old copy of our database does not know."""
    since = merchant.restored_at
    if since is None or deed.code == VOUCHED:
        return False
    if deed.first_sent_at is not None and deed.first_sent_at >= since:
        return False  # what came of it, this copy knows
    return deed.created_at < since + pulse.LOOKED_FIRST


def find(outside: Outside, deed: Deed) -> Receipt | None:
    """Look for the deed out there. None: it certainly is not, or doing it again changes nothing."""
    match deed.effect:
        case AddGiftLine() | SendGiftOrder() | TakeBackGiftLine() | CancelGiftOrder() as gift:
            return gift_deeds.find(outside, gift, deed)
        case RefundOrder() as refund:
            return outside.shop.find_refund(refund.order_id, key=deed.key)
        case PostNote() as note:
            return helpdesk_deeds.find(outside, note, deed)
        case SendFlowers() | WriteCard() | SendGift() as sending:
            return sending_deeds.find(outside, sending, deed)
        case TagCustomer() | MarkInHelpdesk() | TagTicket() | PushCard() | Mute() | Unmute() | CancelSending():
            return None


def find_forgotten(merchant: Merchant, outside: Outside, deed: Deed) -> Receipt | None:
    """Look for a deed as `find` does; decided anew, it may not be the very item that was given."""
    found = find(outside, deed)
    if found is None and isinstance(deed.effect, AddGiftLine):
        return gift_deeds.find_instead(merchant, outside, deed.effect, deed)
    return found


def follow(outside: Outside, deed: Deed, now: datetime) -> Receipt:
    """Return what has become of a deed that was on its way; raise Rejected when it failed after all."""
    if not isinstance(deed.effect, RefundOrder) or deed.reference is None:
        raise TypeError(f"{deed.effect.kind} is never on its way")
    if now - deed.due_at > FOLLOWED_FOR:
        # The store shows nothing older, and a bank that took so long will not call back.
        return Receipt(reference=deed.reference, remark="It was never confirmed; please ask the payment provider.")
    return outside.shop.watch_refund(deed.effect.order_id, reference=deed.reference)


def look_after(deed: Deed, now: datetime) -> timedelta:
    """Return how long to wait before looking again at what is on its way: as long as it has taken, a day at most."""
    return min(max(now - deed.due_at, timedelta(minutes=15)), timedelta(days=1))


def can_look_up(outside: Outside, effect: Effect) -> bool:
    """Return whether a lost answer can be settled without a person."""
    return not isinstance(effect, Sending) or sending_deeds.can_look_up(outside, effect)


def by_hand(outside: Outside, deed: Deed) -> str | None:
    """Return what a person does in our place, as a sentence; None for what we do ourselves."""
    return sending_deeds.by_hand(outside, deed.effect) if isinstance(deed.effect, Sending) else None


def asks_nobody(deed: Deed) -> bool:
    """Return whether our own books say if the deed is still wanted."""
    return isinstance(deed.effect, TagCustomer | MarkInHelpdesk)


def standings(world: World, merchant: Merchant, some: Sequence[Deed]) -> Standings:
    """Return what the books say now of the customers whom deeds are for."""
    customers = {customer for deed in some if (customer := getattr(deed.effect, "customer_id", None)) is not None}
    with reading(world.sessions) as session:
        return orders.standings(session, shop_id=merchant.id, customers=customers, currency=merchant.currency)


def unwanted(  # noqa: PLR0911  # one a kind
    world: World, merchant: Merchant, outside: Outside, deed: Deed, known: Standings | None = None
) -> tuple[str, str] | None:
    """Return why the deed should not be done after all, as (code, sentence), from a fresh look at the world.

    `known` is what was just read of its customer, together with others'.
    """
    refusal = off_for(deed.effect, merchant.scopes)
    if refusal is not None:
        return refusal
    if _was_left_behind(merchant, outside, deed):
        return leaving.CODE, "The app was taken out of the store before it was done."
    match deed.effect:
        case AddGiftLine() | SendGiftOrder() as gift:
            standing = _standing(world, merchant, gift.customer_id, known)
            return gift_deeds.unwanted(world, merchant, outside, gift, deed, standing)
        case TagCustomer() as tag if deed.rule == STANDING_RULE:
            standing = _standing(world, merchant, tag.customer_id, known)
            return still_wanted.standing_mark(standing, present=tag.present)
        case Mute() | Unmute() as quiet:
            standing = _standing(world, merchant, quiet.customer_id, known)
            return quiet_deeds.unwanted(world, merchant, outside, quiet, standing)
        case MarkInHelpdesk() as mark:
            if not outside.desks:
                return helpdesk_deeds.NOT_CONNECTED
            return still_wanted.helpdesk_mark(_standing(world, merchant, mark.customer_id, known), mark)
        case SendFlowers() | WriteCard() | SendGift() as sending:
            standing = _standing(world, merchant, sending.customer_id, known)
            no = moments.gone_by(sending, deed.due_at, world.clock.now())
            no = no or sending_deeds.unwanted(outside, sending, standing, world.clock.now())
            no = no or gift_choice.unwanted(world, merchant, sending, standing)
            return no or shortages.unwanted(world, merchant, outside, sending)
        case TagTicket() | PostNote() | PushCard() as errand:
            return helpdesk_deeds.unwanted(outside, errand)
        case _:
            return None


def question(
    world: World, merchant: Merchant, outside: Outside, deed: Deed, known: Standings | None = None
) -> Question | None:
    """Return what a person must see to before the deed is done; None for most deeds."""
    match deed.effect:
        case SendGiftOrder() as gift:
            why = gift_deeds.question(outside, gift)
            return None if why is None else Question(code=NEEDS_PERSON, why=why)
        case SendFlowers() | WriteCard() | SendGift() as sending:
            standing = _standing(world, merchant, sending.customer_id, known)
            seen = (merchant, outside, sending, deed, standing, world.clock.now())
            return sending_deeds.question(*seen, told=address_asks.told(world, deed))
        case _:
            return None


def note(session: Session, merchant: Merchant, happened: Sequence[Deed], now: datetime) -> None:
    """Write down what deeds of a shop that were done have changed for others: customers' marks, deeds undone."""
    for deed in happened:
        if isinstance(deed.effect, Undoing):
            undoing.undone(session, shop_id=deed.shop_id, key=deed.effect.undoes)
        if isinstance(deed.effect, CancelSending):
            sending_deeds.ask_whether_it_stopped(session, deed, deed.effect, now)
    for present in (True, False):
        tagged = [
            deed.effect.customer_id
            for deed in happened
            if isinstance(deed.effect, TagCustomer) and deed.rule == STANDING_RULE and deed.effect.present is present
        ]
        if tagged:
            note_marks(session, merchant, tagged, marked=present, now=now)


def note_placed(session: Session, deed: Deed, receipt: Receipt, now: datetime) -> None:
    """Write down that a vendor has what was ordered by the deed, so that it is asked what becomes of it."""
    if receipt.placed is not None and isinstance(deed.effect, SendFlowers | SendGift):
        vendor = sending_deeds.sold_by(deed.effect)
        sendings.begin(session, deed, receipt.placed, vendor=vendor, now=now, digest=receipt.door)


def note_refused(session: Session, deed: Deed) -> None:
    """Write down what a deed that was refused means for others: a mark is not on its way any more."""
    if isinstance(deed.effect, TagCustomer) and deed.rule == STANDING_RULE:
        people.mark_refused(session, shop_id=deed.shop_id, customer_id=deed.effect.customer_id)


def _was_left_behind(merchant: Merchant, outside: Outside, deed: Deed) -> bool:
    """Return whether a gesture was under way when the app was taken out, and never came through.

    What had not been tried by then was withdrawn on the spot; nobody waits for the rest any more, either.
    """
    if not (isinstance(deed.effect, Gesture) and deed.sends and deed.created_at < merchant.installed_at):
        return False
    return not can_look_up(outside, deed.effect) or find(outside, deed) is None


def _standing(world: World, merchant: Merchant, customer_id: int | None, known: Standings | None) -> Standing | None:
    if customer_id is None:
        return None
    if known is not None:
        return known.get(customer_id)
    with reading(world.sessions) as session:
        return orders.standing(session, shop_id=merchant.id, customer_id=customer_id, currency=merchant.currency)
