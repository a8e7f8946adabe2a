"""A pause between two treats: across agents, tickets and rules, and never for what makes good."""

from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from app.domain.agents import Member, Reason, Role
from app.domain.decisions import Decision
from app.domain.effects import WriteCard
from app.domain.events import Act, Proof
from app.domain.facts import Treat
from app.domain.policy import NthOrderGift, Policy, TeamGestures
from app.domain.rules import nth_order_gift, on_action
from tests.builders import CANDLE, DAY, NOON, action, agent_facts, flowers, gift_history, gift_line, order_facts

NINE = datetime(2026, 11, 21, 9, tzinfo=ZoneInfo("America/New_York"))
SAMS = Treat(effect=flowers(agent_name="Sam Rivera"), by="Sam Rivera", at=NINE - 20 * DAY)
TEAM = TeamGestures(cooldown_days=60)


def pressed(
    act: Act = Act.FLOWERS, team: TeamGestures = TEAM, *, said: dict[str, Any] | None = None, **facts: Any
) -> Decision:
    known = {"treat": SAMS} | facts
    pressed = action(act, proof=Proof.SIGNED_IN, **(said or {}))
    (decision,) = on_action(pressed, agent_facts(**known), Policy(team=team), NOON, NINE)
    return decision


def asks(decision: Decision) -> str | None:
    return decision.plans[-1].ask_first


def test_given_a_treat_of_a_colleagues_when_another_is_pressed_then_a_lead_is_asked_and_reads_whose_and_when() -> None:
    because = "Ask a lead: Sam Rivera gave them flowers on 1 November 2026, less than 60 days away."

    assert asks(pressed()) == because


def test_given_a_treat_by_a_rule_when_another_is_pressed_then_it_says_what_it_was() -> None:
    mug = Treat(effect=gift_line(), by="", at=NINE - 20 * DAY)

    assert "a rule gave them a gift (Mug) on 1 November 2026" in (asks(pressed(treat=mug)) or "")


def test_given_a_card_of_a_colleagues_when_another_is_pressed_then_it_says_so_and_another_card_asks_as_well() -> None:
    card = WriteCard(order_id=1, order_name="#1", customer_id=55, message="", ticket_id="42", agent_name="Sam Rivera")
    written = replace(SAMS, effect=card)

    assert "Sam Rivera gave them a card on 1 November 2026" in (asks(pressed(treat=written)) or "")
    assert asks(pressed(Act.CARD, said={"message": "Thank you for the lovely letter."})) is not None


def test_given_a_treat_that_is_still_to_come_when_another_is_pressed_then_it_says_that_it_will() -> None:
    coming = replace(SAMS, at=NINE + 14 * DAY)

    assert "Sam Rivera gives them flowers on 5 December 2026" in (asks(pressed(treat=coming)) or "")


@pytest.mark.parametrize(("days", "asked"), [(59, True), (60, False), (61, False)])
def test_given_a_treat_when_its_pause_is_over_then_nobody_is_asked(days: int, asked: bool) -> None:
    assert (asks(pressed(treat=replace(SAMS, at=NINE - days * DAY))) is not None) is asked


def test_given_no_pause_when_something_is_still_to_come_then_agents_and_rules_go_on() -> None:
    coming = NINE + 14 * DAY
    facts = order_facts(history=gift_history(last_treat_at=coming))

    assert asks(pressed(team=replace(TEAM, cooldown_days=0), treat=replace(SAMS, at=coming))) is None
    assert nth_order_gift.decide(facts, NthOrderGift(variants=(CANDLE,), cooldown_days=0), NOON).code == "gift"


@pytest.mark.parametrize("team", [replace(TEAM, cooldown_days=0), replace(TEAM, cooldown_days=20)])
def test_given_another_pause_in_the_settings_when_pressed_then_that_one_is_kept(team: TeamGestures) -> None:
    assert asks(pressed(team=team)) is None


MAKES_GOOD: list[dict[str, Any]] = [
    {"compassion": True},
    {"reason": Reason.OUR_MISTAKE},
    {"reason": Reason.HARD_TIME},
]


@pytest.mark.parametrize("said", MAKES_GOOD, ids=str)
def test_given_what_makes_good_when_pressed_then_no_pause_is_kept(said: dict[str, Any]) -> None:
    assert asks(pressed(said=said)) is None


def test_given_another_reason_when_pressed_then_the_pause_is_kept() -> None:
    assert asks(pressed(said={"reason": Reason.MILESTONE})) is not None


def test_given_a_treat_when_a_refund_is_pressed_then_it_is_no_treat() -> None:
    assert asks(pressed(Act.REFUND_KEEP)) is None


def test_given_a_lead_when_they_give_another_treat_then_they_read_of_the_first_and_go_on() -> None:
    lead = Member(id=7, active=True, role=Role.LEAD)

    decision = pressed(member=lead)

    assert asks(decision) is None
    assert "Sam Rivera gave them flowers on 1 November 2026" in decision.because


def test_given_a_button_that_bears_a_leads_name_when_pressed_then_a_lead_is_asked() -> None:
    lead = Member(id=7, active=True, role=Role.LEAD)
    (decision,) = on_action(action(Act.FLOWERS), agent_facts(treat=SAMS, member=lead), Policy(team=TEAM), NOON, NINE)

    assert asks(decision) is not None


@pytest.mark.parametrize(("days", "code"), [(59, "cool_down"), (60, "gift")])
def test_given_a_treat_by_the_team_when_a_gift_is_due_then_the_rule_keeps_its_pause_as_well(
    days: int, code: str
) -> None:
    policy = NthOrderGift(variants=(CANDLE,), cooldown_days=60)
    facts = order_facts(history=gift_history(last_treat_at=NOON - days * DAY))

    assert nth_order_gift.decide(facts, policy, NOON).code == code
