"""What a rule's usual day is, and from where on it stops itself."""

import pytest

from app.domain.decisions import Decision
from app.domain.effects import Pool
from app.domain.policy import Brake
from app.domain.rules import brake
from app.domain.rules.brake import Load
from tests.builders import gift_line, mark, note, planned, refund, tag, usd

BRAKE = Brake(times=3, least_deeds=10, least_minor=50_00)


def decision(*effects: object, rule: str = "nth_order_gift") -> Decision:
    plans = tuple(planned(each, cost=usd(8_00), pool=Pool.GIFTS) for each in effects)  # type: ignore[arg-type]
    return Decision(rule=rule, subject="order:1001", code="gift", because="because", plans=plans)


def test_given_days_of_all_kinds_when_asked_for_the_usual_one_then_it_is_the_middle_one_at_work() -> None:
    days = [Load(deeds=9, minor=900), Load(), Load(deeds=2, minor=50), Load(deeds=4, minor=100), Load()]

    assert brake.usual(days) == Load(deeds=4, minor=100)


def test_given_a_rule_that_never_did_anything_when_asked_for_the_usual_day_then_there_is_none() -> None:
    assert brake.usual([Load(), Load()]) == Load()


@pytest.mark.parametrize(
    ("usual", "most"),
    [
        (Load(), Load(deeds=10, minor=50_00)),
        (Load(deeds=3, minor=10_00), Load(deeds=10, minor=50_00)),
        (Load(deeds=40, minor=320_00), Load(deeds=120, minor=960_00)),
    ],
)
def test_given_a_usual_day_when_asked_for_the_most_then_it_is_three_times_that_and_never_below_the_floor(
    usual: Load, most: Load
) -> None:
    assert brake.most(usual, BRAKE) == most


def test_given_a_decision_when_weighed_then_what_a_customer_sees_counts_and_what_only_tells_of_it_does_not() -> None:
    assert brake.load(decision(gift_line(), note())) == Load(deeds=1, minor=8_00)
    assert brake.load(decision(tag(), mark())) == Load(deeds=1, minor=8_00)


def test_given_an_agents_act_when_weighed_then_it_weighs_nothing() -> None:
    assert brake.load(decision(refund(), rule="refund_keep")) == Load()


def test_given_a_rule_that_stopped_when_its_plans_wait_then_words_among_colleagues_do_not() -> None:
    assert [brake.waits(planned(each)).ask_first for each in (gift_line(), note())] == [brake.STOPPED, None]
