"""Whose moment it is, and what they were given for it before, by the books alone."""

from datetime import datetime
from typing import Any

import pytest

from app.domain.agents import Reason
from app.domain.facts import Given
from app.domain.moments import Shipment
from app.store import late_orders, moments, orders
from app.store.base import Sessions, unit_of_work
from app.store.moments import OnTheWay
from app.store.shops import Merchant
from app.store.tables import Effect
from app.store.undoing import TAKEN_BACK
from tests.builders import DAY, HOUR, NOON, flowers, gift_line, order, paid, planned, present, usd
from tests.store.ledger_steps import GIVEN, Steps, into

CARD = present(ticket_id=None, occasion="birthday:2026")


def bought(sessions: Sessions, shop: Merchant, order_id: int, at: datetime, **changes: Any) -> None:
    with unit_of_work(sessions) as session:
        made = order(id=order_id, processed_at=at, updated_at=at, **changes)
        orders.record(session, shop_id=shop.id, order=made)


def known(steps: Steps, occasion: str = "birthday:2026", rule: str = "birthday") -> Given:
    with unit_of_work(steps.sessions) as session:
        found = moments.given(
            session, shop_id=steps.shop_id, rule=rule, occasions={55: occasion}, day_start=NOON - 12 * HOUR
        )
    return found[55]


def test_given_first_orders_when_a_span_is_asked_for_then_its_own_come_who_ordered_lately_the_best_first(
    sessions: Sessions, shop: Merchant
) -> None:
    long_ago = NOON - 400 * DAY
    for customer, first, last, cents in (
        (1, long_ago, NOON - DAY, 10_00),
        (2, long_ago + HOUR, NOON - DAY, 90_00),
        (3, long_ago, NOON - 200 * DAY, 10_00),
        (4, long_ago - DAY, NOON - DAY, 10_00),
    ):
        bought(sessions, shop, customer * 10, first, customer_id=customer, net=usd(cents))
        bought(sessions, shop, customer * 10 + 1, last, customer_id=customer)

    asked = {"shop_id": shop.id, "active_since": NOON - 90 * DAY}
    with unit_of_work(sessions) as session:
        span = [(long_ago, long_ago + DAY)]
        found = moments.first_ordered(session, within=span, limit=9, **asked)
        assert found == {2: long_ago + HOUR, 1: long_ago}
        assert list(found) == [2, 1]
        assert list(moments.first_ordered(session, within=span, limit=1, **asked)) == [2]
        assert moments.first_ordered(session, within=[], limit=9, **asked) == {}
        assert moments.oldest_order(session, shop_id=shop.id) == long_ago - DAY


def test_given_an_order_when_asked_for_the_one_before_then_only_what_counted_was_one(
    sessions: Sessions, shop: Merchant
) -> None:
    bought(sessions, shop, 1, NOON - 300 * DAY)
    bought(sessions, shop, 2, NOON - 10 * DAY, counted=False)
    bought(sessions, shop, 3, NOON)
    bought(sessions, shop, 4, NOON - 20 * DAY, customer_id=56)

    with unit_of_work(sessions) as session:
        found = moments.ordered_before(session, shop_id=shop.id, order_ids=[1, 2, 3, 4])

    assert found == {2: NOON - 300 * DAY, 3: NOON - 300 * DAY}


@pytest.mark.parametrize("state", [state for state in GIVEN if state != "awaiting"])
def test_given_something_for_an_occasion_when_asked_again_then_it_was_given_once_and_is_no_other_treat(
    steps: Steps, state: str
) -> None:
    into(steps, state, paid(CARD), rule="birthday")

    here = known(steps)
    assert (here.once, here.last_treat_at, here.today) == (True, None, 1)
    next_year = known(steps, "birthday:2027")
    assert (next_year.once, next_year.last_treat_at) == (False, NOON)


def test_given_what_was_refused_or_taken_back_when_asked_then_its_occasion_is_over_all_the_same(steps: Steps) -> None:
    into(steps, "withdrawn", paid(CARD), rule="birthday")

    assert known(steps) == Given(once=True)


def test_given_what_a_rule_only_watched_when_asked_then_it_was_shown_and_nobody_was_given_anything(
    steps: Steps,
) -> None:
    into(steps, "observed", paid(CARD), rule="birthday")

    assert known(steps) == Given(watched=True)


def test_given_a_card_that_waits_when_asked_then_its_key_is_known(steps: Steps) -> None:
    into(steps, "planned", paid(CARD), rule="birthday")

    assert known(steps).waiting == (CARD.key,)


def test_given_treats_of_any_kind_when_asked_then_the_last_counts_unless_it_made_something_good(steps: Steps) -> None:
    into(steps, "done", paid(flowers(), reason=Reason.OUR_MISTAKE), rule="flowers")
    assert known(steps).last_treat_at is None

    into(steps, "done", planned(gift_line(), cost=usd(8_00)), rule="nth_order_gift")
    assert known(steps).last_treat_at == NOON

    with unit_of_work(steps.sessions) as session:
        session.query(Effect).filter_by(kind="add_gift_line").update({"code": TAKEN_BACK})
    assert known(steps).last_treat_at is None


def test_given_treats_and_a_late_order_when_asked_what_lies_before_a_customer_then_both_are_known(steps: Steps) -> None:
    with unit_of_work(steps.sessions) as session:
        orders.record(session, shop_id=steps.shop_id, order=order())
        late_orders.note(session, shop_id=steps.shop_id, late=[Shipment(order_id=1001, ordered_at=NOON - 20 * DAY)])
    into(steps, "done", paid(flowers(ticket_id="1"), reason=Reason.OUR_MISTAKE), rule="flowers")
    into(steps, "withdrawn", paid(flowers(ticket_id="2")), rule="flowers")
    into(steps, "planned", planned(gift_line(), cost=usd(8_00), due_at=NOON - DAY), rule="nth_order_gift")

    with unit_of_work(steps.sessions) as session:
        found = moments.on_the_way(session, shop_id=steps.shop_id, customer_id=55)
        assert (found.late, found.treated_at, found.birthday) == ("#1001", NOON - DAY, None)
        assert moments.on_the_way(session, shop_id=steps.shop_id, customer_id=1) == OnTheWay()
