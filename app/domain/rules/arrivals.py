"""What we tell the agent once a vendor has their gift: that it left, that it is there, or what came of it instead."""

from datetime import datetime

from app.domain.effects import Plan, PostNote, SendFlowers, SendGift, Sending
from app.domain.gifts import EXPIRED, GiftKind, Moneys, Seen
from app.domain.sendings import Status

_THINGS = {
    GiftKind.FLOWERS: "the flowers",
    GiftKind.CARD: "the card",
    GiftKind.EGIFT: "the e-gift",
    GiftKind.PARCEL: "the parcel",
}
_NEWS = {
    Status.LINK_SENT: "{thing}: the link to it was sent.",
    Status.SHIPPED: "{thing} left{carrier}.",
    Status.DELIVERED: "{thing} arrived.",
    Status.RETURNED: "{thing} came back to the sender.",
    Status.FAILED: "{thing} did not arrive: {vendor} says that it failed.",
    Status.CANCELLED: "{thing} will not arrive: {vendor} cancelled the order.",
    Status.REFUNDED: "{thing}: {vendor} gave back what it cost.",
}
_BY_THE_CALENDAR = "{thing} should have arrived by now. That is by the calendar; nobody has confirmed it."
_NOT_TAKEN_UP = "{thing} will not arrive: nobody has said in time where to."
_ALL_THE_SAME = "It had been cancelled, and was sent all the same{carrier}: {same_thing}."
_NEVER_CONFIRMED = "{thing}: in 60 days {vendor} has not said that it arrived. Please ask there, or the customer."
_BACK = " Its money is back in the pool."
_BOOKED_AGAIN = " Its money is booked again."


def tell(
    gift: Sending,
    status: Status,
    told: Seen,
    *,
    vendor: str,
    money: Moneys | None,
    all_the_same: bool,
    now: datetime,
) -> Plan | None:
    """Return the note about a gift that moved on to `status`; None where there is nobody to tell, or nothing to say.

    `vendor` is as people call it; `money` is what changed by it; `all_the_same`: it had been called off.
    """
    template = _NEWS.get(status, "")
    if status is Status.DELIVERED and not told.confirmed:
        template = _BY_THE_CALENDAR
    if told.word == EXPIRED:
        template = _NOT_TAKEN_UP
    if not (template or all_the_same):
        return None
    booked, about = "", status.value
    if all_the_same:
        template = _ALL_THE_SAME if status is Status.SHIPPED else f"{_ALL_THE_SAME} {template}".rstrip()
        booked, about = _BOOKED_AGAIN, "sent_all_the_same"
    said = {None: "", Moneys.BACK: _BACK, Moneys.CHARGED: booked}[money]
    text = template.format(thing=_thing(gift), same_thing=named(gift), vendor=vendor, carrier=_carrier(told))
    return _note(gift, text + said, about, now)


def never_confirmed(gift: Sending, *, vendor: str, now: datetime) -> Plan | None:
    """Return the note about a gift of which nobody will hear any more; None where there is nobody to tell."""
    return _note(gift, _NEVER_CONFIRMED.format(thing=_thing(gift), vendor=vendor), "never_confirmed", now)


def named(gift: Sending) -> str:
    """Return what was sent, as it stands within a sentence."""
    if isinstance(gift, SendGift):
        return _THINGS[gift.what]
    return _THINGS[GiftKind.FLOWERS if isinstance(gift, SendFlowers) else GiftKind.CARD]


def _thing(gift: Sending) -> str:
    it = named(gift)
    return it[:1].upper() + it[1:]


def _carrier(told: Seen) -> str:
    by = f" with {told.carrier}" if told.carrier else ""
    return f"{by}, tracking number {told.tracking}" if told.tracking else by


def _note(gift: Sending, text: str, about: str, now: datetime) -> Plan | None:
    if not gift.ticket_id:  # nobody asked for it on one, or whoever it was for is forgotten
        return None
    return Plan(effect=PostNote(ticket_id=gift.ticket_id, text=text, about=f"{gift.key}:{about}"), due_at=now)
