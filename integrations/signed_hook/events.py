"""What a signed call says, in our words: somebody wrote, or an agent pressed a button."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from app.domain.events import Act, Event, TicketOpened, Unconcerning
from app.domain.people import Person
from integrations import presses
from integrations.strict_json import understand

TICKET = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")  # becomes part of a key and of an address

TicketId = Annotated[str, Field(pattern=f"^{TICKET.pattern}$")]
Days = Annotated[int, Field(ge=0, le=999)]


class _Said(BaseModel):
    model_config = ConfigDict(frozen=True)
    event: presses.Word


class _Ticket(presses.Ticket):
    ticket_id: TicketId


class _Press(presses.Press):
    ticket_id: TicketId
    action: Act
    shipping: bool = False
    store_credit: bool = False
    when_days: Days | None = None
    compassion: bool = False
    with_refund: bool = False
    with_flowers: bool = False


def parse(_topic: str, body: bytes) -> Event:
    """Return what a call means. Raises Malformed for what is not ours or was filled in wrongly."""
    event = understand(_Said, body).event
    read = _READERS.get(event)
    return read(body) if read else Unconcerning(topic=event)


def person_in(_topic: str, body: bytes) -> Person:
    """Return whom a call is about."""
    return presses.person(_Ticket, body)


def _ticket_opened(body: bytes) -> Event:
    ticket = understand(_Ticket, body)
    return TicketOpened(ticket_id=ticket.ticket_id, email=ticket.email, also=ticket.also)


def _pressed(body: bytes) -> Event:
    press = understand(_Press, body)
    acted = presses.acted(
        press,
        act=press.action,
        shipping=press.shipping,
        as_credit=press.store_credit,
        days=press.when_days,
        compassion=press.compassion,
    )
    return replace(acted, with_refund=press.with_refund, with_flowers=press.with_flowers)


_READERS: Mapping[str, Callable[[bytes], Event]] = {"ticket.opened": _ticket_opened, "action": _pressed}
