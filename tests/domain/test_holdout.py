"""Who is held out of a rule: by lot, for good, and never where it would hurt."""

from dataclasses import replace

import pytest

from app.domain.decisions import Decision
from app.domain.effects import TakeBackGiftLine
from app.domain.facts import OrderFacts
from app.domain.moments import RECOVERY
from app.domain.moments import RULES as MOMENTS
from app.domain.policy import Policy, Trial
from app.domain.rules import holdout, nth_order_gift, on_order, special_customer
from tests.builders import (
    DAY,
    NOON,
    auto_policy,
    gift_history,
    gift_line,
    order,
    order_facts,
    planned,
    standing,
    usd,
)

RULES = (nth_order_gift.RULE, special_customer.RULE, *(rule for rule in MOMENTS if rule != RECOVERY))


def tried(percent: int = 10, salt: str = "a", rule: str = nth_order_gift.RULE) -> Policy:
    return auto_policy(trials=(Trial(rule=rule, percent=percent, edition=3, salt=salt),))


def drawn(percent: int, salt: str, rule: str = nth_order_gift.RULE) -> set[int]:
    """Return on whom of a thousand the lot falls."""
    trial = Trial(rule=rule, percent=percent, salt=salt)
    return {number for number in range(1000) if holdout.held_out(trial, standing(customer_id=number))}


def decided(facts: OrderFacts, policy: Policy) -> dict[str, Decision]:
    return {each.rule: each for each in on_order(facts, policy, NOON)}


EVERYBODY = tried(100)


@pytest.mark.parametrize("percent", [1, 10, 50])
def test_given_a_share_when_many_are_drawn_then_about_so_many_are_held_out(percent: int) -> None:
    assert abs(len(drawn(percent, "a")) - 10 * percent) < 50


def test_given_the_same_trial_when_drawn_again_then_the_lot_falls_the_same_way() -> None:
    assert drawn(10, "a") == drawn(10, "a")


def test_given_a_trial_that_runs_when_another_process_draws_then_the_lot_falls_on_the_same_people() -> None:
    assert sorted(drawn(1, "a")) == [192, 381, 415, 488, 507, 535, 655, 684, 745, 953]


@pytest.mark.parametrize(("salt", "rule"), [("b", nth_order_gift.RULE), ("a", special_customer.RULE)])
def test_given_another_edition_or_rule_when_drawn_then_the_lot_falls_otherwise(salt: str, rule: str) -> None:
    both = drawn(50, "a") & drawn(50, salt, rule)

    assert 150 < len(both) < 350  # of those held out once, half are again


def test_given_nobody_is_to_be_held_out_when_drawn_then_nobody_is() -> None:
    assert drawn(0, "a") == set()


def test_given_a_gift_that_is_due_when_its_customer_is_held_out_then_nothing_is_planned_and_the_why_is_told() -> None:
    decision = decided(order_facts(), EVERYBODY)[nth_order_gift.RULE]

    assert (decision.code, decision.plans) == ("held_out", ())
    assert "order number 4" in decision.because
    assert decision.place is not None
    assert (decision.place.customer_id, decision.place.edition, decision.place.held_out) == (55, 3, True)


def test_given_a_gift_that_is_due_when_its_customer_is_not_held_out_then_it_goes_along_and_is_followed() -> None:
    policy = tried(50, salt=next(salt for salt in "abcdefgh" if 55 not in drawn(50, salt)))
    without = decided(order_facts(), auto_policy())[nth_order_gift.RULE]

    decision = decided(order_facts(), policy)[nth_order_gift.RULE]

    assert replace(decision, place=None) == without
    assert decision.place is not None
    assert not decision.place.held_out


def test_given_a_mark_that_is_due_when_its_customer_is_held_out_then_it_does_not_go_on() -> None:
    facts = order_facts(standing=standing(net=usd(150_00)))

    decision = decided(facts, tried(100, rule=special_customer.RULE))[special_customer.RULE]

    assert (decision.code, decision.special, decision.plans) == ("held_out", None, ())


@pytest.mark.parametrize(
    "facts",
    [
        order_facts(history=gift_history(ordinal=3)),
        order_facts(order=order(risky=True)),
        order_facts(order=order(cancelled=True), history=gift_history(given_here=True)),
    ],
    ids=["not its turn", "refused anyway", "on its way back"],
)
def test_given_nothing_that_the_rule_would_give_when_decided_then_nobody_enters_the_trial(facts: OrderFacts) -> None:
    assert decided(facts, EVERYBODY) == decided(facts, auto_policy())


@pytest.mark.parametrize(
    ("who", "code"),
    [
        (standing(sensitive_until=NOON + DAY), "sensitive"),
        (standing(let_alone=True), "opted_out"),
    ],
)
def test_given_somebody_in_a_hard_time_or_let_alone_when_decided_then_they_are_in_no_trial(
    who: object, code: str
) -> None:
    decision = decided(order_facts(standing=who), EVERYBODY)[nth_order_gift.RULE]

    assert (decision.code, decision.place) == (code, None)


def test_given_a_hard_time_when_a_mark_is_due_then_it_goes_on_and_nothing_is_tried() -> None:
    facts = order_facts(standing=standing(net=usd(150_00), sensitive_until=NOON + DAY))

    decision = decided(facts, tried(100, rule=special_customer.RULE))[special_customer.RULE]

    assert (decision.code, decision.place) == ("entered", None)


def test_given_a_mark_that_is_still_out_when_it_is_due_again_then_its_customer_is_not_held_out() -> None:
    facts = order_facts(standing=standing(net=usd(150_00), marked=True, changes=2))

    decision = decided(facts, tried(100, rule=special_customer.RULE))[special_customer.RULE]

    assert (decision.code, decision.place) == ("entered", None)


@pytest.mark.parametrize("rule", ["refund_keep", "flowers", "recovery"])
def test_given_what_makes_good_or_a_person_does_when_a_trial_is_asked_for_then_there_is_none(rule: str) -> None:
    with pytest.raises(ValueError, match="cannot be held out"):
        holdout.begun(auto_policy(), rule, 10, salt="a", now=NOON)
    kind = Decision(rule=rule, subject="customer:55", code="refund", because="Kind.")
    assert holdout.drawn(kind, tried(100, rule=rule), standing(), NOON) == kind


def test_given_every_rule_with_a_trial_when_named_then_it_is_one_that_there_is() -> None:
    assert set(holdout.RULES) == {*RULES}


def test_given_a_trial_when_its_share_is_changed_then_another_edition_begins_and_others_stay() -> None:
    first = holdout.begun(auto_policy(), "nth_order_gift", 10, salt="a", now=NOON)
    both = holdout.begun(first, "special_customer", 5, salt="s", now=NOON)

    second = holdout.begun(both, "nth_order_gift", 20, salt="b", now=NOON + DAY)

    assert second.trial_of("nth_order_gift") == Trial(
        rule="nth_order_gift", percent=20, edition=2, salt="b", began_at=NOON + DAY
    )
    assert second.trial_of("special_customer") == both.trial_of("special_customer")


def test_given_a_trial_when_its_share_stays_then_it_goes_on() -> None:
    first = holdout.begun(auto_policy(), "nth_order_gift", 10, salt="a", now=NOON)

    assert holdout.begun(first, "nth_order_gift", 10, salt="b", now=NOON + DAY) == first


def test_given_a_trial_when_ended_then_nobody_is_held_out_and_what_was_found_stays_its_own() -> None:
    first = holdout.begun(auto_policy(), "nth_order_gift", 50, salt="a", now=NOON)

    over = holdout.begun(first, "nth_order_gift", 0, salt="b", now=NOON + DAY)

    trial = over.trial_of("nth_order_gift")
    assert (trial.percent, trial.edition, trial.ended_at) == (0, 1, NOON + DAY)
    assert decided(order_facts(), over) == decided(order_facts(), auto_policy())
    assert holdout.begun(over, "nth_order_gift", 0, salt="c", now=NOON + 2 * DAY) == over


@pytest.mark.parametrize("percent", [-1, 51, 100])
def test_given_a_share_that_is_none_when_asked_for_then_it_is_refused(percent: int) -> None:
    with pytest.raises(ValueError, match="cannot be held out"):
        holdout.begun(auto_policy(), "nth_order_gift", percent, salt="a", now=NOON)


def test_given_a_gift_instead_of_an_earlier_one_when_its_customer_is_held_out_then_the_earlier_goes_all_the_same() -> (
    None
):
    back = TakeBackGiftLine(
        order_id=1000, order_name="#1000", customer_id=55, variant_id=7001, title="Mug", undoes="gift:1000"
    )
    given = planned(gift_line())
    decision = Decision(
        rule=nth_order_gift.RULE,
        subject="order:1001",
        code="gift",
        because="It is order number 4.",
        plans=(given, planned(back)),
        withdraw=("gift:999",),
    )

    out = holdout.weighed(decision, EVERYBODY, standing(), NOON)

    assert (out.code, [plan.effect for plan in out.plans]) == ("held_out", [back])
    assert (out.withdraw, out.special, out.changes_anything) == (("gift:999",), None, True)
