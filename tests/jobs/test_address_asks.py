"""An address in doubt, from the press to the door: asked for as a card's, told once, used once, and gone."""

import json
import re
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import select
from structlog.testing import capture_logs

from app.domain.addresses import Address
from app.domain.people import Person
from app.store.ask_tables import AddressAsk
from app.store.base import Base, unit_of_work
from jobs import address_asks, address_links, desk, privacy
from jobs.address_links import Link
from tests.builders import DAY, address
from tests.jobs.conftest import Practice, next_noon
from tests.jobs.test_agent_desk import merchant_of

CANARY = "7 Canary Passage"
DAYS = 14


@pytest.fixture
def moment() -> datetime:
    return next_noon()


@pytest.fixture
def ticket(inside: Practice) -> int:
    customer = inside.call("/town/cast")["bereaved_customer"]
    return int(inside.call("/town/tickets", {"customer_id": customer, "subject": "My mother's boots"})["ticket_id"])


@pytest.fixture
def in_doubt(inside: Practice, ticket: int) -> int:
    """Flowers that are planned, and whose address the store takes for wrong; the agent was told to ask."""
    spoilt(inside)
    number = planned(inside, ticket)
    looked(inside)
    return number


def spoilt(inside: Practice) -> None:
    order = inside.call("/town/cast")["bereaved_order"]
    inside.call(f"/town/orders/{order}/edit", {"address": {"validation": "ERROR"}})


def planned(inside: Practice, ticket: int) -> int:
    inside.press(ticket, "flowers", when_days=str(DAYS))
    inside.drain()
    (row,) = inside.effects("send_flowers")
    return row.id


def looked(inside: Practice) -> None:
    """Do what the ticker rings for, and post what came of it."""
    address_asks.look(inside.world, inside.shop_id)
    inside.drain()


def pass_days(inside: Practice, days: int) -> None:
    inside.later(int((days * DAY).total_seconds()))


def notes(inside: Practice, ticket: int) -> list[str]:
    return [note["text"] for note in inside.call(f"/town/tickets/{ticket}")["notes"]]


def links(inside: Practice, ticket: int) -> list[str]:
    return re.findall(r"/card/([a-z2-7]+)", "\n".join(notes(inside, ticket)))


def around_the_corner(inside: Practice) -> Address:
    """Return another door in the very town, so that the florist asks no other price."""
    order = inside.call("/town/cast")["bereaved_order"]
    known = inside.call(f"/town/orders/{order}")["shipping_address"]
    near = {"city": known["city"], "region": known["province_code"], "postcode": known["zip"]}
    return address(name="Ada Lovelace", street=CANARY, **near)


def answered(inside: Practice, number: int, told: Address | None = None) -> bool:
    link = Link(shop_id=inside.shop_id, effect_id=number)
    return address_asks.answer(inside.world, link, told or around_the_corner(inside))


def rows(inside: Practice) -> list[AddressAsk]:
    with unit_of_work(inside.world.sessions) as session:
        return list(session.scalars(select(AddressAsk)))


def everything(inside: Practice) -> str:
    """Return all that is written in our books, as it stands there."""
    with unit_of_work(inside.world.sessions) as session:
        tables = Base.metadata.sorted_tables
        return "\n".join(repr(tuple(row)) for table in tables for row in session.execute(select(table)))


def bouquets(inside: Practice) -> list[dict[str, Any]]:
    return list(inside.call("/town/florist/orders")["orders"])


def moved(inside: Practice, **where: str) -> None:
    order = inside.call("/town/cast")["bereaved_order"]
    inside.call(f"/town/orders/{order}/edit", {"address": where})


def test_given_a_good_address_when_looked_at_then_nobody_is_asked_and_nothing_is_kept_but_which_town_it_was(
    inside: Practice, ticket: int
) -> None:
    planned(inside, ticket)
    looked(inside)

    (row,) = rows(inside)
    assert (row.asked_at, row.sealed_address, len(row.town or "")) == (None, None, 64)
    pass_days(inside, DAYS + 1)
    looked(inside)

    assert (rows(inside), links(inside, ticket), len(bouquets(inside))) == ([], [], 1)


@pytest.mark.parametrize(("where", "asked"), [({"city": "Far Away"}, 1), ({"address1": "2 Main Street"}, 0)])
def test_given_an_address_that_moved_since_when_two_days_are_left_then_another_town_is_asked_about(
    inside: Practice, ticket: int, where: dict[str, str], asked: int
) -> None:
    planned(inside, ticket)
    looked(inside)
    moved(inside, **where)
    pass_days(inside, DAYS - 3)
    looked(inside)
    assert links(inside, ticket) == []

    pass_days(inside, 1)
    looked(inside)

    assert len(links(inside, ticket)) == asked
    assert ("another town than it was when this was planned" in notes(inside, ticket)[-1]) is bool(asked)


def test_given_an_address_that_moved_on_the_last_day_when_its_hour_comes_then_the_customer_is_asked_first(
    inside: Practice, ticket: int
) -> None:
    planned(inside, ticket)
    looked(inside)
    pass_days(inside, DAYS - 1)
    looked(inside)
    moved(inside, city="Far Away")
    pass_days(inside, 2)
    inside.drain()

    (row,) = inside.effects("send_flowers")
    assert (row.state, bouquets(inside), len(links(inside, ticket))) == ("planned", [], 1)
    assert answered(inside, row.id)
    inside.drain()

    assert len(bouquets(inside)) == 1


def test_given_a_send_that_leaves_soon_when_planned_then_nobody_would_have_the_time_to_answer(
    inside: Practice, ticket: int
) -> None:
    spoilt(inside)
    inside.press(ticket, "flowers", when_days="1")
    inside.drain()

    assert rows(inside) == []


def test_given_an_address_in_doubt_when_looked_at_twice_then_the_agent_reads_once_why_and_with_what_link_to_ask(
    inside: Practice, ticket: int, in_doubt: int
) -> None:
    looked(inside)

    (text,) = (note for note in notes(inside, ticket) if "/card/" in note)
    assert "The store takes the address for wrong." in text
    (token,) = links(inside, ticket)
    assert address_links.read(inside.world, token) == Link(shop_id=inside.shop_id, effect_id=in_doubt)


def test_given_a_store_that_cannot_be_asked_when_looked_at_then_it_is_looked_at_an_hour_later(
    inside: Practice, ticket: int
) -> None:
    spoilt(inside)
    planned(inside, ticket)
    inside.fault("OrderDelivery", "500_before")
    looked(inside)
    assert links(inside, ticket) == []

    inside.later(3601)
    looked(inside)

    assert len(links(inside, ticket)) == 1


def test_given_nobody_who_answers_when_days_pass_then_the_agent_is_reminded_once(
    inside: Practice, ticket: int, in_doubt: int
) -> None:
    for _ in range(8):
        pass_days(inside, 1)
        looked(inside)

    assert len(links(inside, ticket)) == 2
    assert "remind them, this once" in "\n".join(notes(inside, ticket))


def test_given_an_answer_when_their_day_comes_then_the_flowers_go_there_once_and_of_the_address_nothing_is_left(
    inside: Practice, ticket: int, in_doubt: int
) -> None:
    with capture_logs() as logs:
        assert answered(inside, in_doubt)
        assert not answered(inside, in_doubt, address(street="9 Thief Street"))
        inside.drain()
        assert CANARY not in everything(inside)
        assert "They have said where their card should go" in "\n".join(notes(inside, ticket))

        pass_days(inside, DAYS + 1)
        looked(inside)

    (bouquet,) = bouquets(inside)
    went = bouquet["items"][0]["recipient"]
    assert (went["name"], went["address1"]) == ("Ada Lovelace", CANARY)
    assert went["phone"]
    assert rows(inside) == []
    assert CANARY not in everything(inside)
    assert CANARY not in "\n".join(notes(inside, ticket))
    assert CANARY not in json.dumps(logs, default=str)


def test_given_no_answer_when_their_day_comes_then_they_wait_and_the_money_with_them(
    inside: Practice, in_doubt: int
) -> None:
    with unit_of_work(inside.world.sessions) as session:
        session.scalars(select(AddressAsk)).one().expires_at = inside.world.clock.now() + 20 * DAY
    pass_days(inside, DAYS + 1)
    inside.drain()

    (row,) = inside.effects("send_flowers")
    assert (row.state, bouquets(inside)) == ("planned", [])
    assert inside.reserved() == row.cost_minor

    answered(inside, in_doubt)
    inside.drain()

    assert [(row.state, row.problem) for row in inside.effects("send_flowers")] == [("done", None)]
    assert len(bouquets(inside)) == 1


def test_given_nobody_who_answers_when_it_is_too_late_then_nothing_leaves_the_money_is_back_and_the_agent_is_told(
    inside: Practice, ticket: int, in_doubt: int
) -> None:
    for _ in range(DAYS + 1):
        pass_days(inside, 1)
        looked(inside)

    (row,) = inside.effects("send_flowers")
    assert (row.state, row.code, bouquets(inside)) == ("withdrawn", "address", [])
    assert (inside.reserved(), inside.spent()) == (0, 0)
    assert "has not said where it should go" in notes(inside, ticket)[-1]
    assert rows(inside) == []
    assert not answered(inside, in_doubt)


def test_given_flowers_that_are_taken_back_when_their_link_is_opened_then_nothing_is_asked_any_more(
    inside: Practice, in_doubt: int
) -> None:
    link = Link(shop_id=inside.shop_id, effect_id=in_doubt)
    assert address_asks.page(inside.world, link) is not None
    answered(inside, in_doubt)
    desk.withdraw(inside.world, merchant_of(inside), in_doubt)

    assert rows(inside) == []
    assert address_asks.page(inside.world, link) is None


def test_given_a_customer_who_told_their_address_when_they_ask_for_a_copy_then_it_is_in_it_and_forgotten_with_them(
    inside: Practice, in_doubt: int
) -> None:
    answered(inside, in_doubt)
    customer = inside.call("/town/cast")["bereaved_customer"]
    person = Person(ids=frozenset({customer}), words=frozenset(), orders=frozenset())

    assert CANARY in privacy.copy(inside.world, merchant_of(inside), person)
    privacy.forget(inside.world, merchant_of(inside), person)

    assert rows(inside) == []
    assert CANARY not in privacy.copy(inside.world, merchant_of(inside), person)
