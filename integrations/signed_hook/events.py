"""What a signed call says, in our words: somebody wrote, or an agent pressed a button."""

import re
from collections.abc import Callable, Mapping
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from app.domain.errors import Malformed
from app.domain.events import Act, AgentAction, Event, TicketOpened, Unconcerning
from app.domain.people import Person
from integrations import wanted_items
from integrations.strict_json import understand

TICKET = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")  # becomes part of a key and of an address

Text = Annotated[str, Field(max_length=2_000)]
Word = Annotated[str, Field(max_length=320)]
Short = Annotated[str, Field(max_length=32)]  # becomes part of a key
TicketId = Annotated[str, Field(pattern=f"^{TICKET.pattern}$")]
Days = Annotated[int, Field(ge=0, le=999)]


class _Said(BaseModel):
    model_config = ConfigDict(frozen=True)
    event: Word


class _Ticket(_Said):
    ticket_id: TicketId
    customer_email: Word = ""


class _Press(_Ticket):
    action: Act
    agent_email: Word
    agent_name: Word
    order: Word = ""
    amount: Word = ""
    items: Text = ""
    shipping: bool = False
    store_credit: bool = False
    when_days: Days | None = None
    product: Word = ""
    message: Text = ""
    compassion: bool = False
    confirm: Short = ""


def parse(_topic: str, body: bytes) -> Event:
    """Return what a call means. Raises Malformed for what is not ours or was filled in wrongly."""
    event = understand(_Said, body).event
    read = _READERS.get(event)
    return read(body) if read else Unconcerning(topic=event)


def person_in(_topic: str, body: bytes) -> Person:
    """Return whom a call is about: their address and their ticket go together."""
    try:
        ticket = understand(_Ticket, body)
    except Malformed:
        return Person()
    email = _email(ticket.customer_email)
    return Person(words=frozenset({email} if email else ()), tickets=frozenset({ticket.ticket_id}))


def _ticket_opened(body: bytes) -> Event:
    ticket = understand(_Ticket, body)
    return TicketOpened(ticket_id=ticket.ticket_id, email=_email(ticket.customer_email))


def _pressed(body: bytes) -> Event:
    press = understand(_Press, body)
    items, unclear = wanted_items.read(press.items)
    return AgentAction(
        act=press.action,
        ticket_id=press.ticket_id,
        email=_email(press.customer_email),
        agent_email=press.agent_email.strip().lower(),
        agent_name=press.agent_name.strip(),
        order_name=press.order.strip() or None,
        amount=press.amount.strip() or None,
        items=items,
        shipping=press.shipping,
        as_credit=press.store_credit,
        unclear=unclear,
        product=press.product.strip() or None,
        days=press.when_days,
        message=press.message.strip() or None,
        compassion=press.compassion,
        confirm=press.confirm.strip(),
    )


_READERS: Mapping[str, Callable[[bytes], Event]] = {"ticket.opened": _ticket_opened, "action": _pressed}


def _email(text: str) -> str | None:
    return text.strip().lower() or None
