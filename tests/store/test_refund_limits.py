"""What was given back before, counted while the shop is held: agents who press at once cannot pass together."""

from datetime import datetime
from threading import Barrier

import pytest

from app.domain.facts import FlowersBefore, RefundsBefore
from app.domain.gifts import GiftKind
from app.domain.money import Money
from app.domain.policy import Mode, TeamGestures
from app.domain.rules import refund_keep
from app.store import decisions, ledger, orders
from app.store.base import Session, unit_of_work
from tests.builders import DAY, NOON, action, agent_facts, flowers, paid, present, purse, refund, refund_offer, usd
from tests.store.crowd import at_once
from tests.store.ledger_steps import GIVEN, NOT_GIVEN, Steps, into

AGENTS, EACH = 64, 5_00
ROOM = purse(team=10_000_00)


def before(session: Session, shop_id: int, day_start: datetime = NOON - DAY) -> RefundsBefore:
    return decisions.refunds_before(
        session, shop_id=shop_id, order_id=1001, customer_id=55, since=NOON - 365 * DAY, day_start=day_start
    )


def seen(steps: Steps, day_start: datetime = NOON - DAY) -> RefundsBefore:
    with unit_of_work(steps.sessions) as session:
        return before(session, steps.shop_id, day_start)


@pytest.mark.parametrize(("state", "counts"), [*((state, 1) for state in GIVEN), *((state, 0) for state in NOT_GIVEN)])
def test_given_a_refund_when_counted_then_only_what_was_or_may_be_given_counts(
    steps: Steps, state: str, counts: int
) -> None:
    into(steps, state, paid(refund()))

    money = 12_00 * counts
    assert seen(steps) == RefundsBefore(on_order_minor=money, to_customer_minor=money, today_minor=money, today=counts)


def test_given_other_orders_and_other_people_when_counted_then_each_limit_has_its_own(steps: Steps) -> None:
    into(steps, "done", paid(refund(order_id=1002)))
    into(steps, "done", paid(refund(order_id=1003, customer_id=77), minor=3_00))

    assert seen(steps) == RefundsBefore(to_customer_minor=12_00, today_minor=15_00, today=2)
    assert seen(steps, day_start=NOON + DAY) == RefundsBefore(to_customer_minor=12_00)


@pytest.mark.parametrize(("state", "counts"), [*((state, 1) for state in GIVEN), *((state, 0) for state in NOT_GIVEN)])
def test_given_flowers_when_counted_then_only_what_was_or_may_be_sent_counts(
    steps: Steps, state: str, counts: int
) -> None:
    into(steps, state, paid(flowers()), rule="flowers")
    into(steps, "done", paid(flowers(ticket_id="43", customer_id=77)), rule="flowers")
    into(steps, "done", paid(present()), rule="flowers")  # an e-gift is none

    with unit_of_work(steps.sessions) as session:
        found = decisions.flowers_before(
            session, shop_id=steps.shop_id, customer_id=55, since=NOON - 365 * DAY, day_start=NOON - DAY
        )
    assert found == FlowersBefore(to_customer=counts, today=counts + 1)


def test_given_flowers_by_any_vendor_when_counted_then_they_are_flowers(steps: Steps) -> None:
    into(steps, "done", paid(present(what=GiftKind.FLOWERS)), rule="flowers")

    with unit_of_work(steps.sessions) as session:
        found = decisions.flowers_before(
            session, shop_id=steps.shop_id, customer_id=55, since=NOON - 365 * DAY, day_start=NOON - DAY
        )
    assert found == FlowersBefore(to_customer=1, today=1)


def press(session: Session, steps: Steps, number: int, found: RefundsBefore) -> str | None:
    """Decide and plan as an agent's press does, from what was found; return why a lead is asked."""
    pressed = action(amount=usd(EACH).text, ticket_id=str(number))
    facts = agent_facts(before=found, offer=refund_offer(most=usd(900_00), paid=usd(900_00)))
    limits = TeamGestures(refund_order_minor=50_00, refund_customer_minor=900_00, keep_refunds_per_year=99)
    (plan,) = refund_keep.decide(pressed, facts, limits, NOON).plans
    ledger.plan(
        session,
        shop_id=steps.shop_id,
        decision_id=None,
        rule="refund_keep",
        because="because",
        plan=plan,
        mode=Mode.AUTO,
        purse=ROOM,
        now=NOON,
    )
    return plan.ask_first


def test_given_sixty_four_agents_when_they_press_at_once_then_exactly_the_limit_goes_back(steps: Steps) -> None:
    def one(number: int) -> bool:
        with unit_of_work(steps.sessions) as session:
            orders.lock(session, shop_id=steps.shop_id)
            return press(session, steps, number, before(session, steps.shop_id)) is None

    passed = at_once(AGENTS, one)

    assert passed.count(True) * EACH == 50_00
    assert steps.money() == (50_00, 0)


@pytest.mark.parametrize("database", ["postgres"])
def test_given_a_shop_that_nobody_holds_when_agents_press_at_once_then_the_limit_would_be_passed(
    steps: Steps,
) -> None:
    counted = Barrier(12)

    def one(number: int) -> bool:
        with unit_of_work(steps.sessions) as session:
            found = before(session, steps.shop_id)
            counted.wait()
            return press(session, steps, number, found) is None

    assert at_once(12, one).count(True) * EACH > Money(minor=50_00, currency="USD").minor
