"""What a ring at the door means, and how much of it is kept."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from app.domain.commands import LONGEST
from app.domain.errors import Malformed
from app.domain.events import CommandTyped, TicketOpened, Unconcerning
from app.domain.people import Person
from integrations.companies import Call
from integrations.django_helpdesk import hooks
from integrations.marker import line as marker
from tests.integrations.hostile_json import spoilt

LOOK = TicketOpened(ticket_id="7", email=None, look=True)
COMMAND = "/lagniappe flowers 60"


def said(comment: str | None, **changes: Any) -> dict[str, Any]:
    return {"id": 3, "ticket": 7, "user": 2, "title": "Help", "comment": comment, "public": False} | changes


def ring(*followups: dict[str, Any], **changes: Any) -> bytes:
    """Return a call as the helpdesk makes it, with everything that was ever written on the ticket."""
    ticket = {"id": 7, "queue": 1, "title": "My dog died", "description": "He was 14.", "due_date": None}
    whole = ticket | {"submitter_email": "Ada@customer.example", "followup_set": followups, "custom_lagniappe": ""}
    return json.dumps({"ticket": whole, "queue_slug": "support", "followup_id": 3} | changes).encode()


@pytest.mark.parametrize(
    ("body", "event"),
    [
        (ring(followup_id=None), LOOK),
        (ring(said("Thank you.", user=None)), LOOK),
        (ring(said(None)), LOOK),
        (ring(said(COMMAND, user=None)), LOOK),
        (ring(said(COMMAND, id=2), said("Thank you.")), LOOK),
        (ring(said(COMMAND), followup_id=4), LOOK),
        (ring(said(f"Refunded.\n\n{marker('note:1')}")), Unconcerning(topic="our own note")),
        (ring(ticket=None), Unconcerning(topic="no ticket")),
        (b'{"event": "other"}', Unconcerning(topic="no ticket")),
        (ring(said(COMMAND)), CommandTyped(ticket_id="7", comment_id="3", author="2", text=COMMAND)),
        (ring(said(COMMAND, public=True)), CommandTyped(ticket_id="7", comment_id="3", author="2", text=COMMAND)),
    ],
)
def test_given_a_ring_when_read_then_only_who_and_what_for_is_believed(body: bytes, event: object) -> None:
    assert hooks.parse("", body) == event
    assert hooks.parse("", hooks.kept(body)) == event


def test_given_a_long_conversation_when_kept_then_nobodys_words_are_but_the_command() -> None:
    body = ring(*(said("He was 14. " * 1_000, id=n) for n in range(10, 60)), said(COMMAND), said("also", id=4))

    kept = hooks.kept(body)

    assert len(kept) < 200
    assert b"14" not in kept
    assert hooks.person_in("", kept) == hooks.person_in("", body)
    assert hooks.kept(kept) == kept


def test_given_a_command_of_a_megabyte_when_kept_then_as_much_stays_as_shows_that_it_is_none() -> None:
    body = ring(said(COMMAND + ": " + "love " * 200_000))

    event = hooks.parse("", hooks.kept(body))

    assert isinstance(event, CommandTyped)
    assert len(event.text) == LONGEST + 1
    assert hooks.parse("", body) == event


def test_given_one_thing_that_was_written_when_told_again_then_it_is_the_same_call_whatever_else_was_written() -> None:
    once, again = ring(said(COMMAND)), ring(said("Hello", id=1), said(COMMAND))
    others = ring(said(COMMAND, user=5)), ring(said(f"{COMMAND}0")), ring(said(COMMAND, id=4), followup_id=4)

    assert name(once) == name(again)
    assert len({name(once), *map(name, others)}) == 4


@pytest.mark.parametrize(
    "changes",
    [
        {"ticket": {"id": "7"}},
        {"ticket": {"id": -1}},
        {"ticket": {"id": 7, "submitter_email": ["a"]}},
        {"ticket": {"id": 7, "followup_set": {}}},
        {"ticket": [7]},
        {"followup_id": "3"},
    ],
)
def test_given_what_they_never_send_when_read_then_it_is_malformed_and_kept_for_a_person(changes: Any) -> None:
    body = ring(said(COMMAND), **changes)

    with pytest.raises(Malformed):
        hooks.parse("", body)
    assert hooks.kept(body) == body
    assert hooks.person_in("", body) == Person()


@pytest.mark.parametrize("spoiled", spoilt(ring(said(COMMAND)).rstrip(b"}") + b"}"))
def test_given_hostile_json_when_read_then_it_is_malformed_and_kept_for_a_person(spoiled: bytes) -> None:
    with pytest.raises(Malformed):
        hooks.parse("", spoiled)
    assert hooks.kept(spoiled) == spoiled
    assert name(spoiled)


def test_given_a_ring_when_asked_whom_it_names_then_address_and_ticket_go_together() -> None:
    assert hooks.person_in("", ring()) == Person(words=frozenset({"ada@customer.example"}), tickets=frozenset({"7"}))
    assert hooks.person_in("", b'{"ticket": {"id": 7}}') == Person(tickets=frozenset({"7"}))
    assert hooks.person_in("", b"{}") == Person()


def name(body: bytes) -> str:
    return hooks.name(Call(headers={}, body=hooks.kept(body)))


def test_given_nothing_but_the_address_when_rung_then_it_may() -> None:
    assert hooks.authentic(Call(headers={}, body=b""), (), datetime(2026, 11, 21, tzinfo=UTC))
