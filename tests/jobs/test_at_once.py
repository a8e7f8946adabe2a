"""Many agents press at the same moment, each on a ticket of their own, and a worker for each takes it in hand."""

from typing import Any

import pytest

from app.store import inbox
from app.store.base import unit_of_work
from app.store.tables import Delivery
from jobs import desk
from jobs.handle import handle_all
from jobs.turns import LARGEST_BATCH
from tests.jobs.conftest import Practice
from tests.store.crowd import at_once

both = pytest.mark.parametrize("books", ["sqlite", "postgres"])


def handled_at_once(inside: Practice) -> None:
    """Let every press that waits be handled, each by a worker of its own, all at the same moment."""
    world = inside.world
    merchant, now = world.merchant(inside.shop_id), world.clock.now()
    assert merchant is not None
    outside = world.outside(merchant)
    with unit_of_work(world.sessions) as session:
        letters = inbox.claim(session, shop_id=inside.shop_id, now=now, lease=world.lease, limit=LARGEST_BATCH)
    at_once(len(letters), lambda number: handle_all(world, merchant, outside, [letters[number]]))
    with unit_of_work(world.sessions) as session:
        assert [row.problem for row in session.query(Delivery) if row.handled_at is None] == []


class TwoTickets:
    """One order that two colleagues were written to about."""

    def __init__(self, inside: Practice) -> None:
        self.inside = inside
        cast = inside.call("/town/cast")
        self.order = cast["bereaved_order"]
        customer = cast["bereaved_customer"]
        self.tickets = [
            int(inside.call("/town/tickets", {"customer_id": customer, "subject": subject})["ticket_id"])
            for subject in ("My mother's boots", "Did you get my mail?")
        ]

    def press(self, number: int, **form: str) -> None:
        who = {"agent_name": ("Léa Martin", "Sam Bell")[number]}
        self.inside.press(self.tickets[number], "refund_keep", **(who | form))

    @property
    def refunded(self) -> str:
        return str(self.inside.call(f"/town/orders/{self.order}")["refunded"])

    def notes(self, number: int) -> str:
        notes: list[dict[str, Any]] = self.inside.call(f"/town/tickets/{self.tickets[number]}")["notes"]
        return "\n".join(note["text"] for note in notes)


@pytest.fixture
def tickets(inside: Practice) -> TwoTickets:
    return TwoTickets(inside)


@both
def test_given_two_tickets_about_one_order_when_both_agents_press_at_once_then_the_money_goes_back_once(
    tickets: TwoTickets,
) -> None:
    inside = tickets.inside
    for number in (0, 1):
        tickets.press(number, amount="20.00")
    handled_at_once(inside)
    inside.drain()

    assert tickets.refunded == "20.00"
    told = sorted((tickets.notes(number) for number in (0, 1)), key=lambda text: "Nothing was done" in text)
    assert "Refunded $20.00" in told[0]
    assert "is giving back $20.00" in told[1]


def test_given_two_tickets_about_one_order_when_the_second_is_meant_then_a_leads_yes_is_enough(
    tickets: TwoTickets,
) -> None:
    inside = tickets.inside
    for number, form in ((0, {}), (1, {}), (1, {"confirm": "the boots as well"})):
        tickets.press(number, amount="20.00", **form)
        inside.drain()
    assert tickets.refunded == "20.00"
    assert "Léa Martin has already given back $20.00" in tickets.notes(1)

    (waiting,) = [row for row in inside.effects("refund_order") if row.state == "awaiting"]
    merchant = inside.world.merchant(inside.shop_id)
    assert merchant is not None
    desk.approve(inside.world, merchant, waiting.id)
    inside.drain()

    assert tickets.refunded == "40.00"
