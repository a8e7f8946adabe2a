"""What a deed is, in a few words, as merchants and agents read it."""

from app.domain.agents import first_name
from app.domain.effects import (
    AddGiftLine,
    Effect,
    Errand,
    Gesture,
    MarkInHelpdesk,
    Mute,
    PostNote,
    PushCard,
    Quiet,
    RefundOrder,
    SendFlowers,
    SendGift,
    SendGiftOrder,
    Sending,
    TagCustomer,
    TagTicket,
    Undoing,
    Unmute,
    WriteCard,
)
from app.domain.gifts import GiftKind
from app.domain.refunds import Way
from app.domain.rules.refund_words import given_back, stays
from app.domain.sendings import Status

GIFTS = {
    GiftKind.FLOWERS: "Flowers",
    GiftKind.CARD: "Card",
    GiftKind.EGIFT: "E-gift",
    GiftKind.PARCEL: "Gift",
}

_SO_FAR = {
    Status.PLACED: "with the vendor",
    Status.SCHEDULED: "with the vendor, who begins on the day",
    Status.LINK_SENT: "link sent",
    Status.ACCEPTED: "accepted",
    Status.IN_PRODUCTION: "in the making",
    Status.SHIPPED: "under way",
    Status.DELIVERED: "delivered",
    Status.RETURNED: "came back to the sender",
    Status.FAILED: "did not arrive",
    Status.CANCELLED: "cancelled",
    Status.REFUNDED: "given back by the vendor",
}


def so_far(status: Status, *, confirmed: bool) -> str:
    """Return in a few words how far a gift is that a vendor has."""
    return _SO_FAR[status] if confirmed else f"{_SO_FAR[status]} by the calendar"


def what(effect: Effect) -> str:
    """Return the deed in a few words."""
    if isinstance(effect, Undoing):
        return f"Take back the gift: {effect.title}"
    return _gesture(effect) if isinstance(effect, Gesture) else _errand(effect)


def _gesture(effect: Gesture) -> str:
    match effect:
        case AddGiftLine():
            return f"Gift: {effect.title}"
        case SendGiftOrder():
            return f"Gift in a parcel of its own: {effect.title}"
        case RefundOrder():
            act = "Give" if effect.way is Way.CREDIT else "Refund"
            return f"{act} {given_back(effect)}, {stays(effect).partition(';')[0]}"
        case SendFlowers():
            return f"Flowers, signed {_signed(effect)}"
        case WriteCard():
            return f"Hand-written card, signed {_signed(effect)}"
        case SendGift():
            return f"{GIFTS[effect.what]}: {effect.title}, signed {_signed(effect)}"


def signature(effect: Sending) -> str:
    """Return by what name something is signed: an agent's first; all of it where a rule gives, in the shop's name."""
    of_a_rule = isinstance(effect, SendGift) and bool(effect.occasion)
    return effect.agent_name if of_a_rule else first_name(effect.agent_name)


def _signed(effect: Sending) -> str:
    return signature(effect) or "the team"


def _errand(effect: Errand) -> str:  # noqa: PLR0911  # one a kind
    match effect:
        case TagCustomer():
            return f"{'Tag' if effect.present else 'Untag'} “{effect.tag}” in the store"
        case MarkInHelpdesk():
            return f"{'Mark as special' if effect.special else 'Take the mark off'} in the helpdesk"
        case TagTicket():
            return f"Tag “{effect.tag}” on the ticket"
        case PostNote():
            return "Note to the agents"
        case PushCard():
            return "Renew the card in the helpdesk"
        case Mute():
            return f"{_quiet(effect)}, until {effect.until.day} {effect.until:%B %Y}"
        case Unmute():
            return f"No longer: {_quiet(effect)}"


def _quiet(effect: Mute | Unmute) -> str:
    match effect.quiet:
        case Quiet.TAG:
            return f"Tag “{effect.tag}” in the store"
        case Quiet.FIELD:
            return "A day in the store before which no survey or review tool should write to them"
        case Quiet.LISTENER:
            return "Your other tools are told to leave them in peace"
        case Quiet.REORDERS:
            return "Reorders pause"
