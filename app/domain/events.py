"""What happened out there, in our words. A delivery means one of these, or is Malformed."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from app.domain import tickets
from app.domain.agents import Reason
from app.domain.correspondents import UNSAID, Correspondent
from app.domain.people import Person
from app.domain.refunds import WantedItem


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderChanged:
    """An order was made, paid, changed, refunded or cancelled. Only its id is believed; all else is read fresh."""

    order_id: int
    happened_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerChanged:
    """A customer's particulars were written down or changed. We keep none of them."""

    customer_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerGone:
    """The store deleted a customer."""

    customer_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomersMerged:
    """Two customers turned out to be one: what belonged to `gone_id` belongs to `kept_id` from now on."""

    kept_id: int
    gone_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SpendingChanged:
    """What a customer has spent has moved. The sum itself is not believed: ours is kept from their orders."""

    customer_id: int
    order_id: int | None = None  # their latest
    happened_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerTagged:
    """Tags were put on a customer, or taken off; by us, or by somebody else."""

    customer_id: int
    tags: frozenset[str]  # in lower case: to the store Special and special are one
    added: bool
    happened_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportEnded:
    """The store has gathered what was asked for, or gave up."""

    handle: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopChanged:
    """The shop's own particulars changed; they are read fresh. `domain` is the one that the signed body names."""

    domain: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AppUninstalled:
    """The merchant took the app out. `domain` is the one that the signed body names."""

    domain: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ScopesChanged:
    """The merchant lets us do more, or less; `current` is what the news says."""

    current: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class DataRequested:
    """A customer asks what we know of them; the merchant will tell them."""

    domain: str
    person: Person


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonToForget:
    """A customer asks to be forgotten."""

    domain: str
    person: Person


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopToForget:
    """The merchant left two days ago, and everything of theirs must go."""

    domain: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketOpened:
    """A customer wrote to the helpdesk; `email` is None for channels that have none, `also` is what else is known.

    `look` says that nobody vouches for the call: whose ticket it is must be asked of the helpdesk itself.
    """

    ticket_id: str
    email: str | None
    also: Correspondent = UNSAID
    look: bool = False

    @property
    def who(self) -> Correspondent:
        """Whoever wrote, by all that the helpdesk says of them."""
        return self.also.at(self.email)


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandTyped:
    """Somebody says that an agent typed a command on a ticket: what was typed, and the author's number there.

    It is done only if the helpdesk itself shows the same comment under the same author.
    """

    ticket_id: str
    comment_id: str
    author: str
    text: str


class Act(StrEnum):
    """What an agent may ask for."""

    REFUND_KEEP = "refund_keep"
    FLOWERS = "flowers"
    WITHDRAW_FLOWERS = "withdraw_flowers"
    GIFT = "gift"
    CARD = "card"
    COMPASSION = "compassion"
    SEND = "send"


class Proof(StrEnum):
    """Who says who pressed. Money goes as far as the proof does."""

    CLAIMED = "claimed"  # a template of the helpdesk's filled a name in: the call is theirs, the name may be anybody's
    VOUCHED = "vouched"  # the helpdesk itself says so, and nobody there can write in another's name
    SIGNED_IN = "signed_in"  # on our own page, by a link that was made for one person


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentAction:
    """An agent pressed a button on a ticket, or typed a command there.

    `order_name` is "#1001" or None for the latest order; `amount` is decimal text in the shop's currency, or else the
    `items` and the `shipping` go back, or all that is left where nothing is named; `unclear` says what in the form
    nobody can understand; `confirm` makes a deliberate second deed distinct from a double click. Of flowers, `amount`
    is the most that they may cost. `variant` is the gift that is meant, else the first that fits. `agent_ref` is the
    agent's number, written as tickets are, where a helpdesk tells no address of theirs. `seen` stands for what the
    agent was shown beforehand: nothing else may come of the press.
    """

    act: Act
    ticket_id: str
    email: str | None
    agent_email: str
    agent_name: str
    order_name: str | None = None
    amount: str | None = None
    items: tuple[WantedItem, ...] = ()
    shipping: bool = False
    as_credit: bool = False
    unclear: str | None = None
    product: str | None = None
    variant: int | None = None
    gift: int | None = None  # of the shop's own catalogue
    days: int | None = None
    day: date | None = None  # on which it is to arrive, instead of in so many days
    message: str | None = None
    compassion: bool = False  # a hard time: no reorders, no marketing, whatever else is asked for
    with_refund: bool = False  # of compassion: money goes back as well
    with_flowers: bool = False
    confirm: str = ""
    agent_ref: str = ""
    typed: str = ""  # the number of the comment in which they asked for it: what stands in one is done once
    proof: Proof = Proof.CLAIMED
    seen: str = ""
    reason: Reason | None = None  # why, if they care to say
    also: Correspondent = UNSAID

    @property
    def who(self) -> Correspondent:
        """Whose ticket it is, by all that the helpdesk says of them."""
        return self.also.at(self.email)

    @property
    def in_a_hard_time(self) -> bool:
        """Whether it is a hard time for the customer."""
        return self.compassion or self.act is Act.COMPASSION

    @property
    def gives_back(self) -> bool:
        """Whether money goes back."""
        return self.with_refund if self.act is Act.COMPASSION else self.act is Act.REFUND_KEEP

    @property
    def agent(self) -> str:
        """What tells the agent from all others."""
        return self.agent_email or self.agent_ref

    @property
    def called(self) -> str:
        """What the agent is called in our sentences."""
        return self.agent_name or f"Agent {tickets.apart(self.agent_ref)[1]}".strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class Unconcerning:
    """Understood, kept, and nothing to us."""

    topic: str


AboutCustomer = CustomerChanged | CustomerGone | CustomersMerged | SpendingChanged | CustomerTagged
AboutShop = ExportEnded | ShopChanged | AppUninstalled | ScopesChanged
AboutPrivacy = DataRequested | PersonToForget | ShopToForget
AboutTicket = TicketOpened | CommandTyped | AgentAction
Event = OrderChanged | AboutCustomer | AboutShop | AboutPrivacy | AboutTicket | Unconcerning
