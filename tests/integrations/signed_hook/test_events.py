"""What a signed call means."""

import json

import pytest

from app.domain.errors import Malformed
from app.domain.events import Act, AgentAction, TicketOpened, Unconcerning
from app.domain.people import Person
from app.domain.refunds import WantedItem
from integrations.signed_hook import events
from tests.integrations.hostile_json import spoilt

PRESS: dict[str, object] = {
    "event": "action",
    "action": "refund_keep",
    "ticket_id": "SUP-7",
    "customer_email": "Ada@customer.example",
    "agent_email": "Lea@desk.example",
    "agent_name": "Léa Martin",
}


def body(**changes: object) -> bytes:
    return json.dumps(PRESS | changes).encode()


def test_given_a_ticket_when_read_then_it_says_who_wrote() -> None:
    said = {"event": "ticket.opened", "ticket_id": "SUP-7", "customer_email": " Ada@customer.example "}

    assert events.parse("", json.dumps(said).encode()) == TicketOpened(ticket_id="SUP-7", email="ada@customer.example")


def test_given_a_ticket_without_an_address_when_read_then_nobody_is_named() -> None:
    assert events.parse("", b'{"event":"ticket.opened","ticket_id":"7"}') == TicketOpened(ticket_id="7", email=None)


def test_given_a_press_when_read_then_all_of_its_form_is_there() -> None:
    form = {
        "order": "#1001",
        "items": "TEE-S x 2",
        "shipping": True,
        "store_credit": True,
        "when_days": 14,
        "message": "Sorry",
        "compassion": True,
        "confirm": "again",
    }

    assert events.parse("", body(**form)) == AgentAction(
        act=Act.REFUND_KEEP,
        ticket_id="SUP-7",
        email="ada@customer.example",
        agent_email="lea@desk.example",
        agent_name="Léa Martin",
        order_name="#1001",
        items=(WantedItem(sku="TEE-S", pieces=2),),
        shipping=True,
        as_credit=True,
        days=14,
        message="Sorry",
        compassion=True,
        confirm="again",
    )


def test_given_an_event_of_others_when_read_then_it_is_nothing_to_us() -> None:
    assert events.parse("", b'{"event":"ticket.closed"}') == Unconcerning(topic="ticket.closed")


@pytest.mark.parametrize(
    "changes",
    [
        {"action": "send_money"},
        {"ticket_id": 42},
        {"ticket_id": "../42"},
        {"ticket_id": "gorgias:42"},
        {"ticket_id": ""},
        {"ticket_id": "x" * 41},
        {"ticket_id": "42\n"},
        {"when_days": "14"},
        {"when_days": -1},
        {"shipping": "yes"},
        {"amount": 24.5},
        {"confirm": "x" * 33},
        {"agent_email": None},
    ],
)
def test_given_a_press_that_makes_no_sense_when_read_then_it_is_malformed(changes: dict[str, object]) -> None:
    with pytest.raises(Malformed):
        events.parse("", body(**changes))


@pytest.mark.parametrize("spoiled", spoilt(body().rstrip(b"}")))
def test_given_hostile_json_when_read_then_it_is_malformed(spoiled: bytes) -> None:
    with pytest.raises(Malformed):
        events.parse("", spoiled)


def test_given_any_call_when_asked_whom_it_names_then_address_and_ticket_go_together() -> None:
    named = Person(words=frozenset({"ada@customer.example"}), tickets=frozenset({"SUP-7"}))

    assert events.person_in("", body()) == named
    assert events.person_in("", b"{}") == Person()
