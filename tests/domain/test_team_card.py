"""The card that an agent wants written: their words and name, its price set aside, and once a ticket."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from app.domain.decisions import Decision
from app.domain.effects import Plan, Pool, PostNote, WriteCard
from app.domain.events import Act, Proof
from app.domain.facts import AgentFacts
from app.domain.gifts import Letters, Paper
from app.domain.policy import Policy
from app.domain.rules import on_action, still_wanted
from tests.builders import NOON, action, agent_facts, order, usd

WORDS = "  Thank you   for the picture.\n\nIt hangs in our kitchen. "
POLICY = Policy()
HAND = Paper(characters=400, letters=Letters.DRAWN)


def decided(facts: AgentFacts | None = None, **changes: Any) -> Decision:
    pressed = action(Act.CARD, **({"message": WORDS, "proof": Proof.SIGNED_IN} | changes))
    (decision,) = on_action(pressed, replace(facts or agent_facts(), paper=HAND), POLICY, NOON, NOON)
    return decision


def written(decision: Decision) -> tuple[WriteCard, Plan]:
    (plan,) = decision.plans
    assert isinstance(plan.effect, WriteCard), decision.because
    return plan.effect, plan


def test_given_words_when_a_card_is_wanted_then_it_bears_them_and_the_first_name_and_its_price_is_set_aside() -> None:
    decision = decided()
    card, plan = written(decision)

    assert card.message == "Thank you for the picture.\n\nIt hangs in our kitchen.\nRobin"
    assert (card.order_name, card.ticket_id, card.key) == ("#1001", "42", "card:42")
    assert (plan.cost, plan.pool, plan.due_at) == (usd(6_00), Pool.TEAM, NOON + timedelta(minutes=10))
    assert f"{len(card.message)} of 400 characters" in decision.because


@pytest.mark.parametrize(
    ("facts", "changes", "code"),
    [
        ({}, {"message": None}, "card_words"),
        ({}, {"message": "Dear {name}"}, "card_words"),
        ({}, {"message": "SAVE10 for you"}, "card_words"),
        ({}, {"message": "y" * 400}, "card_words"),  # with the name it is too long
        ({"order": None}, {}, "no_order"),
        ({"trouble": "#1001 has no delivery address."}, {}, "no_order"),
        ({"live": (6_00,)}, {}, "already"),
    ],
    ids=str,
)
def test_given_what_stands_in_the_way_when_a_card_is_wanted_then_it_says_which_and_none_is_written(
    facts: dict[str, Any], changes: dict[str, Any], code: str
) -> None:
    decision = decided(agent_facts(**facts), **changes)

    assert decision.code == code
    assert [type(plan.effect) for plan in decision.plans] == [PostNote]


def test_given_a_card_from_this_ticket_when_another_is_meant_then_it_is_another_deed() -> None:
    assert written(decided(agent_facts(live=(6_00,)), confirm="1a2b"))[0].key == "card:42:1a2b"


def test_given_presses_too_quick_for_a_person_when_a_card_is_wanted_then_a_lead_is_asked() -> None:
    assert "Was it a person?" in str(written(decided(agent_facts(presses=99)))[1].ask_first)


def test_given_an_order_that_cannot_be_read_when_the_hour_comes_then_nobody_is_asked_to_write_to_it() -> None:
    assert still_wanted.card(order()) is None
    assert (still_wanted.card(None) or ("",))[0] == "gone"
