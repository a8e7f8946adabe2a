"""Whether a helpdesk's call is the merchant's own, and what it means."""

import json

import pytest

from app.domain.correspondents import Correspondent
from app.domain.errors import Malformed
from app.domain.events import Act, AgentAction, TicketOpened, Unconcerning
from app.domain.refunds import WantedItem
from integrations.companies import Call
from integrations.gorgias import webhooks
from tests.builders import NOON
from tests.integrations.hostile_json import spoilt

HEADERS = {"x-lagniappe-secret": "s3cret", "content-type": "application/json"}


def event(**changes: object) -> bytes:
    """Return the call about a new ticket; change only what the test is about."""
    form = {
        "v": "1",
        "event": "ticket-created",
        "ticket_id": "42",
        "customer_email": "ada@customer.example",
        "customer_external_id": "",
        "at": "2026-11-21T10:00:00+00:00",
    }
    return json.dumps(form | changes).encode()


def press(**changes: object) -> bytes:
    """Return the call about a press on "Flowers in two weeks" with nothing filled in."""
    form = {
        "v": "1",
        "event": "action",
        "action": "flowers",
        "ticket_id": "42",
        "customer_email": "ada@customer.example",
        "agent_email": "lea@practice.example",
        "agent_name": "Léa Martin",
        "order": "",
        "amount": "",
        "when_days": "14",
        "product": "",
        "message": "",
        "confirm": "",
    }
    return json.dumps(form | changes).encode()


def test_given_the_secret_when_checked_then_the_call_is_authentic() -> None:
    assert webhooks.authentic(Call(headers=HEADERS, body=b""), ["newer", "s3cret"], NOON)


@pytest.mark.parametrize(
    ("headers", "secrets"),
    [
        ({}, ["s3cret"]),
        ({"x-lagniappe-secret": ""}, ["s3cret"]),
        ({"x-lagniappe-secret": "s3cret "}, ["s3cret"]),
        ({"x-lagniappe-secret": "S3CRET"}, ["s3cret"]),
        ({"x-lagniappe-secret": "s3cre"}, ["s3cret"]),
        ({"x-lagniappe-secret": "sécret"}, ["s3cret"]),
        ({"x-lagniappe-secret": "s3cret"}, []),
        ({"x-lagniappe-secret": ""}, [""]),
        ({}, [""]),
        ({"x-lagniappe-secret": " "}, [" "]),
        ({"x_lagniappe_secret": "s3cret"}, ["s3cret"]),
    ],
)
def test_given_anything_but_the_secret_when_checked_then_the_call_is_not_authentic(
    headers: dict[str, str], secrets: list[str]
) -> None:
    assert not webhooks.authentic(Call(headers=headers, body=b""), secrets, NOON)


def test_given_a_new_ticket_when_parsed_then_a_customer_wrote() -> None:
    assert webhooks.parse("", event()) == TicketOpened(ticket_id="42", email="ada@customer.example")


@pytest.mark.parametrize(
    ("written", "email"), [(" Ada@Customer.EXAMPLE\t", "ada@customer.example"), ("", None), ("  ", None)]
)
def test_given_an_email_in_any_dress_when_parsed_then_it_is_plain_or_none(written: str, email: str | None) -> None:
    assert webhooks.parse("", event(customer_email=written)) == TicketOpened(ticket_id="42", email=email)


def test_given_all_that_the_helpdesk_knows_them_by_when_parsed_then_each_is_there() -> None:
    known = {"customer_channels": "ADA@customer.example, old@x.example,+1 555 000 1234,", "customer_external_id": "55"}

    for found in (webhooks.parse("", event(**known)), webhooks.parse("", press(**known))):
        assert isinstance(found, TicketOpened | AgentAction)
        assert found.who == Correspondent(
            emails=("ada@customer.example", "old@x.example"), phones=("+15550001234",), store_id=55
        )


def test_given_a_person_who_asks_when_a_call_names_them_then_addresses_lead_on_and_an_unproven_number_does_not() -> (
    None
):
    person = webhooks.person_in(
        "", event(customer_channels="old@x.example, +1 555 000 1234", customer_external_id="55")
    )

    assert (person.ids, person.tickets) == (frozenset(), {"42"})
    assert person.words == {"ada@customer.example", "old@x.example", "+15550001234"}


@pytest.mark.parametrize(
    ("from_agent", "news"), [("false", True), ("False", True), ("true", False), ("", False), (None, False)]
)
def test_given_a_message_when_parsed_then_only_a_customers_is_news(from_agent: str | None, news: bool) -> None:
    who = {} if from_agent is None else {"from_agent": from_agent}
    found = webhooks.parse("", event(event="ticket-message-created", message_id="7", **who))
    opened = TicketOpened(ticket_id="42", email="ada@customer.example")
    assert found == (opened if news else Unconcerning(topic="ticket-message-created"))


def test_given_another_event_when_parsed_then_it_does_not_concern_us() -> None:
    assert webhooks.parse("", b'{"v": "1", "event": "ticket-updated"}') == Unconcerning(topic="ticket-updated")


def test_given_a_press_with_nothing_filled_in_when_parsed_then_nothing_is_made_up() -> None:
    assert webhooks.parse("", press()) == AgentAction(
        act=Act.FLOWERS,
        ticket_id="42",
        email="ada@customer.example",
        agent_email="lea@practice.example",
        agent_name="Léa Martin",
        days=14,
    )


def test_given_a_press_with_everything_filled_in_when_parsed_then_all_of_it_is_there() -> None:
    filled = press(
        action="refund_keep",
        order=" #1001 ",
        amount="64.00",
        product="F1",
        message="So sorry.\n",
        confirm="2",
        when_days="",
    )
    assert webhooks.parse("", filled) == AgentAction(
        act=Act.REFUND_KEEP,
        ticket_id="42",
        email="ada@customer.example",
        agent_email="lea@practice.example",
        agent_name="Léa Martin",
        order_name="#1001",
        amount="64.00",
        product="F1",
        message="So sorry.",
        confirm="2",
    )


@pytest.mark.parametrize(
    ("written", "meant"), [("yes", True), (" YES ", True), ("", False), ("no", False), ("maybe", False)]
)
def test_given_a_tick_for_compassion_when_parsed_then_only_a_yes_is_one(written: str, meant: bool) -> None:
    found = webhooks.parse("", press(action="refund_keep", compassion=written))
    assert isinstance(found, AgentAction)
    assert found.compassion is meant


def test_given_items_and_how_they_go_back_when_parsed_then_they_are_named_one_by_one() -> None:
    found = webhooks.parse("", press(action="refund_keep", items="TEE-S x 2, #3", shipping="yes", store_credit="YES"))
    assert isinstance(found, AgentAction)
    assert found.items == (WantedItem(sku="TEE-S", pieces=2), WantedItem(place=3))
    assert (found.shipping, found.as_credit, found.unclear) == (True, True, None)


def test_given_items_that_nobody_understands_when_parsed_then_the_rule_is_left_to_say_so() -> None:
    found = webhooks.parse("", press(action="refund_keep", items="TEE-S x 0"))
    assert isinstance(found, AgentAction)
    assert found.items == ()
    assert "“TEE-S x 0” names no item" in (found.unclear or "")


@pytest.mark.parametrize("amount", ["12,34", "1e3", "-5.00", "a lot"])
def test_given_an_odd_amount_when_parsed_then_it_is_kept_for_the_rule_to_explain(amount: str) -> None:
    found = webhooks.parse("", press(action="refund_keep", amount=amount))
    assert isinstance(found, AgentAction)
    assert found.amount == amount


@pytest.mark.parametrize("body", spoilt(event().rstrip(b"}")))
def test_given_a_body_that_makes_no_sense_when_parsed_then_it_is_malformed(body: bytes) -> None:
    with pytest.raises(Malformed) as caught:
        webhooks.parse("", body)
    assert "ada@" not in str(caught.value)


@pytest.mark.parametrize(
    "changes",
    [
        {"v": "2"},
        {"v": 1},
        {"event": None},
        {"event": 5},
        {"ticket_id": 42},
        {"ticket_id": ""},
        {"ticket_id": "abc"},
        {"ticket_id": "42/../43"},
        {"ticket_id": "٤٢"},
        {"ticket_id": "4" * 20},
        {"customer_email": None},
        {"customer_email": ["ada@customer.example"]},
        {"customer_email": "a" * 400},
    ],
    ids=str,
)
def test_given_a_form_that_is_not_ours_when_parsed_then_it_is_malformed(changes: dict[str, object]) -> None:
    with pytest.raises(Malformed):
        webhooks.parse("", event(**changes))


@pytest.mark.parametrize(
    "changes",
    [
        {"action": "fire_everyone"},
        {"action": ""},
        {"when_days": "soon"},
        {"when_days": "-1"},
        {"when_days": "1.5"},
        {"when_days": "١٤"},
        {"when_days": "9" * 10},
        {"when_days": 14},
        {"agent_name": None},
        {"message": "x" * 2_001},
        {"confirm": True},
    ],
    ids=str,
)
def test_given_a_press_filled_in_wrongly_when_parsed_then_it_is_malformed(changes: dict[str, object]) -> None:
    with pytest.raises(Malformed):
        webhooks.parse("", press(**changes))


@pytest.mark.parametrize("missing", ["v", "event", "ticket_id", "action", "agent_email", "agent_name"])
def test_given_a_press_without_what_it_needs_when_parsed_then_the_place_is_named(missing: str) -> None:
    form = {name: value for name, value in json.loads(press()).items() if name != missing}
    with pytest.raises(Malformed, match=f"{missing}: Field required"):
        webhooks.parse("", json.dumps(form).encode())
