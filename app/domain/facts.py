"""What was true when we decided: read fresh from the outside, or from our own ledgers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from app.domain.agents import Member
from app.domain.catalogue import Chosen, Entry
from app.domain.correspondents import Nobody
from app.domain.effects import Effect, Gift, State
from app.domain.gifts import Paper
from app.domain.money import Money
from app.domain.refunds import Pieces, RefundOffer
from app.domain.tastes import NOTHING_NOTED, Tastes

ANY_CARD = Paper(characters=200)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of an order; `quantity` is what is still on it; `total` is after discounts, shop currency."""

    variant_id: int | None
    quantity: int
    total: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """An order as the store tells it now. Amounts are in the shop's currency.

    `net` is what was paid and not given back, without gift-card sales. `counted` says that it is a real order of a
    customer: paid for, not a test, not cancelled, not one of our own gifts; `uncounted_because` says why not.
    """

    id: int
    name: str
    customer_id: int | None
    customer_since: datetime | None
    processed_at: datetime
    updated_at: datetime
    net: Money
    counted: bool
    uncounted_because: str = ""
    mail_digest: str | None = None  # stands for the buyer's e-mail address, which is not kept
    settled: bool = False  # fully paid
    cancelled: bool = False
    closed: bool = False
    test: bool = False
    shipped: bool = False  # any part has left
    editable: bool = False
    with_warehouse: bool = False  # somebody has begun to pack it
    risky: bool = False
    subscription: bool = False
    domestic: bool = True
    outstanding: bool = False  # the customer owes something
    created_at: datetime | None = None  # by the store's clock; what is imported says itself when it was processed
    disputed: bool = False  # somebody asked their bank for the money back, and has not lost
    parcel_unseen: bool = False  # the store does not let us see whether somebody has begun to pack it
    lines: tuple[Line, ...] = ()
    marks: frozenset[str] = frozenset()  # keys of our own deeds found on it
    tags: frozenset[str] = frozenset()  # that the store shows on it, folded


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """An order that changed, as a list of changes shows it. `net` has what was paid for gift cards in it.

    The store counts whole seconds: of two changes in one, `updated_at` does not tell which of them was read.
    """

    order_id: int
    updated_at: datetime
    net: Money
    cancelled: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One customer in our own ledger. `changes` counts how often the standing changed, `changed_at` is the last.

    `special` is what we decided; `marked` is whether the mark is truly out there, as it is not while a person is asked.
    `let_alone`: no rule may act for them, whatever they have spent; people still may. `sensitive_until`: a hard time,
    in which nobody gives them anything promotional, and no trial of anything is made with them.
    """

    customer_id: int
    net: Money
    orders: int
    first_order_at: datetime | None
    last_order_at: datetime | None
    special: bool = False
    marked: bool = False
    changes: int = 0
    changed_at: datetime | None = None
    let_alone: bool = False
    sensitive_until: datetime | None = None
    sensitive_since: datetime | None = None
    tastes: Tastes = NOTHING_NOTED


@dataclass(frozen=True, slots=True, kw_only=True)
class Yardstick:
    """The shop's own measure: the threshold as last computed, and how long a customer counts as active."""

    threshold: Money
    active_days: int
    customers: int
    average: Money
    since: datetime | None = None  # nothing older is known to us; None when all of the past is


@dataclass(frozen=True, slots=True, kw_only=True)
class GiftOption:
    """A variant that may be given; `stock` is None where the store does not count it.

    `cost` is the unit cost where the merchant keeps one, else the price.
    """

    variant_id: int
    title: str
    cost: Money
    on_sale: bool
    stock: int | None
    ships: bool = True  # in a parcel, as no download or voucher does
    tags: tuple[str, ...] = ()  # of its product
    costed: bool = True  # the merchant keeps its unit cost
    grams: int | None = None  # None where nobody asked, or the store does not know


@dataclass(frozen=True, slots=True, kw_only=True)
class GiftHistory:
    """What this customer, and this day, were already given by automatic rules; `since` when the rule may act."""

    ordinal: int | None
    given_variants: frozenset[int] = frozenset()
    last_gift_at: datetime | None = None
    last_treat_at: datetime | None = None  # of what anybody else gave them that keeps a pause
    gifts_today: int = 0
    owed: bool = False  # an earlier gift came too late for its parcel
    given_here: bool = False  # this very order has its gift, or is about to
    unwished: bool = False  # somebody would not have this order's gift
    waiting_here: tuple[str, ...] = ()  # keys of this order's gifts that are still to be given
    left_here: tuple[Gift, ...] = ()  # this order's gifts that were given, or may have been
    since: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What was given before a moment: for its very occasion, to the customer by whomever, by its rule today.

    `waiting` are the keys of what is still to be given for it; `watched`: a rule that only watches has shown it.
    """

    once: bool = False
    watched: bool = False
    waiting: tuple[str, ...] = ()
    last_treat_at: datetime | None = None
    today: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Away:
    """Since when a customer had not bought anything before this order, and what could be given them for coming back."""

    since: datetime
    given: Given = Given()
    fits: tuple[Entry, ...] = ()  # of the catalogue, the cheapest first
    shop: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderFacts:
    """All that the rules on an order look at."""

    order: Order
    standing: Standing | None
    yardstick: Yardstick | None
    options: tuple[GiftOption, ...]
    history: GiftHistory
    granted: frozenset[str] | None = None  # scopes; None: the store has not told us
    away: Away | None = None  # None: nothing was bought before


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketFacts:
    """All that the rules on a ticket look at; `standing` is None for who has not ordered yet, and for `nobody`."""

    standing: Standing | None
    yardstick: Yardstick | None
    nobody: Nobody | None = None  # why no customer of the store is taken for who wrote
    tags: frozenset[str] | None = None  # on the ticket just now; None: nobody has looked
    look: int = 0  # which look that was
    not_now: bool = False  # an agent wants nothing suggested for a while


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """What a gift would cost, all in; `firm` unless it may yet be less. `days` are those on which it can arrive."""

    total: Money
    product: str
    days: tuple[date, ...] = ()
    firm: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundsBefore:
    """What agents gave back or are about to, in minor units: on this order, to this customer in a year, today."""

    on_order_minor: int = 0
    to_customer_minor: int = 0
    today_minor: int = 0
    today: int = 0  # how many


@dataclass(frozen=True, slots=True, kw_only=True)
class DoneElsewhere:
    """What was done from another ticket, or is about to be, and by whom."""

    ticket_id: str
    agent_name: str
    minor: int
    state: State


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowersBefore:
    """How many flowers agents sent or are about to: to this customer in a year, and today."""

    to_customer: int = 0
    today: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Treat:
    """Something nice that a customer had, or has coming: by which agent ("": a rule), and on which day."""

    effect: Effect
    by: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentFacts:
    """All that the rules on an agent's act look at. `order` is the named one, else the customer's latest."""

    order: Order | None
    customer_id: int | None
    offer: RefundOffer | None = None
    pieces: tuple[Pieces, ...] = ()  # the ones that the act names
    quote: Quote | None = None
    keep_refunds_this_year: int = 0
    before: RefundsBefore = RefundsBefore()
    flowers_before: FlowersBefore = FlowersBefore()
    never: tuple[str, ...] = ()  # what must not be sent to the customer
    in_a_hard_time: bool = False  # by our own books
    known: Mapping[str, str] = field(default_factory=dict)  # what may stand for its name in a card's words
    paper: Paper = ANY_CARD  # on which they come out
    presses: int = 0  # of this agent within this minute, with this one
    withdrawable: tuple[str, ...] = ()
    # What of the same act is done or under way, in minor units, and how often it came to nothing: on this ticket; of
    # gifts, on this order.
    live: tuple[int, ...] = ()
    ended: int = 0
    options: tuple[GiftOption, ...] = ()  # what may be slipped in
    chosen: Chosen | None = None  # what is to be sent
    egifts: int = 0  # that the customer had lately
    given: frozenset[int] = frozenset()  # variants that the customer was given before, by whomever
    elsewhere: tuple[DoneElsewhere, ...] = ()  # refunds of this order, or flowers under way, from other tickets
    press: int = 0  # which press this is: each gets an answer of its own
    trouble: str | None = None  # why the outside could not be asked, in words for the agent
    granted: frozenset[str] | None = None  # scopes; None: the store has not told us
    treat: Treat | None = None  # the last one of those that keep a pause
    tags: frozenset[str] = frozenset()  # of those that rules name, what customer and order bear in the store, folded
    given_minor: int = 0  # what whoever pressed gave this month, or is about to, where that is limited
    member: Member | None = None  # whoever pressed, if the team page knows them
    flowers: "AgentFacts | None" = None  # what the rule on flowers looks at, where an act is more than these
    listened: bool = False  # a tool of the merchant's asks to be told whom to leave in peace
    reorders: bool = False  # an app that sends reorders is connected

    @property
    def let_go(self) -> bool:
        """Whether whoever pressed is not in the team any more."""
        return self.member is not None and not self.member.active
