"""A press on our own desk, as it is sent and kept: the page says what is wished, and we say who wishes it."""

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from app.domain.agents import Agent, Reason
from app.domain.correspondents import Correspondent
from app.domain.errors import Malformed
from app.domain.events import Act, AgentAction, Proof
from app.domain.people import Person
from integrations import wanted_items
from integrations.presses import Short, Text, Word
from integrations.strict_json import Id, understand

SOURCE, TOPIC = "agent_desk", "press"


class Wish(BaseModel):
    """What an agent filled in; "" where nothing was."""

    model_config = ConfigDict(frozen=True)
    act: Literal["refund_keep", "flowers", "gift", "card", "compassion", "send"]
    order: Word = ""
    amount: Word = ""
    items: Text = ""
    shipping: bool = False
    as_credit: bool = False
    compassion: bool = False
    with_refund: bool = False
    with_flowers: bool = False
    days: Annotated[int, Field(ge=0, le=10_000)] | None = None
    day: date | None = None
    variant: Id | None = None
    gift: Id | None = None
    message: Annotated[str, Field(max_length=1_000)] = ""  # how much a card holds, its paper says
    words: Annotated[str, Field(max_length=1_000)] = ""  # to be written by hand
    confirm: Short = ""
    reason: Reason | Literal[""] = ""


class Press(Wish):
    """A wish with whoever wishes it, for which customer, and what they were shown before."""

    ticket_id: Word
    customer_id: Id
    agent_email: Word
    agent_name: Word
    seen: Short


def press(wish: Wish, agent: Agent, *, ticket_id: str, customer_id: int, seen: str = "") -> Press:
    """Return the press of an agent who is signed in."""
    return Press(
        **wish.model_dump(),
        ticket_id=ticket_id,
        customer_id=customer_id,
        agent_email=agent.email,
        agent_name=agent.name,
        seen=seen,
    )


def action(said: Press) -> AgentAction:
    """Return what is asked for."""
    items, unclear = wanted_items.read(said.items)
    return AgentAction(
        act=Act(said.act),
        ticket_id=said.ticket_id,
        email=None,
        agent_email=said.agent_email,
        agent_name=said.agent_name,
        order_name=said.order.strip() or None,
        amount=said.amount.strip() or None,
        items=items,
        shipping=said.shipping,
        as_credit=said.as_credit,
        unclear=unclear,
        variant=said.variant,
        gift=said.gift,
        days=said.days,
        day=said.day,
        message=(said.words if said.act in {"card", "send"} else said.message).strip() or None,
        compassion=said.compassion,
        with_refund=said.with_refund,
        with_flowers=said.with_flowers,
        confirm=said.confirm.strip(),
        proof=Proof.SIGNED_IN,
        seen=said.seen,
        reason=said.reason or None,
        also=Correspondent(store_id=said.customer_id),
    )


def parse(_topic: str, body: bytes) -> AgentAction:
    """Return what a kept press asks for. Raises Malformed."""
    return action(understand(Press, body))


def person_in(_topic: str, body: bytes) -> Person:
    """Return whom a kept press is about; we ourselves wrote the store's number of them into it."""
    try:
        said = understand(Press, body)
    except Malformed:
        return Person()
    return Person(ids=frozenset({said.customer_id}), tickets=frozenset({said.ticket_id}))
