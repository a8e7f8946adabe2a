"""Where gifts go: to the customer's own door, with a word to the agent where that is in doubt."""

import pytest
from flask import Flask

from app.domain.address_score import score
from app.domain.agents import Role
from app.web import create_app
from integrations.http import Limits
from jobs import agent_preview
from tests.builders import DAY
from tests.jobs.conftest import Practice
from tests.jobs.test_agent_desk import FLOWERS, Agent, at_the_desk, merchant_of

CARD = {"act": "card", "words": "Thank you for the picture. It hangs in our kitchen."}
FRIEND = {"first_name": "Mary", "last_name": "Somerville", "address1": "9 Far Road", "zip": "10001", "city": "New York"}
DOUBT = "Their address is in doubt."


@pytest.fixture(autouse=True)
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no preview give up because the machine is slow."""
    monkeypatch.setattr(agent_preview, "LIMITS", Limits(read=300.0, total=300.0))


@pytest.fixture
def app(inside: Practice) -> Flask:
    return create_app(inside.world)


@pytest.fixture
def sam(app: Flask, inside: Practice) -> Agent:
    customer = inside.call("/town/cast")["bereaved_customer"]
    ticket = inside.call("/town/tickets", {"customer_id": customer, "subject": "My mother's boots"})["ticket_id"]
    return at_the_desk(app, inside, int(ticket), "Sam", Role.AGENT)


def edited(inside: Practice, **address: str | None) -> None:
    order = inside.call("/town/cast")["bereaved_order"]
    inside.call(f"/town/orders/{order}/edit", {"address": address})


def test_given_a_present_to_a_friend_when_flowers_are_sent_then_they_go_to_the_customers_own_door(
    inside: Practice, sam: Agent
) -> None:
    customer = inside.call("/town/cast")["bereaved_customer"]
    edited(inside, **FRIEND)
    home = inside.call(f"/town/orders/{inside.order(customer_id=customer)}")["shipping_address"]
    sam.press(**FLOWERS)
    inside.drain()
    inside.later(int(15 * DAY.total_seconds()))
    inside.drain()

    (bouquet,) = inside.call("/town/florist/orders")["orders"]
    assert bouquet["items"][0]["recipient"]["address1"] == home["address1"] != FRIEND["address1"]


@pytest.mark.parametrize("wish", [FLOWERS, CARD])
def test_given_an_address_in_doubt_when_something_for_it_is_looked_at_then_the_preview_says_why(
    inside: Practice, sam: Agent, wish: dict[str, str]
) -> None:
    assert DOUBT not in sam.look(**wish)
    edited(inside, validation="ERROR")

    page = sam.look(**wish)

    assert DOUBT in page
    assert "The store takes the address for wrong." in page


@pytest.mark.parametrize(("there", "doubted"), [(True, True), (False, False)], ids=["asked", "away"])
def test_given_an_address_of_which_the_store_knows_nothing_when_looked_at_then_the_post_is_asked_if_it_is_there(
    inside: Practice, sam: Agent, *, there: bool, doubted: bool
) -> None:
    edited(inside, validation=None, address1="undeliverable block match")
    if not there:
        inside.call("/town/lob/faults", {"next": [{"call": "us_verifications", "kind": "500_before"}]})

    assert (DOUBT in sam.look(**FLOWERS)) is doubted


def test_given_a_box_when_looked_at_then_a_card_may_go_there_and_flowers_should_not(
    inside: Practice, sam: Agent
) -> None:
    edited(inside, address1="PO Box 12")

    assert "The address is a box" in sam.look(**FLOWERS)
    assert DOUBT not in sam.look(**CARD)


def test_given_a_town_with_a_year_behind_it_when_everybody_is_looked_at_then_most_need_not_be_asked(
    inside: Practice,
) -> None:
    outside, now = inside.world.outside(merchant_of(inside)), inside.world.clock.now()
    assert outside is not None
    cast = inside.call("/town/cast")
    known = {*cast["bereaved_customers"], *cast["fourth_order_customers"]}

    doubtful = [customer for customer in known if score(outside.shop.delivery(customer_id=customer), now=now).doubtful]

    assert len(known) >= 5
    assert 5 * len(doubtful) <= len(known)
