"""What happened out there, in our words. A delivery means one of these, or is Malformed."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderChanged:
    """An order was made, paid, changed, refunded or cancelled. Only its id is believed; all else is read fresh."""

    order_id: int
    happened_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketOpened:
    """A customer wrote to the helpdesk; `email` is None for channels that have none."""

    ticket_id: str
    email: str | None


class Act(StrEnum):
    """What an agent may ask for."""

    REFUND_KEEP = "refund_keep"
    FLOWERS = "flowers"
    WITHDRAW_FLOWERS = "withdraw_flowers"


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentAction:
    """An agent pressed a button on a ticket.

    `order_name` is "#1001" or None for the latest order; `amount` is decimal text in the shop's currency or None for
    all that is left; `confirm` makes a deliberate second deed distinct from a double click.
    """

    act: Act
    ticket_id: str
    email: str | None
    agent_email: str
    agent_name: str
    order_name: str | None = None
    amount: str | None = None
    product: str | None = None
    days: int | None = None
    message: str | None = None
    compassion: bool = False  # somebody died or is ill: no reorders, no marketing
    confirm: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unconcerning:
    """Understood, kept, and nothing to us."""

    topic: str


Event = OrderChanged | TicketOpened | AgentAction | Unconcerning
