"""What we mean to do to the outside world. The key names the deed, so every repeat meets the same ledger row."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Literal

from app.domain.agents import Reason
from app.domain.deed_keys import key_of
from app.domain.gifts import GiftKind
from app.domain.money import Money
from app.domain.policy import GiftRoute
from app.domain.refunds import GiveBack, Pieces, Way


class State(StrEnum):
    """One effect's life; the ledger moves a row along these and nowhere else."""

    OBSERVED = "observed"  # the rule only watches: shown, never sent
    AWAITING = "awaiting"  # a person must approve
    PLANNED = "planned"  # wanted; money reserved; waits for its hour
    SENDING = "sending"  # the gate is passed: the call may be under way
    UNCERTAIN = "uncertain"  # may have happened; looked up before anything else
    DONE = "done"
    REFUSED = "refused"  # the world said no for good; money released
    WITHDRAWN = "withdrawn"  # no longer wanted; money released
    OVER_BUDGET = "over_budget"  # the pool said no


class Quiet(StrEnum):
    """The ways in which a customer is left in peace."""

    TAG = "tag"  # on them in the store, where mail tools and automations look
    FIELD = "field"  # of theirs in the store, with the day on which it ends
    LISTENER = "listener"  # a tool of the merchant's, that asks to be told
    REORDERS = "reorders"  # at the app that sends them


class Pool(StrEnum):
    """The monthly purses."""

    TEAM = "team"  # the support team's own: no reason asked
    GIFTS = "gifts"  # what automatic rules may give away


@dataclass(frozen=True, slots=True, kw_only=True)
class TagCustomer:
    """Put a tag on the store's customer, or take it off. `occasion` tells one change of mind from the next.

    `ticket_id` is where an agent asked for it, and reads of it should it come to nothing.
    """

    kind: Literal["tag_customer"] = "tag_customer"
    customer_id: int
    tag: str
    present: bool
    occasion: str
    ticket_id: str | None = None

    @property
    def key(self) -> str:
        return key_of("tag", self.customer_id, self.occasion, self.tag)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mute:
    """Leave a customer in peace until a day, in one way; nobody is told why. `about` is what it goes along with."""

    kind: Literal["mute"] = "mute"
    customer_id: int
    quiet: Quiet
    tag: str = ""
    until: datetime
    ticket_id: str
    about: str

    @property
    def key(self) -> str:
        return key_of("mute", self.customer_id, self.about, self.quiet, self.tag)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unmute:
    """End a quiet whose day has come; `undoes` is its key. `occasion` tells one such day from the next."""

    kind: Literal["unmute"] = "unmute"
    customer_id: int
    quiet: Quiet
    tag: str = ""
    until: datetime
    undoes: str
    occasion: str

    @property
    def key(self) -> str:
        return key_of("undo", self.undoes, self.occasion)


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkInHelpdesk:
    """Show the customer's standing in the helpdesk: field with the reason, tag on open tickets."""

    kind: Literal["mark_in_helpdesk"] = "mark_in_helpdesk"
    customer_id: int
    special: bool
    reason: str
    occasion: str

    @property
    def key(self) -> str:
        return key_of("mark", self.customer_id, self.occasion)


@dataclass(frozen=True, slots=True, kw_only=True)
class TagTicket:
    """Tag one ticket, beside the tags that others put there, and say why where the helpdesk has room for that.

    `occasion` tells one loss of it from the next.
    """

    kind: Literal["tag_ticket"] = "tag_ticket"
    ticket_id: str
    tag: str
    reason: str = ""
    occasion: str = ""

    @property
    def key(self) -> str:
        return key_of("ticket-tag", self.ticket_id, self.tag, self.occasion)


@dataclass(frozen=True, slots=True, kw_only=True)
class PostNote:
    """Leave a private note for the agents on a ticket. `about` is what it tells of."""

    kind: Literal["post_note"] = "post_note"
    ticket_id: str
    text: str
    about: str

    @property
    def key(self) -> str:
        return key_of("note", self.ticket_id, self.about)


@dataclass(frozen=True, slots=True, kw_only=True)
class PushCard:
    """Show a customer's card anew in the helpdesks that can be told of it; it is drawn at the moment it is sent.

    `about` is what has changed on it.
    """

    kind: Literal["push_card"] = "push_card"
    customer_id: int
    about: str

    @property
    def key(self) -> str:
        return key_of("push", self.customer_id, self.about)


@dataclass(frozen=True, slots=True, kw_only=True)
class AddGiftLine:
    """Slip a free item into an order that has not left yet.

    `ticket_id` is where an agent asked for it; None for what a rule gives. `confirm` makes a deliberate second one
    distinct.
    """

    kind: Literal["add_gift_line"] = "add_gift_line"
    order_id: int
    order_name: str
    customer_id: int
    variant_id: int
    title: str
    rule: str
    ticket_id: str | None = None
    agent_name: str = ""
    confirm: str = ""

    @property
    def key(self) -> str:
        return key_of("gift", self.order_id, self.rule, self.confirm)


@dataclass(frozen=True, slots=True, kw_only=True)
class SendGiftOrder:
    """Send a free item in a parcel of its own; `order_id` is the order whose own left without it, if any."""

    kind: Literal["send_gift_order"] = "send_gift_order"
    customer_id: int
    variant_id: int
    title: str
    rule: str
    route: GiftRoute
    order_id: int | None = None
    order_name: str = ""

    @property
    def key(self) -> str:
        whom = f"customer-{self.customer_id}" if self.order_id is None else self.order_id
        return key_of("gift-order", whom, self.rule)


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelGiftOrder:
    """Stop a free parcel that has not left; `undoes` is the key of the gift.

    `draft` is the number of a draft that may be left of it, "" where that is not known; None where there was none.
    """

    kind: Literal["cancel_gift_order"] = "cancel_gift_order"
    customer_id: int
    title: str
    undoes: str
    order_id: int | None = None
    draft: str | None = None

    @property
    def key(self) -> str:
        return key_of("undo", self.undoes)


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeBackGiftLine:
    """Take a free item off an order again; `undoes` is the key of the gift, `ticket_id` where an agent asked for it."""

    kind: Literal["take_back_gift_line"] = "take_back_gift_line"
    order_id: int
    order_name: str
    customer_id: int
    variant_id: int
    title: str
    undoes: str
    ticket_id: str | None = None

    @property
    def key(self) -> str:
        return key_of("undo", self.undoes)


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelSending:
    """Have a vendor stop a gift that it was ordered from; `undoes` is the key of the gift."""

    kind: Literal["cancel_sending"] = "cancel_sending"
    vendor: str
    customer_id: int | None
    title: str
    undoes: str
    ticket_id: str | None = None

    @property
    def key(self) -> str:
        return key_of("undo", self.undoes)


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundOrder:
    """Give money back; the customer keeps the item. `confirm` makes a deliberate second refund distinct.

    The key knows the sum alone: the same sum by another way, or for other pieces, is the same kindness twice.
    """

    kind: Literal["refund_order"] = "refund_order"
    order_id: int
    order_name: str
    customer_id: int | None
    amount: Money
    ticket_id: str
    agent_name: str
    confirm: str = ""
    pieces: tuple[Pieces, ...] = ()
    shipping: Money | None = None  # what of the amount is shipping
    way: Way = Way.PAYMENT
    credit_until: datetime | None = None

    @property
    def back(self) -> GiveBack:
        """What the store is asked for."""
        return GiveBack(
            amount=self.amount,
            pieces=self.pieces,
            shipping=self.shipping,
            way=self.way,
            credit_until=self.credit_until,
        )

    @property
    def key(self) -> str:
        return key_of("refund", self.order_id, self.ticket_id, self.amount.minor, self.confirm)


@dataclass(frozen=True, slots=True, kw_only=True)
class SendFlowers:
    """Have a florist deliver to the address of an order, with a card signed by a person."""

    kind: Literal["send_flowers"] = "send_flowers"
    order_id: int
    customer_id: int | None
    product: str
    message: str
    ticket_id: str
    agent_name: str
    confirm: str = ""

    @property
    def key(self) -> str:
        return key_of("flowers", self.ticket_id, self.confirm)


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteCard:
    """Have a person write a card by hand and post it to the address of an order."""

    kind: Literal["write_card"] = "write_card"
    order_id: int
    order_name: str
    customer_id: int | None
    message: str
    ticket_id: str
    agent_name: str
    confirm: str = ""

    @property
    def key(self) -> str:
        return key_of("card", self.ticket_id, self.confirm)


@dataclass(frozen=True, slots=True, kw_only=True)
class SendGift:
    """Have a vendor bring a customer something: with words that are signed by a person, on a day or as soon as can be.

    `order_id` is the order whose address it goes to, None for where the customer lives. Flowers and cards have the very
    keys of `SendFlowers` and `WriteCard`, so that by another vendor they are not another kindness. What a rule gives
    for an `occasion` is one deed, whatever it is.
    """

    kind: Literal["send_gift"] = "send_gift"
    what: GiftKind
    vendor: str
    sku: str
    title: str
    gift_id: int | None = None  # in the shop's own catalogue
    customer_id: int
    order_id: int | None
    order_name: str = ""
    message: str
    ticket_id: str | None
    agent_name: str
    day: date | None = None
    sympathy: bool = False
    instead_of: str = ""  # key of the one that could not be given
    confirm: str = ""
    occasion: str = ""  # "anniversary:2026", "campaign:3": there is one of it in a customer's life

    @property
    def key(self) -> str:
        if self.occasion:
            return key_of("moment", f"customer-{self.customer_id}", self.occasion)
        if self.what in (GiftKind.FLOWERS, GiftKind.CARD) and self.ticket_id is not None:
            return key_of(self.what, self.ticket_id, self.confirm, self.instead_of)
        whom = self.ticket_id or f"customer-{self.customer_id}"
        return key_of("send", self.what, whom, self.gift_id or "", self.confirm, self.instead_of)


Gift = AddGiftLine | SendGiftOrder
Sending = SendFlowers | WriteCard | SendGift
Gesture = Gift | RefundOrder | Sending
Errand = TagCustomer | MarkInHelpdesk | TagTicket | PostNote | PushCard | Mute | Unmute
Undoing = TakeBackGiftLine | CancelGiftOrder | CancelSending  # gives nothing; puts what it undoes, and its money, back
Effect = Gesture | Errand | Undoing


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One effect with its hour and its price. `after` is the key of an effect that must have ended first."""

    effect: Effect
    due_at: datetime
    cost: Money | None = None
    pool: str | None = None  # a monthly purse, or one of its own
    after: str | None = None
    ask_first: str | None = None  # why a person must approve, whatever the rule's mode
    by: int | None = None  # who of the team asked for it
    reason: Reason | None = None  # why, if they said so


def by_pen(effect: Effect) -> bool:
    """Return whether somebody who does it by hand writes, and orders nothing."""
    return isinstance(effect, WriteCard) or (isinstance(effect, SendGift) and effect.what is GiftKind.CARD)
