"""Many agents press at the same moment, each on a ticket of their own, and a worker for each takes it in hand."""

from collections import Counter
from dataclasses import replace
from datetime import datetime
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import func, select

from app.domain.agents import Role
from app.domain.effects import State
from app.domain.policy import Policy
from app.store import agents, inbox, ledger, orders
from app.store.base import Session, reading, unit_of_work
from app.store.ledger import Purse
from app.store.tables import Customer, Delivery, Effect, Order
from jobs import desk, team
from jobs.handle import handle_all
from jobs.practice import POLICY
from jobs.turns import LARGEST_BATCH
from tests.jobs.conftest import Practice
from tests.store.crowd import at_once

both = pytest.mark.parametrize("books", ["sqlite", "postgres"])
# Nothing but the pool says no: a limit for the day would hide a pool that holds nothing back.
ONLY_THE_POOL = replace(POLICY.team, refunds_per_day=9_999, refunds_per_day_minor=9_999_00)


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


def crowd_presses(inside: Practice, count: int, *, policy: Policy, by: str = "agent-{}@x.example") -> None:
    """Let so many agents press, each to give $20.00 of another customer's order back.

    Without a place for a number in it, `by` is one agent in many windows.
    """
    inside.policy(policy)
    with unit_of_work(inside.world.sessions) as session:
        reachable = select(Customer.customer_id).where(Customer.mail_digest.is_not(None))
        worth_it = (Order.counted, Order.net_minor >= 20_00, Order.customer_id.in_(reachable))
        newest = select(func.max(Order.order_id)).where(*worth_it).group_by(Order.customer_id)
        some = select(Order.name, Order.customer_id).where(Order.order_id.in_(newest)).order_by(Order.order_id.desc())
        bought = session.execute(some.limit(count)).all()
    assert len(bought) == count
    for number, (name, customer) in enumerate(bought):
        ticket = inside.call("/town/tickets", {"customer_id": customer, "subject": "It is broken."})["ticket_id"]
        who = {"agent_email": by.format(number), "order": name}
        inside.press(int(ticket), "refund_keep", amount="20.00", **who)


def became(inside: Practice) -> Counter[str]:
    return Counter(row.state for row in inside.effects("refund_order"))


@both
def test_given_64_agents_and_a_pool_of_500_when_all_give_20_back_at_once_then_exactly_25_succeed(
    inside: Practice,
) -> None:
    crowd_presses(inside, 64, policy=replace(POLICY, team_monthly_minor=500_00, team=ONLY_THE_POOL))
    handled_at_once(inside)

    assert became(inside) == {"planned": 25, "over_budget": 39}
    assert inside.reserved() == 500_00

    inside.drain()
    assert became(inside) == {"done": 25, "over_budget": 39}
    assert (inside.reserved(), inside.spent()) == (0, 500_00)


@both
def test_given_one_agent_with_a_month_of_50_when_they_give_20_in_many_windows_at_once_then_a_lead_is_asked_after_two(
    inside: Practice,
) -> None:
    world, merchant = inside.world, inside.world.merchant(inside.shop_id)
    assert merchant is not None
    team.add(world, merchant, name="Sam", email="sam@x.example", role=Role.AGENT)
    with reading(world.sessions) as session:
        (sam,) = agents.names(session, shop_id=merchant.id)
    team.set_limits(world, merchant, sam, limit_minor=None, month_minor=50_00)

    crowd_presses(inside, 6, policy=replace(POLICY, team=ONLY_THE_POOL), by="sam@x.example")
    handled_at_once(inside)

    assert became(inside) == {"planned": 2, "awaiting": 4}


@pytest.mark.parametrize("books", ["postgres"])
def test_given_a_pool_that_is_added_up_first_when_agents_press_at_once_then_it_is_overspent(
    inside: Practice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Prove that the test above can fail: it would, were nobody to stand in line and the ledger just added up."""
    crowd = 12
    looked = Barrier(crowd)

    def adds_up(session: Session, row: Effect, purse: Purse, _now: datetime) -> None:
        if row.pool_name is not None:
            given = select(func.coalesce(func.sum(Effect.cost_minor), 0))
            given = given.where(Effect.kind == row.kind, Effect.state == State.PLANNED, Effect.id != row.id)
            spoken_for = session.scalar(given) or 0
            looked.wait(60)
            if spoken_for + (row.cost_minor or 0) > next(iter(purse.limits.values())):
                row.state = State.OVER_BUDGET

    monkeypatch.setattr(orders, "lock", lambda *_about, **_named: None)
    monkeypatch.setattr(ledger, "reserve", adds_up)
    crowd_presses(inside, crowd, policy=replace(POLICY, team_monthly_minor=100_00, team=ONLY_THE_POOL))
    handled_at_once(inside)

    assert became(inside)["planned"] > 5
