"""Who is in which trial: as they entered it, wherever they go."""

from dataclasses import replace

import pytest

from app.domain.decisions import Decision, Place
from app.domain.paid import Bought, Given, Member
from app.domain.policy import Trial
from app.store import care, orders, people, trials
from app.store.base import Session, Sessions, unit_of_work
from app.store.shops import Merchant
from tests.builders import DAY, NOON, gift_line, order, planned, usd
from tests.store.bookkeeping import finish, plan

TRIAL = Trial(rule="nth_order_gift", percent=10, edition=2)
RULE = TRIAL.rule


def entered(customer_id: int, *, held_out: bool = False, edition: int = 2) -> Decision:
    place = Place(edition=edition, customer_id=customer_id, held_out=held_out)
    return Decision(rule=RULE, subject=f"customer:{customer_id}", code="gift", because="Kind.", place=place)


def enter(session: Session, shop: Merchant, *decided: Decision, days: int = 0) -> None:
    trials.enter(session, shop_id=shop.id, decided=decided, now=NOON + days * DAY)


def members(session: Session, shop: Merchant, trial: Trial = TRIAL) -> list[Member]:
    return sorted(trials.members(session, shop_id=shop.id, trial=trial, now=NOON))


def test_given_somebody_in_a_trial_when_they_are_decided_about_again_then_they_stay_as_they_entered(
    sessions: Sessions, shop: Merchant
) -> None:
    with unit_of_work(sessions) as session:
        enter(session, shop, entered(55), entered(56, held_out=True))
        enter(session, shop, entered(55, held_out=True), entered(56), days=3)

        assert members(session, shop) == [Member(55, False, NOON), Member(56, True, NOON)]
        assert trials.held_out(session, shop_id=shop.id, trial=TRIAL) == {56}


def test_given_another_edition_when_asked_about_then_it_has_people_of_its_own(
    sessions: Sessions, shop: Merchant
) -> None:
    with unit_of_work(sessions) as session:
        enter(session, shop, entered(55), entered(56, edition=1))

        assert [each.customer_id for each in members(session, shop, replace(TRIAL, edition=1))] == [56]


def test_given_no_trial_any_more_when_asked_who_is_held_out_then_it_is_nobody(
    sessions: Sessions, shop: Merchant
) -> None:
    with unit_of_work(sessions) as session:
        enter(session, shop, entered(56, held_out=True))

        assert trials.held_out(session, shop_id=shop.id, trial=replace(TRIAL, percent=0)) == frozenset()


def test_given_a_hard_time_or_somebody_let_alone_when_asked_who_is_in_then_they_have_left(
    sessions: Sessions, shop: Merchant
) -> None:
    with unit_of_work(sessions) as session:
        for number, customer in enumerate((55, 56, 57)):
            orders.record(session, shop_id=shop.id, order=order(id=1001 + number, customer_id=customer))
        enter(session, shop, entered(55), entered(56, held_out=True), entered(57))
        care.mark_sensitive(session, shop_id=shop.id, customer_id=55, until=NOON + DAY, now=NOON)
        orders.let_alone(session, shop_id=shop.id, customer_id=56, since=NOON)

        assert [each.customer_id for each in members(session, shop)] == [57]


def test_given_members_when_their_orders_are_asked_for_then_those_that_count_are_told(
    sessions: Sessions, shop: Merchant
) -> None:
    with unit_of_work(sessions) as session:
        for number, changes in enumerate(
            ({}, {"counted": False}, {"customer_id": 99}, {"processed_at": NOON - 30 * DAY})
        ):
            orders.record(session, shop_id=shop.id, order=order(id=1001 + number, **changes))
        enter(session, shop, entered(55))

        since = NOON - 10 * DAY
        found = trials.bought(session, shop_id=shop.id, trial=TRIAL, since=since)
        assert found == [Bought(55, order().processed_at, 50_00)]


def test_given_deeds_of_the_rule_when_their_costs_are_asked_for_then_those_done_are_told(
    sessions: Sessions, shop: Merchant
) -> None:
    with unit_of_work(sessions) as session:
        enter(session, shop, entered(55))
        for rule, number in ((RULE, 1), (RULE, 2), ("flowers", 3)):
            gift = planned(gift_line(order_id=number, customer_id=55), cost=usd(8_00))
            deed = plan(session, shop, gift, rule=rule)
            if number != 2:
                finish(session, shop, deed)

        assert trials.given(session, shop_id=shop.id, trial=TRIAL) == [Given(55, NOON, 8_00)]


@pytest.mark.parametrize(
    ("there", "found"),
    [
        ((entered(55),), [(56, False)]),
        ((entered(55), entered(56, held_out=True)), [(56, True)]),
        ((entered(56),), [(56, False)]),
    ],
    ids=["the place goes along", "who is kept has one", "only who is kept has one"],
)
def test_given_two_customers_who_are_one_when_merged_then_they_have_one_place(
    sessions: Sessions, shop: Merchant, there: tuple[Decision, ...], found: list[tuple[int, bool]]
) -> None:
    with unit_of_work(sessions) as session:
        enter(session, shop, *there)
        people.rehome(session, shop_id=shop.id, kept=56, deleted=55, now=NOON)

        assert [(each.customer_id, each.held_out) for each in members(session, shop)] == found


def test_given_a_deleted_customer_when_asked_who_is_in_then_they_never_were(sessions: Sessions, shop: Merchant) -> None:
    with unit_of_work(sessions) as session:
        orders.record(session, shop_id=shop.id, order=order())
        enter(session, shop, entered(55))
        orders.orphan(session, shop_id=shop.id, customer_id=55)

        assert members(session, shop) == []
