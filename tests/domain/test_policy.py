"""What a merchant gets without deciding anything."""

from dataclasses import replace

import pytest

from app.domain.moments import RULES as MOMENTS
from app.domain.policy import Mode, Policy, TeamGestures
from tests.builders import auto_policy

RULES = ("special_customer", "nth_order_gift", *MOMENTS, "refund_keep", "flowers")


@pytest.mark.parametrize("rule", RULES)
def test_given_a_fresh_shop_when_asked_then_every_rule_only_observes(rule: str) -> None:
    assert Policy().mode_of(rule) is Mode.OBSERVE


@pytest.mark.parametrize("rule", RULES)
def test_given_everything_switched_on_when_asked_then_every_rule_acts(rule: str) -> None:
    moments = {name: replace(moment, mode=Mode.AUTO) for name, moment in Policy().by_moment.items()}

    assert auto_policy(**moments).mode_of(rule) is Mode.AUTO


def test_given_refunds_switched_on_when_flowers_are_asked_then_they_still_observe() -> None:
    policy = Policy(team=TeamGestures(refund_mode=Mode.AUTO))

    assert policy.mode_of("flowers") is Mode.OBSERVE


def test_given_an_unknown_rule_when_asked_then_nobody_guesses() -> None:
    with pytest.raises(KeyError):
        Policy().mode_of("free_money")
