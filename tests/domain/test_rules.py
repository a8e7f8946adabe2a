"""Which rules look at which event."""

import pytest

from app.domain.events import Act
from app.domain.facts import OrderFacts, TicketFacts
from app.domain.rules import on_action, on_order, on_ticket
from tests.builders import NOON, action, agent_facts, auto_policy, order_facts, standing, yardstick


def test_given_an_order_when_decided_then_the_parcel_and_the_standing_are_looked_at() -> None:
    assert rules(order_facts()) == ["nth_order_gift", "special_customer"]


@pytest.mark.parametrize("missing", ["standing", "yardstick"])
def test_given_no_standing_or_no_measure_when_an_order_comes_then_only_the_parcel_is_looked_at(missing: str) -> None:
    assert rules(order_facts(**{missing: None})) == ["nth_order_gift"]


def test_given_a_ticket_when_opened_then_its_customer_is_greeted() -> None:
    facts = TicketFacts(standing=standing(special=True), yardstick=yardstick())

    (decision,) = on_ticket("42", facts, auto_policy(), NOON)

    assert decision.code == "greeted"


@pytest.mark.parametrize(
    ("act", "rule", "code"),
    [
        (Act.REFUND_KEEP, "refund_keep", "refund"),
        (Act.FLOWERS, "flowers", "flowers"),
        (Act.WITHDRAW_FLOWERS, "flowers", "nothing_to_withdraw"),
    ],
)
def test_given_an_agents_press_when_decided_then_the_rule_of_that_button_answers(
    act: Act, rule: str, code: str
) -> None:
    (decision,) = on_action(action(act), agent_facts(), auto_policy(), NOON, NOON)

    assert (decision.rule, decision.code) == (rule, code)


@pytest.mark.parametrize("act", Act)
def test_given_any_decision_when_made_then_the_policy_knows_the_mode_of_its_rule(act: Act) -> None:
    (decision,) = on_action(action(act), agent_facts(), auto_policy(), NOON, NOON)

    assert auto_policy().mode_of(decision.rule)


def rules(facts: OrderFacts) -> list[str]:
    return [decision.rule for decision in on_order(facts, auto_policy(), NOON)]
