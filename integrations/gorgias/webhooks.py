"""Gorgias's calls: whether they are the merchant's own, and what they mean in our words.

Gorgias fills a form of the merchant's making and signs nothing that is documented, so a call is believed for its
unguessable address and for a header of our own. Every value arrives as text; what a template did not find is "".
"""

import hmac
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from app.domain.errors import Malformed
from app.domain.events import Act, Event, TicketOpened, Unconcerning
from app.domain.people import Person
from integrations import presses
from integrations.companies import Call
from integrations.strict_json import understand

SECRET_HEADER = "x-lagniappe-secret"  # noqa: S105 - the name of the header, not what it holds

_DIGITS = re.compile(r"(?a:\d{1,9})")


def authentic(call: Call, secrets: Iterable[str], _now: datetime) -> bool:
    """Return whether the call bears one of the secrets; a blank one opens nothing."""
    borne = call.headers.get(SECRET_HEADER, "")
    # Two secrets while one is being replaced: the form in the helpdesk is changed by hand, a little later.
    known = [secret.encode() for secret in secrets if secret.strip()]
    return any(hmac.compare_digest(borne.encode(), secret) for secret in known)


def parse(_topic: str, body: bytes) -> Event:
    """Return what a call means. Raises Malformed for a form that is not ours or was filled in wrongly."""
    event = understand(_Form, body).event
    read = _READERS.get(event)
    return read(body) if read else Unconcerning(topic=event)


def person_in(_topic: str, body: bytes) -> Person:
    """Return whom a form is about."""
    return presses.person(_Ticket, body)


TicketId = Annotated[str, Field(pattern=r"^[0-9]{1,19}$")]


class _Form(BaseModel):
    model_config = ConfigDict(frozen=True)
    v: Literal["1"]
    event: presses.Word


class _Ticket(presses.Ticket, _Form):
    ticket_id: TicketId


class _Message(_Ticket):
    from_agent: presses.Word = ""


class _Action(_Ticket, presses.Press):
    action: presses.Word
    shipping: presses.Word = ""
    store_credit: presses.Word = ""
    when_days: presses.Word = ""
    compassion: presses.Word = ""


def _ticket_opened(body: bytes) -> Event:
    ticket = understand(_Ticket, body)
    return TicketOpened(ticket_id=ticket.ticket_id, email=ticket.email, also=ticket.also)


def _message_created(body: bytes) -> Event:
    """Only a customer's message is news: our own notes raise this event as well, and would set us talking to us."""
    message = understand(_Message, body)
    if message.from_agent.strip().lower() != "false":
        return Unconcerning(topic=message.event)
    return TicketOpened(ticket_id=message.ticket_id, email=message.email, also=message.also)


def _agent_action(body: bytes) -> Event:
    form = understand(_Action, body)
    return presses.acted(
        form,
        act=_act(form.action),
        shipping=_yes(form.shipping),
        as_credit=_yes(form.store_credit),
        days=_days(form.when_days.strip()),
        compassion=_yes(form.compassion),
    )


_YES = frozenset({"yes", "true", "1", "on"})
_READERS: Mapping[str, Callable[[bytes], Event]] = {
    "ticket-created": _ticket_opened,
    "ticket-message-created": _message_created,
    "action": _agent_action,
}


def _yes(text: str) -> bool:
    return text.strip().lower() in _YES


def _act(name: str) -> Act:
    try:
        return Act(name)
    except ValueError as fault:
        raise Malformed("action: no button of ours") from fault


def _days(text: str) -> int | None:
    if text and not _DIGITS.fullmatch(text):
        raise Malformed("when_days: not a whole number of days")
    return int(text) if text else None
