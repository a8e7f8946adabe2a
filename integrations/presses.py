"""What the calls of helpdesks have in common: a ticket and its customer, and what an agent filled in."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from app.domain import correspondents
from app.domain.correspondents import Correspondent
from app.domain.errors import Malformed
from app.domain.events import Act, AgentAction
from app.domain.people import Person
from integrations import wanted_items
from integrations.strict_json import understand

Text = Annotated[str, Field(max_length=2_000)]
Word = Annotated[str, Field(max_length=320)]
Short = Annotated[str, Field(max_length=32)]  # becomes part of a key


class Ticket(BaseModel):
    """A ticket and who wrote it; each helpdesk narrows what its numbers look like."""

    model_config = ConfigDict(frozen=True)
    event: Word
    ticket_id: str
    customer_email: Word = ""
    customer_external_id: Word = ""  # the store's number of them; other systems may keep theirs there
    customer_channels: Text = ""  # every address and telephone that the helpdesk has of them, with commas between

    @property
    def email(self) -> str | None:
        """The customer's address, as addresses are compared."""
        return self.customer_email.strip().lower() or None

    @property
    def also(self) -> Correspondent:
        """What else the helpdesk knows them by."""
        return correspondents.read(self.customer_channels, self.customer_external_id)


class Press(Ticket):
    """What an agent typed; "" where nothing was."""

    agent_email: Word
    agent_name: Word
    order: Word = ""
    amount: Word = ""
    items: Text = ""
    product: Word = ""
    message: Text = ""
    confirm: Short = ""


def person(ticket: type[Ticket], body: bytes) -> Person:
    """Return whom a call is about: their addresses and their ticket go together.

    Not the store's number: nobody vouches for it, and who is forgotten must be the one who asked.
    """
    try:
        said = understand(ticket, body)
    except Malformed:
        return Person()
    who = said.also.at(said.email)
    return Person(words=frozenset({*who.emails, *who.phones}), tickets=frozenset({said.ticket_id}))


def acted(
    press: Press, *, act: Act, shipping: bool, as_credit: bool, days: int | None, compassion: bool
) -> AgentAction:
    """Return what an agent asks for on a ticket."""
    items, unclear = wanted_items.read(press.items)
    return AgentAction(
        act=act,
        ticket_id=press.ticket_id,
        email=press.email,
        agent_email=press.agent_email.strip().lower(),
        agent_name=press.agent_name.strip(),
        order_name=press.order.strip() or None,
        amount=press.amount.strip() or None,
        items=items,
        shipping=shipping,
        as_credit=as_credit,
        unclear=unclear,
        product=press.product.strip() or None,
        days=days,
        message=press.message.strip() or None,
        compassion=compassion,
        confirm=press.confirm.strip(),
        also=press.also,
    )
