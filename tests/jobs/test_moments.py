"""The moments on a customer's way, from the day that comes round to the card that a person writes."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import requests
from sqlalchemy import update

from app.domain.agents import Reason
from app.domain.policy import Anniversary, Birthday, Comeback, Mode, Moments, Policy, Recovery
from app.store import chores
from app.store.base import reading, unit_of_work
from app.store.day_tables import LateOrder
from app.store.tables import Customer, Decision, Effect, Order
from integrations.sandbox.helpdesk.people import API_KEY, API_USER
from jobs import desk
from jobs.let_alone import let_be
from jobs.moments import MOMENTS, look
from jobs.practice import POLICY
from jobs.runtime import local
from tests.jobs.conftest import Practice
from tests.jobs.test_let_alone import merchant

DAY = timedelta(days=1)
YEARLY = Anniversary(mode=Mode.AUTO, special_only=False)
KIND = replace(POLICY, anniversary=YEARLY, moments=Moments(cooldown_days=0))
BACK = replace(POLICY, comeback=Comeback(mode=Mode.AUTO, special_only=False))


def stranger(inside: Practice) -> int:
    """Return somebody who has never bought anything."""
    return int(inside.call("/town/customers", {})["id"])


def with_a_day(inside: Practice, *, ahead: int = 8, others: bool = False) -> int:
    """Return a customer whose first order was two years ago, but for so many days; nobody else has such a day."""
    customer, first = stranger(inside), two_years_before(inside, ahead)
    inside.deliver(inside.order(customer_id=customer, amount="30.00"), key=f"first-{customer}")
    inside.drain()
    with unit_of_work(inside.world.sessions) as session:
        if not others:
            session.execute(update(Customer).values(first_order_at=None))
        theirs = update(Customer).where(Customer.customer_id == customer)
        session.execute(theirs.values(first_order_at=first))
    return customer


def two_years_before(inside: Practice, ahead: int) -> datetime:
    day = local(merchant(inside), inside.world.clock.now()).date() + ahead * DAY
    day = day if (day.month, day.day) != (2, 29) else day - DAY
    return datetime(day.year - 2, day.month, day.day, 17, tzinfo=UTC)


def cards(inside: Practice) -> list[tuple[int | None, str, str]]:
    return [(row.customer_id, row.rule, row.key) for row in inside.effects("send_gift")]


def told(inside: Practice, rule: str) -> Iterator[tuple[str, str]]:
    with reading(inside.world.sessions) as session:
        for row in session.query(Decision).order_by(Decision.id):
            if row.rule == rule:
                yield row.subject, row.code


def looked(inside: Practice) -> None:
    look(inside.world, inside.shop_id)
    inside.drain()


def test_given_a_day_that_comes_round_when_looked_for_then_one_card_goes_to_a_person_to_write(inside: Practice) -> None:
    inside.policy(KIND)
    customer = with_a_day(inside)

    looked(inside)
    looked(inside)
    inside.later(86_400)
    looked(inside)

    year = (local(merchant(inside), inside.world.clock.now()).date() + 7 * DAY).year
    assert cards(inside) == [(customer, "anniversary", f"moment:customer-{customer}:anniversary:{year}")]
    (card,) = inside.effects("send_gift")
    assert (card.state, card.code, card.pool_name, inside.reserved()) == ("uncertain", "by_hand", "gifts", 6_00)


def test_given_a_rule_that_only_watches_when_looked_for_then_the_card_is_shown_and_nothing_is_set_aside(
    inside: Practice,
) -> None:
    inside.policy(replace(KIND, anniversary=replace(YEARLY, mode=Mode.OBSERVE)))
    with_a_day(inside)

    looked(inside)

    assert [row.state for row in inside.effects("send_gift")] == ["observed"]
    assert inside.reserved() == 0


def test_given_an_order_that_should_have_left_when_its_customers_day_comes_then_first_things_are_put_right(
    inside: Practice,
) -> None:
    inside.policy(KIND)
    customer = with_a_day(inside, ahead=20)
    inside.later(12 * 86_400)

    looked(inside)

    assert list(told(inside, "anniversary")) == [(f"customer:{customer}", "promise_open")]
    assert cards(inside) == []


def test_given_a_store_that_gives_no_answer_when_looked_for_then_nothing_is_written_and_the_day_is_looked_at_again(
    inside: Practice,
) -> None:
    inside.policy(KIND)
    with_a_day(inside)
    inside.fault("OrderFacts", "500_before")

    looked(inside)
    with reading(inside.world.sessions) as session:
        assert chores.last(session, shop_id=inside.shop_id, name=MOMENTS) is None
    assert cards(inside) == []

    looked(inside)
    assert len(cards(inside)) == 1


def test_given_days_that_nobody_looked_at_when_it_is_done_at_last_then_who_was_missed_is_told_about(
    inside: Practice,
) -> None:
    inside.policy(KIND)
    missed = with_a_day(inside, ahead=6)
    days_ago = local(merchant(inside), inside.world.clock.now()).date() - 3 * DAY
    with unit_of_work(inside.world.sessions) as session:
        known = {"shop_id": inside.shop_id, "name": MOMENTS, "period": days_ago.isoformat()}
        assert chores.take(session, now=inside.world.clock.now(), **known)

    looked(inside)

    assert list(told(inside, "anniversary")) == [(f"customer:{missed}", "day_gone")]


@pytest.mark.parametrize(
    ("lead", "ahead", "then", "codes"),
    [(8, 10, 11, ["day_gone"]), (12, 12, 9, ["not_special"])],
    ids=["raised over the day", "lowered below it"],
)
def test_given_a_lead_that_is_changed_when_days_are_looked_at_then_none_is_left_out_and_none_comes_twice(
    inside: Practice, lead: int, ahead: int, then: int, codes: list[str]
) -> None:
    inside.policy(replace(KIND, anniversary=replace(YEARLY, lead_days=lead, special_only=True)))
    customer = with_a_day(inside, ahead=ahead)
    looked(inside)

    inside.policy(replace(KIND, anniversary=replace(YEARLY, lead_days=then)))
    for _ in range(3):
        inside.later(86_400)
        looked(inside)

    assert list(told(inside, "anniversary")) == [(f"customer:{customer}", code) for code in codes]


def test_given_more_days_than_the_cap_when_looked_for_then_the_rest_is_told_so(inside: Practice) -> None:
    inside.policy(replace(KIND, anniversary=replace(YEARLY, per_day=1)))
    both = {with_a_day(inside), with_a_day(inside, others=True)}

    looked(inside)

    assert {subject for subject, _ in told(inside, "anniversary")} == {f"customer:{each}" for each in both}
    assert sorted(code for _, code in told(inside, "anniversary")) == ["daily_cap", "moment"]
    assert len(cards(inside)) == 1


def test_given_a_card_that_waits_when_its_customer_is_let_alone_then_it_is_taken_back(inside: Practice) -> None:
    inside.policy(replace(KIND, anniversary=replace(YEARLY, mode=Mode.APPROVE)))
    customer = with_a_day(inside)
    looked(inside)

    let_be(inside.world, merchant(inside), customer, alone=True)

    assert [(row.state, row.code) for row in inside.effects("send_gift")] == [("withdrawn", "opted_out")]


def came_back(inside: Practice, policy: Policy = BACK, days: int = 300) -> int:
    """Return the order of somebody who had not bought anything for so many days."""
    inside.policy(policy)
    customer = stranger(inside)
    first = inside.order(customer_id=customer, amount="30.00")
    inside.deliver(first, key="first")
    inside.drain()
    with unit_of_work(inside.world.sessions) as session:
        long_ago = inside.world.clock.now() - days * DAY
        session.execute(update(Order).where(Order.order_id == first).values(processed_at=long_ago))
    second = inside.order(customer_id=customer, amount="30.00")
    inside.deliver(second, key="second")
    inside.drain()
    return second


@pytest.mark.parametrize(("days", "codes"), [(300, ["moment"]), (200, [])])
def test_given_an_order_after_long_when_it_is_told_of_twice_then_one_card_is_planned_and_less_is_no_comeback(
    inside: Practice, days: int, codes: list[str]
) -> None:
    order = came_back(inside, days=days)
    inside.deliver(order, key="again")
    inside.drain()

    assert [code for _, code in told(inside, "comeback") if code != "had_it"] == codes
    assert [(row.order_id, row.state) for row in inside.effects("send_gift")] == [(order, "planned")] * len(codes)


def test_given_a_comeback_when_its_order_is_cancelled_then_its_card_is_not_written(inside: Practice) -> None:
    order = came_back(inside)
    inside.call(f"/town/orders/{order}/cancel", {"announce": "lose"})
    inside.deliver(order, key="cancelled")
    inside.drain()

    assert [row.state for row in inside.effects("send_gift")] == ["withdrawn"]
    assert inside.reserved() == 0


BORN = replace(
    KIND, birthday=Birthday(mode=Mode.AUTO, special_only=False, metafield="facts.birth_date"), anniversary=Anniversary()
)


@pytest.mark.parametrize(
    ("says", "known_for", "codes"),
    [
        ("1990-{}", 60, ["moment"]),
        ("1990-{}", 10, ["said_late"]),
        ("yesterday, or {}", 60, []),
    ],
)
def test_given_a_birthday_in_the_store_when_it_comes_then_it_is_kept_once_unless_it_was_written_down_for_it(
    inside: Practice, says: str, known_for: int, codes: list[str]
) -> None:
    inside.policy(BORN)
    customer = with_a_day(inside, ahead=100)
    now = inside.world.clock.now()
    day = f"{local(merchant(inside), now).date() + 8 * DAY:%m-%d}"
    said_at = (now + 8 * DAY - known_for * DAY).isoformat()
    inside.call(f"/town/customers/{customer}/birthday", {"value": says.format(day), "said_at": said_at})

    looked(inside)
    inside.later(86_400)
    looked(inside)

    assert [code for subject, code in told(inside, "birthday")] == codes
    assert len(cards(inside)) == codes.count("moment")


def test_given_two_days_of_one_customer_when_they_come_round_in_one_night_then_one_kindness_is_enough(
    inside: Practice,
) -> None:
    inside.policy(replace(BORN, anniversary=YEARLY, moments=Moments(cooldown_days=60)))
    customer, now = with_a_day(inside), inside.world.clock.now()
    day = f"{local(merchant(inside), now).date() + 8 * DAY:%m-%d}"
    known = {"value": f"1990-{day}", "said_at": (now - 60 * DAY).isoformat()}
    inside.call(f"/town/customers/{customer}/birthday", known)

    looked(inside)

    assert [rule for _, rule, _ in cards(inside)] == ["anniversary"]
    assert [code for _, code in told(inside, "birthday")] == ["cool_down"]


MAKES_GOOD = replace(POLICY, recovery=Recovery(mode=Mode.AUTO), anniversary=Anniversary())


def waited_for(inside: Practice, *, days: int = 12) -> tuple[int, int]:
    """Return a customer and their order, which left at once and has been on its way for so many days."""
    inside.policy(MAKES_GOOD)
    customer = stranger(inside)
    order = inside.order(customer_id=customer, amount="30.00")
    inside.call(f"/town/orders/{order}/fulfil", {"step": "send", "announce": "lose"})
    inside.deliver(order)
    inside.drain()
    for _ in range(days):
        inside.later(86_400)
        inside.call(f"/town/orders/{order}/fulfil", {"step": "travel", "announce": "lose"})
        looked(inside)
    return customer, order


def test_given_a_parcel_that_is_late_when_it_has_arrived_then_something_good_comes_and_not_before(
    inside: Practice,
) -> None:
    customer, order = waited_for(inside)
    assert cards(inside) == []

    inside.call(f"/town/orders/{order}/fulfil", {"step": "deliver", "announce": "lose"})
    for _ in range(2):
        inside.later(86_400)
        looked(inside)

    assert cards(inside) == [(customer, "recovery", f"moment:customer-{customer}:recovery:{order}")]
    assert list(told(inside, "recovery")) == [(f"customer:{customer}", "moment")]


def test_given_a_parcel_that_came_late_while_the_rule_watched_when_it_is_switched_on_then_it_brings_nothing(
    inside: Practice,
) -> None:
    inside.policy(replace(MAKES_GOOD, recovery=Recovery(mode=Mode.OBSERVE)))
    customer = stranger(inside)
    old, new = (inside.order(customer_id=each, amount="30.00") for each in (customer, stranger(inside)))
    for order in (old, new):
        inside.call(f"/town/orders/{order}/fulfil", {"step": "send", "announce": "lose"})
        inside.deliver(order, key=f"paid-{order}")
    inside.drain()
    now = inside.world.clock.now()
    with unit_of_work(inside.world.sessions) as session:
        known = {"shop_id": inside.shop_id, "ordered_at": now - 20 * DAY}
        session.add(LateOrder(order_id=old, arrived_at=now - 3 * DAY, **known))

    desk.set_mode(inside.world, merchant(inside), "recovery", Mode.AUTO)
    with unit_of_work(inside.world.sessions) as session:
        session.add(LateOrder(order_id=new, arrived_at=now + DAY / 2, **known))
    inside.later(86_400)
    looked(inside)

    assert [row.order_id for row in inside.effects("send_gift")] == [new]


def test_given_a_mistake_made_good_when_its_ticket_is_open_then_nothing_comes_until_it_is_solved(
    inside: Practice,
) -> None:
    inside.policy(MAKES_GOOD)
    customer = stranger(inside)
    order = inside.order(customer_id=customer, amount="30.00")
    inside.call(f"/town/orders/{order}/fulfil", {"step": "send", "announce": "lose"})
    inside.deliver(order)
    ticket = inside.call("/town/tickets", {"customer_id": customer, "subject": "Broken"})["ticket_id"]
    inside.drain()
    inside.press(ticket, "refund_keep", amount="5.00")
    inside.drain()
    with unit_of_work(inside.world.sessions) as session:
        made_good = update(Effect).where(Effect.kind == "refund_order")
        session.execute(made_good.values(reason=Reason.OUR_MISTAKE))

    looked(inside)
    assert list(told(inside, "recovery")) == [(f"customer:{customer}", "promise_open")]
    solved = f"{inside.town}/gorgias/practice/api/tickets/{ticket}"
    assert requests.put(solved, json={"status": "closed"}, auth=(API_USER, API_KEY), timeout=30).ok
    inside.later(86_400)
    looked(inside)

    assert cards(inside) == [(customer, "recovery", f"moment:customer-{customer}:recovery:{order}")]
