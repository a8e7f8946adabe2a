"""A feature whose scope is missing is off, says which one, and nothing else suffers from it."""

import pytest

from app.domain.effects import Effect
from app.domain.policy import NthOrderGift
from app.domain.rules import nth_order_gift, on_action
from app.domain.rules.granted import off, off_for
from app.domain.scopes import NEEDED, Feature
from tests.builders import (
    NOON,
    action,
    agent_facts,
    auto_policy,
    flowers,
    gift_line,
    mark,
    note,
    order_facts,
    refund,
    tag,
)

ALL = frozenset().union(*NEEDED.values())
POLICY = auto_policy()


def test_given_every_scope_when_asked_then_no_feature_is_off() -> None:
    assert [feature for feature in Feature if off(feature, ALL) is not None] == []


def test_given_a_store_that_has_told_nothing_when_asked_then_no_feature_is_off() -> None:
    assert [feature for feature in Feature if off(feature, None) is not None] == []


@pytest.mark.parametrize(
    ("effect", "missing"),
    [(gift_line(), "write_order_edits"), (refund(), "write_orders"), (tag(), "write_customers")],
)
def test_given_a_deed_when_its_scope_is_missing_then_it_is_off_and_says_which(effect: Effect, missing: str) -> None:
    assert off_for(effect, ALL) is None
    assert off_for(effect, ALL - {missing}) == ("not_granted", f"Off: the store has not granted {missing}.")


@pytest.mark.parametrize("effect", [mark(), note(), flowers()])
def test_given_a_deed_that_is_none_of_the_stores_when_no_scope_is_granted_then_it_goes_on(effect: Effect) -> None:
    assert off_for(effect, frozenset()) is None


def test_given_a_gift_that_is_due_when_orders_must_not_be_edited_then_the_decision_says_so() -> None:
    decided = nth_order_gift.decide(order_facts(granted=ALL - {"write_order_edits"}), POLICY.nth_order_gift, NOON)

    assert (decided.code, decided.plans) == ("not_granted", ())
    assert "write_order_edits" in decided.because


def test_given_no_gift_that_is_due_when_orders_must_not_be_edited_then_that_is_not_the_reason() -> None:
    facts = order_facts(granted=frozenset())
    decided = nth_order_gift.decide(facts, NthOrderGift(ordinals=(9,)), NOON)

    assert decided.code == "other_ordinal"


def test_given_a_refund_when_the_store_has_not_granted_it_then_the_agent_reads_why() -> None:
    (decided,) = on_action(action(), agent_facts(granted=ALL - {"write_orders"}), POLICY, NOON, NOON)

    assert decided.code == "not_granted"
    assert [plan.effect.kind for plan in decided.plans] == ["post_note"]
    assert "write_orders" in decided.because
