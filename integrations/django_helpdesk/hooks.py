"""django-helpdesk's calls: nobody signs them, so they are a doorbell. What they say is asked of the helpdesk itself.

It sends the whole ticket each time, with everything that was ever written on it. We keep who rang, and why.
"""

from datetime import datetime
from hashlib import sha256

from pydantic import BaseModel, ConfigDict

from app.domain import commands
from app.domain.errors import Malformed
from app.domain.events import CommandTyped, Event, TicketOpened, Unconcerning
from app.domain.people import Person
from integrations.companies import Call
from integrations.marker import is_ours
from integrations.strict_json import Id, understand


class _FollowUp(BaseModel):
    model_config = ConfigDict(frozen=True)
    id: Id
    user: Id | None = None
    comment: str | None = None

    def cut(self) -> "_FollowUp":
        """Return what is worth keeping: a command as far as one is read, and of other words none but our own mark."""
        said = self.comment or ""
        if is_ours(said):
            return self.model_copy(update={"comment": said.rstrip().rpartition("\n")[2]})
        return self.model_copy(update={"comment": commands.beginning(said) if commands.is_one(said) else ""})


class _Ticket(BaseModel):
    model_config = ConfigDict(frozen=True)
    id: Id
    submitter_email: str | None = None
    followup_set: tuple[_FollowUp, ...] = ()


class _Ring(BaseModel):
    model_config = ConfigDict(frozen=True)
    ticket: _Ticket | None = None
    followup_id: Id | None = None

    @property
    def said(self) -> _FollowUp | None:
        """What was just written; None when the ticket itself is new."""
        written = self.ticket.followup_set if self.ticket else ()
        return next((each for each in written if each.id == self.followup_id), None)


def authentic(_call: Call, _secrets: tuple[str, ...], _now: datetime) -> bool:
    """Return that it may ring: it knows the address, and bears nothing else that could be looked at."""
    return True


def kept(body: bytes) -> bytes:
    """Return what we keep of a call; what cannot be read is kept as it came, for a person who looks why."""
    try:
        ring = understand(_Ring, body)
    except Malformed:
        return body
    if ring.ticket is None:
        return body
    said = () if ring.said is None else (ring.said.cut(),)
    ticket = ring.ticket.model_copy(update={"followup_set": said})
    return ring.model_copy(update={"ticket": ticket}).model_dump_json().encode()


def name(call: Call) -> str:
    """Return what tells one thing that was written from another, however often it is told."""
    # Not its number alone: whoever knew the address could use up the numbers to come.
    return sha256(call.body).hexdigest()


def parse(_topic: str, body: bytes) -> Event:
    """Return what a call means. Raises Malformed for what is not theirs."""
    ring = understand(_Ring, body)
    if ring.ticket is None:
        return Unconcerning(topic="no ticket")
    number, said = str(ring.ticket.id), ring.said
    if said is not None and is_ours(said.comment or ""):
        return Unconcerning(topic="our own note")
    if said is not None and said.user is not None and commands.is_one(said.comment or ""):
        text = commands.beginning(said.comment or "")
        return CommandTyped(ticket_id=number, comment_id=str(said.id), author=str(said.user), text=text)
    return TicketOpened(ticket_id=number, email=None, look=True)


def person_in(_topic: str, body: bytes) -> Person:
    """Return whom a call is about: their address and their ticket go together."""
    try:
        ticket = understand(_Ring, body).ticket
    except Malformed:
        return Person()
    if ticket is None:
        return Person()
    email = (ticket.submitter_email or "").strip().lower()
    return Person(words=frozenset({email} if email else ()), tickets=frozenset({str(ticket.id)}))
