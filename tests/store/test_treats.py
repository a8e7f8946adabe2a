"""Which treat a customer had last: whoever gave it, and only if it was given or may be, and made nothing good."""

import pytest

from app.domain.agents import Reason
from app.domain.effects import Plan
from app.domain.facts import Treat
from app.store import gifts, treats
from app.store.base import unit_of_work
from app.store.care_tables import Care
from app.store.tables import Effect
from tests.builders import DAY, HOUR, NOON, flowers, gift_line, gift_parcel, paid, planned, refund, tag, usd
from tests.store.ledger_steps import GIVEN, NOT_GIVEN, Steps, into

SINCE = NOON - 60 * DAY


def last(steps: Steps, customer_id: int | None = 55) -> Treat | None:
    with unit_of_work(steps.sessions) as session:
        return treats.latest(session, shop_id=steps.shop_id, customer_id=customer_id, since=SINCE)


def by_rules(steps: Steps) -> object:
    """Return when the rule for gifts would say that somebody else treated the customer."""
    with unit_of_work(steps.sessions) as session:
        known = {"shop_id": steps.shop_id, "rule": "nth_order_gift", "day_start": NOON - DAY}
        return gifts.history(session, order_id=2000, customer_id=55, **known).last_treat_at


@pytest.mark.parametrize(("state", "counts"), [*((s, True) for s in GIVEN), *((s, False) for s in NOT_GIVEN)])
def test_given_flowers_when_looked_up_then_only_what_was_or_may_be_given_is_a_treat_to_agents_and_rules(
    steps: Steps, state: str, counts: bool
) -> None:
    into(steps, state, paid(flowers()), rule="flowers")

    treat = Treat(effect=flowers(), by="Robin Miller", at=NOON)
    assert last(steps) == (treat if counts else None)
    assert by_rules(steps) == (NOON if counts else None)


@pytest.mark.parametrize("effect", [gift_line(), gift_parcel()], ids=lambda effect: effect.kind)
def test_given_a_gift_of_a_rule_when_looked_up_then_it_is_a_treat_to_agents_and_the_rule_counts_its_own(
    steps: Steps, effect: object
) -> None:
    into(steps, "done", planned(effect, cost=usd(8_00)), rule="nth_order_gift")  # type: ignore[arg-type]

    found = last(steps)
    assert found is not None
    assert (found.effect, found.by) == (effect, "")
    assert by_rules(steps) is None


NO_TREATS: list[Plan] = [
    paid(refund()),
    planned(tag()),
    paid(flowers(customer_id=77)),
    paid(flowers(), reason=Reason.OUR_MISTAKE),
    paid(flowers(), reason=Reason.HARD_TIME),
]


@pytest.mark.parametrize("plan", NO_TREATS, ids=lambda plan: f"{plan.effect.kind}-{plan.reason}")
def test_given_what_makes_good_or_is_anothers_when_looked_up_then_it_is_no_treat(steps: Steps, plan: Plan) -> None:
    into(steps, "done", plan)

    assert last(steps) is None
    assert by_rules(steps) is None


def test_given_several_treats_when_looked_up_then_the_latest_day_counts_though_it_is_still_to_come(
    steps: Steps,
) -> None:
    steps.planned(paid(flowers(), due_at=NOON + 14 * DAY), rule="flowers")
    into(steps, "done", planned(gift_line()), rule="nth_order_gift")

    found = last(steps)
    assert found is not None
    assert found.at == NOON + 14 * DAY


def test_given_a_treat_of_long_ago_when_looked_up_then_it_is_over(steps: Steps) -> None:
    steps.planned(paid(flowers(), due_at=SINCE), rule="flowers")

    assert last(steps) is None


def test_given_flowers_in_a_hard_time_when_looked_up_then_they_are_no_treat(steps: Steps) -> None:
    into(steps, "done", paid(flowers()), rule="flowers")
    with unit_of_work(steps.sessions) as session:
        known = {"shop_id": steps.shop_id, "sensitive_since": NOON, "sensitive_until": NOON + HOUR}
        session.add(Care(customer_id=55, **known))
        session.add(Care(customer_id=56, **known | {"sensitive_since": NOON + DAY, "sensitive_until": NOON + 2 * DAY}))
    into(steps, "done", paid(flowers(ticket_id="44", customer_id=56)), rule="flowers")

    assert last(steps) is None
    assert last(steps, 56) is not None


def test_given_a_guest_when_looked_up_then_nothing_is_known(steps: Steps) -> None:
    into(steps, "done", paid(flowers(customer_id=None)), rule="flowers")

    assert last(steps, None) is None


def test_given_a_row_of_another_version_when_looked_up_then_the_one_before_it_counts(steps: Steps) -> None:
    into(steps, "done", paid(flowers()), rule="flowers")
    odd = into(steps, "done", paid(flowers(ticket_id="43")), rule="flowers")
    with unit_of_work(steps.sessions) as session:
        session.get_one(Effect, odd.id).payload = {"kind": "send_flowers"}

    assert last(steps) == Treat(effect=flowers(), by="Robin Miller", at=NOON)
