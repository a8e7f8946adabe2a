"""What came back to its sender: told, asked about once, and sent again by nobody but a person."""

from typing import Any

import pytest
from flask import Flask

from app.domain.agents import Role
from app.domain.gifts import GiftKind, Seen
from app.domain.sendings import Status
from app.web import create_app
from jobs import address_asks
from jobs.address_links import Link
from tests.jobs.conftest import Practice
from tests.jobs.test_address_asks import CANARY, answered, everything, links, looked, notes, pass_days, rows
from tests.jobs.test_agent_desk import FLOWERS, Agent, at_the_desk, unhurried
from tests.jobs.test_gift_watch import DAY, Telling, look, ring, vendor
from tests.jobs.test_sending import plan

BACK = Seen(status=Status.RETURNED)
__all__ = ("unhurried", "vendor")


@pytest.fixture
def app(inside: Practice) -> Flask:
    return create_app(inside.world)


@pytest.fixture
def ticket(inside: Practice) -> int:
    customer = inside.call("/town/cast")["bereaved_customer"]
    return int(inside.call("/town/tickets", {"customer_id": customer, "subject": "My mother's boots"})["ticket_id"])


@pytest.fixture
def sam(app: Flask, inside: Practice, ticket: int) -> Agent:
    return at_the_desk(app, inside, ticket, "Sam", Role.AGENT)


def send(inside: Practice, ticket: int, confirm: str = "", **changes: Any) -> None:
    plan(inside, **{"what": GiftKind.CARD, "title": "A card", "ticket_id": str(ticket), "confirm": confirm} | changes)


@pytest.fixture
def back(inside: Practice, vendor: Telling, ticket: int) -> int:
    """A card that came back; its agent was told to ask."""
    send(inside, ticket)
    vendor.became["S-1"] = BACK
    look(inside)
    return inside.effects("send_gift")[0].id


def test_given_a_card_that_came_back_when_told_again_and_again_then_its_agent_is_given_one_link_to_ask_with(
    inside: Practice, vendor: Telling, ticket: int, back: int
) -> None:
    for _ in range(2):
        ring(inside, "S-1")
        look(inside)

    (text,) = (note for note in notes(inside, ticket) if "came back" in note)
    assert text.startswith("The card came back to the sender. Please send them this link;")
    assert "Nothing is sent again by itself." in text
    assert len(links(inside, ticket)) == 1
    page = address_asks.page(inside.world, Link(shop_id=inside.shop_id, effect_id=back))
    assert page is not None
    assert not page.answered


def test_given_an_answer_when_nobody_sends_it_again_then_nothing_leaves_and_it_is_forgotten_in_two_weeks(
    inside: Practice, vendor: Telling, ticket: int, back: int
) -> None:
    assert answered(inside, back)
    assert not answered(inside, back)
    inside.drain()
    assert "Send a card again from the desk, if you like" in notes(inside, ticket)[-1]
    assert CANARY not in everything(inside)
    for days, kept in ((13, 1), (1, 0)):
        pass_days(inside, days)
        looked(inside)
        assert len(rows(inside)) == kept

    assert (len(vendor.orders), len(inside.effects("send_gift"))) == (1, 1)
    assert len(links(inside, ticket)) == 1


def test_given_an_answer_when_a_person_sends_it_again_then_it_goes_there_at_its_own_cost_and_the_answer_is_gone(
    inside: Practice, vendor: Telling, ticket: int, back: int
) -> None:
    answered(inside, back)
    spent = inside.spent()
    send(inside, ticket, confirm="again")

    first, second = (wish.to for _, wish, _ in vendor.orders)
    assert first is not None
    assert second is not None
    assert (second.street, second.phone) == (CANARY, first.phone)
    assert first.street != CANARY
    assert inside.spent() == 2 * spent
    assert rows(inside) == []
    send(inside, ticket, confirm="once more")
    assert vendor.orders[2][1].to == first


def test_given_nobody_who_answers_when_days_pass_then_their_agent_is_reminded_once_and_it_is_over(
    inside: Practice, ticket: int, back: int
) -> None:
    for days in (5, 8, 1):
        pass_days(inside, days)
        looked(inside)

    assert len(links(inside, ticket)) == 2
    assert rows(inside) == []
    assert not answered(inside, back)


def test_given_a_door_from_which_something_came_back_when_something_else_is_looked_at_then_the_desk_says_so(
    inside: Practice, vendor: Telling, ticket: int, back: int, sam: Agent
) -> None:
    page = sam.look(**FLOWERS)
    assert "Their address is in doubt." in page
    assert "came back from this address" in page

    answered(inside, back)

    page = sam.look(**FLOWERS)
    assert "in doubt" not in page
    assert "It goes to where they said that it should" in page
    assert CANARY not in page


def test_given_something_without_a_door_when_it_comes_back_then_nobody_is_given_a_link_and_no_door_is_in_doubt(
    inside: Practice, vendor: Telling, ticket: int, sam: Agent
) -> None:
    send(inside, ticket, what=GiftKind.EGIFT)
    vendor.loses_answers = True
    send(inside, ticket, confirm="again", what=GiftKind.EGIFT)
    inside.later(DAY)
    inside.drain()
    vendor.became |= {"S-1": BACK, "S-2": BACK}
    look(inside, DAY)

    assert notes(inside, ticket)[-1].endswith("Please ask the customer for the right address.")
    assert (rows(inside), links(inside, ticket)) == ([], [])
    assert "in doubt" not in sam.look(**FLOWERS)
