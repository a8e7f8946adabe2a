"""The answer to a command that is not done."""

from dataclasses import replace

import pytest

from app.domain.effects import Plan, PostNote
from app.domain.policy import Mode, Policy, TeamGestures
from app.domain.rules import typed
from tests.builders import NOON

WATCH, ASK = Mode.OBSERVE, Mode.APPROVE


@pytest.mark.parametrize(
    ("refunds", "flowers", "rule"),
    [(WATCH, WATCH, "refund_keep"), (WATCH, ASK, "flowers"), (ASK, WATCH, "refund_keep"), (ASK, ASK, "refund_keep")],
)
def test_given_agents_acts_of_different_modes_when_answered_then_it_goes_as_far_as_the_furthest_of_them(
    refunds: Mode, flowers: Mode, rule: str
) -> None:
    policy = replace(Policy(), team=TeamGestures(refund_mode=refunds, flowers_mode=flowers))

    decision = typed.answer("42", "7", typed.HELP, "So it is done:\nlike this", policy, NOON)

    note = PostNote(ticket_id="42", text="So it is done:\nlike this", about="command_help:7")
    assert (decision.rule, decision.code, decision.because) == (rule, typed.HELP, "So it is done:")
    assert decision.plans == (Plan(effect=note, due_at=NOON),)
