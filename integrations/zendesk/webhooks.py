"""Zendesk's calls, in our words: of new tickets in words that our trigger gives it, of comments in its own.

A comment is only rung for. That an agent typed it, in private and on their own page, is asked of the helpdesk itself.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from app.domain import commands
from app.domain.errors import Malformed
from app.domain.events import CommandTyped, Event, TicketOpened, Unconcerning
from app.domain.people import Person
from integrations import presses
from integrations.marker import is_ours, last_line
from integrations.strict_json import Id, understand

TICKET_CREATED = "ticket-created"
COMMENT_ADDED = "zen:event-type:ticket.comment_added"

_Digits = Annotated[str, Field(pattern=r"^[0-9]{1,19}$")]
_Number = Id | _Digits  # told as text, and promised as a number


class _Kind(BaseModel):
    model_config = ConfigDict(frozen=True)
    type: presses.Word = ""
    event: object = None


class _Ticket(presses.Ticket):
    ticket_id: _Digits


class _Author(BaseModel):
    model_config = ConfigDict(frozen=True)
    id: _Number
    is_staff: bool | None = None


class _Comment(BaseModel):
    model_config = ConfigDict(frozen=True)
    id: _Number
    body: str | None = None
    author: _Author

    def cut(self) -> "_Comment":
        """Return what is worth keeping: a command as far as one is read, and of other words none but our own mark."""
        said = self.body or ""
        if is_ours(said):
            return self.model_copy(update={"body": last_line(said)})
        return self.model_copy(update={"body": commands.beginning(said) if commands.is_one(said) else ""})


class _Happened(BaseModel):
    model_config = ConfigDict(frozen=True)
    comment: _Comment


class _Detail(BaseModel):
    model_config = ConfigDict(frozen=True)
    id: _Number


class _Commented(BaseModel):
    model_config = ConfigDict(frozen=True)
    type: Literal["zen:event-type:ticket.comment_added"]
    detail: _Detail
    event: _Happened


def kept(body: bytes) -> bytes:
    """Return what we keep of a call; what cannot be read is kept as it came, for a person who looks why."""
    try:
        if understand(_Kind, body).type != COMMENT_ADDED:
            return body
        news = understand(_Commented, body)
    except Malformed:
        return body
    said = news.event.model_copy(update={"comment": news.event.comment.cut()})
    return news.model_copy(update={"event": said}).model_dump_json().encode()


def parse(_topic: str, body: bytes) -> Event:
    """Return what a call means. Raises Malformed for what is not theirs, or was filled in wrongly."""
    kind = understand(_Kind, body)
    if kind.type == COMMENT_ADDED:
        return _commented(understand(_Commented, body))
    if kind.event == TICKET_CREATED:
        ticket = understand(_Ticket, body)
        return TicketOpened(ticket_id=ticket.ticket_id, email=ticket.email, also=ticket.also)
    return Unconcerning(topic=kind.type or "no ticket")


def person_in(_topic: str, body: bytes) -> Person:
    """Return whom a call is about."""
    try:
        if understand(_Kind, body).type != COMMENT_ADDED:
            return presses.person(_Ticket, body)
        return Person(tickets=frozenset({str(understand(_Commented, body).detail.id)}))
    except Malformed:
        return Person()


def _commented(news: _Commented) -> Event:
    said, number = news.event.comment, str(news.detail.id)
    words = said.body or ""
    if is_ours(words):
        return Unconcerning(topic="our own note")
    if said.author.is_staff is not False and commands.is_one(words):
        text = commands.beginning(words)
        return CommandTyped(ticket_id=number, comment_id=str(said.id), author=str(said.author.id), text=text)
    if said.author.is_staff:
        return Unconcerning(topic="an agent's comment")
    return TicketOpened(ticket_id=number, email=None, look=True)
