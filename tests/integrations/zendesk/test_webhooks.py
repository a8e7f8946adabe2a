"""What Zendesk's calls mean, and how much of them is kept."""

import json
from typing import Any

import pytest

from app.domain.commands import LONGEST
from app.domain.correspondents import Correspondent
from app.domain.errors import Malformed
from app.domain.events import CommandTyped, TicketOpened, Unconcerning
from app.domain.people import Person
from integrations.marker import line
from integrations.zendesk import webhooks
from tests.integrations.hostile_json import spoilt

OPENED = {
    "event": "ticket-created",
    "ticket_id": "42",
    "customer_email": "Ada@customer.example",
    "customer_external_id": "7001",
    "customer_channels": "+1 555 0100 200",
}
COMMAND = "/lagniappe flowers 60"
LOOK = TicketOpened(ticket_id="42", email=None, look=True)


def opened(**changes: object) -> bytes:
    return json.dumps(OPENED | changes).encode()


def commented(body: object, *, staff: bool | None = True, **changes: Any) -> bytes:
    """Return a call as Zendesk makes it of itself."""
    author = {"id": "9", "name": "Sam Okoye"} | ({} if staff is None else {"is_staff": staff})
    said = {"id": "3", "body": body, "is_public": False, "author": author}
    news = {
        "type": "zen:event-type:ticket.comment_added",
        "id": "cbe4028c-7239-495d-b020-f22348516046",
        "time": "2026-11-21T10:00:00Z",
        "zendesk_event_version": "2022-11-06",
        "account_id": 22129848,
        "subject": "zen:ticket:42",
        "detail": {"id": "42", "subject": "My dog died", "description": "He was 14.", "requester_id": "8"},
        "event": {"comment": said, "meta": {"sequence": {"id": "1", "position": 1, "total": 1}}},
    }
    return json.dumps(news | changes).encode()


def test_given_a_new_ticket_when_read_then_all_is_known_of_whoever_wrote() -> None:
    assert webhooks.parse("", opened()) == TicketOpened(
        ticket_id="42",
        email="ada@customer.example",
        also=Correspondent(phones=("+15550100200",), store_id=7001),
    )
    assert webhooks.person_in("", opened()) == Person(
        words=frozenset({"ada@customer.example", "+15550100200"}), tickets=frozenset({"42"})
    )


def test_given_a_ticket_of_somebody_without_an_address_when_read_then_nothing_is_made_up() -> None:
    nothing = opened(customer_email="", customer_external_id="", customer_channels="")
    assert webhooks.parse("", nothing) == TicketOpened(ticket_id="42", email=None)


@pytest.mark.parametrize(
    ("body", "event"),
    [
        (commented("Thank you.", staff=False), LOOK),
        (commented(None, staff=False), LOOK),
        (commented("Thank you.", staff=None), LOOK),
        (commented(COMMAND, staff=False), LOOK),
        (commented("I am on it."), Unconcerning(topic="an agent's comment")),
        (commented(f"Refunded.\n\n{line('note:1')}"), Unconcerning(topic="our own note")),
        (commented(COMMAND), CommandTyped(ticket_id="42", comment_id="3", author="9", text=COMMAND)),
        (commented(COMMAND, staff=None), CommandTyped(ticket_id="42", comment_id="3", author="9", text=COMMAND)),
        (commented(COMMAND, detail={"id": 42}), CommandTyped(ticket_id="42", comment_id="3", author="9", text=COMMAND)),
        (b'{"type": "zen:event-type:ticket.deleted"}', Unconcerning(topic="zen:event-type:ticket.deleted")),
        (b'{"event": "other"}', Unconcerning(topic="no ticket")),
    ],
)
def test_given_a_call_when_read_then_only_who_and_what_for_is_believed(body: bytes, event: object) -> None:
    assert webhooks.parse("", body) == event
    assert webhooks.parse("", webhooks.kept(body)) == event


def test_given_a_comment_when_kept_then_nobodys_words_are_but_the_command() -> None:
    for body in (commented("My dog died."), commented(COMMAND), commented(f"He was 14.\n\n{line('note:1')}")):
        kept = webhooks.kept(body)

        assert b"dog" not in kept
        assert b"14" not in kept
        assert b"Okoye" not in kept
        assert webhooks.kept(kept) == kept
        assert webhooks.person_in("", kept) == Person(tickets=frozenset({"42"}))


def test_given_a_command_of_a_megabyte_when_kept_then_as_much_stays_as_shows_that_it_is_none() -> None:
    body = commented(f"{COMMAND}: {'love ' * 200_000}")

    event = webhooks.parse("", webhooks.kept(body))

    assert isinstance(event, CommandTyped)
    assert len(event.text) == LONGEST + 1


@pytest.mark.parametrize(
    "body",
    [
        opened(ticket_id="42; DROP TABLE effects"),
        opened(ticket_id=42),
        opened(ticket_id=""),
        opened(customer_email=["a"]),
        opened(customer_email="x" * 321),
        # Somebody whose telephone is a piece of JSON: the template fills it in as it is.
        opened(customer_channels="@").replace(b'"@"', b'"", "customer_email": "rich@customer.example"'),
        commented(COMMAND, detail={"id": "42/../43"}),
        commented(COMMAND, detail={}),
        commented(COMMAND, event={}),
        commented(["a"]),
    ],
)
def test_given_what_they_never_send_when_read_then_it_is_malformed_and_kept_for_a_person(body: bytes) -> None:
    with pytest.raises(Malformed):
        webhooks.parse("", body)
    assert webhooks.kept(body) == body
    assert webhooks.person_in("", body) == Person()


@pytest.mark.parametrize("spoiled", [*spoilt(opened()[:-1]), *spoilt(commented(COMMAND)[:-1])])
def test_given_hostile_json_when_read_then_it_is_malformed_and_kept_for_a_person(spoiled: bytes) -> None:
    with pytest.raises(Malformed):
        webhooks.parse("", spoiled)
    assert webhooks.kept(spoiled) == spoiled
