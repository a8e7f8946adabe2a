"""When a rule is proposed to go one step further, and that nothing less than the figures does it."""

import pytest

from app.domain.policy import Mode
from app.domain.rules.promotion import Answers, next_mode
from tests.builders import DAY, MINUTE, NOON

ASKING = [
    (20, 0, Mode.AUTO),
    (19, 0, None),  # too few answers
    (0, 0, None),
    (19, 1, None),  # 95 % is not more than 95 %
    (20, 1, Mode.AUTO),
    (39, 2, Mode.AUTO),
    (38, 2, None),
    (0, 40, None),
]


@pytest.mark.parametrize(("approved", "declined", "proposed"), ASKING)
def test_given_a_rule_that_asks_when_its_answers_are_looked_at_then_enough_of_them_must_be_yes(
    approved: int, declined: int, proposed: Mode | None
) -> None:
    answers = Answers(approved=approved, declined=declined)

    assert next_mode(Mode.APPROVE, since=NOON - 7 * DAY, now=NOON, answers=answers, would_have=0) is proposed


def test_given_good_answers_when_the_week_is_not_over_then_nothing_is_proposed() -> None:
    answers = Answers(approved=100)

    assert next_mode(Mode.APPROVE, since=NOON - 7 * DAY + MINUTE, now=NOON, answers=answers, would_have=0) is None


@pytest.mark.parametrize(("would_have", "proposed"), [(0, None), (1, Mode.APPROVE)])
def test_given_a_rule_that_watched_for_a_week_when_it_would_have_done_something_then_it_proposes_to_ask(
    would_have: int, proposed: Mode | None
) -> None:
    given = {"since": NOON - 8 * DAY, "now": NOON, "answers": Answers(), "would_have": would_have}

    assert next_mode(Mode.OBSERVE, **given) is proposed


def test_given_a_rule_that_acts_by_itself_when_looked_at_then_nothing_is_proposed() -> None:
    answers = Answers(approved=100)

    assert next_mode(Mode.AUTO, since=NOON - 70 * DAY, now=NOON, answers=answers, would_have=9) is None
