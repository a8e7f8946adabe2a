"""A deed that gives something else than was planned: its row and key stay, and its money is that of the other item."""

from dataclasses import replace

import pytest

from app.domain.effects import State
from app.store import swapping
from app.store.base import unit_of_work
from app.store.ledger import Deed
from app.store.swapping import Other
from tests.builders import NOON, gift_line, paid, purse, usd
from tests.store.ledger_steps import Steps

FIRST, SECOND = gift_line(), gift_line(variant_id=9, title="Soap")
GIVEN = Other(effect=SECOND, cost=usd(5_00), why="Mug sold out.")
LIMIT = 9_00


def swap(steps: Steps, deed: Deed, other: Other = GIVEN) -> Deed | None:
    with unit_of_work(steps.sessions) as session:
        return swapping.swap(session, deed, other, purse=purse(team=LIMIT), now=NOON)


def picked(steps: Steps) -> Deed:
    return steps.picked(steps.planned(paid(FIRST, minor=8_00), purse=purse(team=LIMIT)).id)


def test_given_a_picked_deed_when_it_is_swapped_then_its_row_gives_the_other_and_as_much_as_that_costs_is_set_aside(
    steps: Steps,
) -> None:
    deed = picked(steps)

    swapped = swap(steps, deed)

    assert swapped is not None
    assert (swapped.id, swapped.key, swapped.effect, swapped.cost) == (deed.id, deed.key, SECOND, usd(5_00))
    assert (swapped.state, swapped.because, steps.money()) == (State.PLANNED, "Robin refunds. Mug sold out.", (5_00, 0))
    assert steps.done(steps.sent(deed.id))


def test_given_a_swapped_deed_when_whoever_had_it_before_goes_on_then_they_are_too_late(steps: Steps) -> None:
    deed = picked(steps)
    assert swap(steps, deed)

    assert (steps.gate(deed), swap(steps, deed), steps.drop(deed)) == (None, None, False)
    assert steps.picked(deed.id).tries == deed.tries


@pytest.mark.parametrize("before", ["sent", "requested"])
def test_given_a_deed_that_may_have_left_a_trace_when_it_is_swapped_then_it_stays_as_it_was(
    steps: Steps, before: str
) -> None:
    sent = steps.gate(picked(steps), request="a draft")
    assert sent is not None
    steps.put_back(sent, afresh=before == "requested")
    again = steps.picked(sent.id)
    if before == "requested":
        with unit_of_work(steps.sessions) as session:
            session.get_one(swapping.Effect, sent.id).request = "a draft"

    assert swap(steps, again) is None
    assert (steps.read(sent.id).effect, steps.money()) == (FIRST, (8_00, 0))


def test_given_a_purse_that_holds_less_when_a_deed_is_swapped_then_it_ends_and_nothing_is_set_aside(
    steps: Steps,
) -> None:
    swapped = swap(steps, picked(steps), replace(GIVEN, cost=usd(LIMIT + 1)))

    assert swapped is not None
    assert (swapped.state, swapped.code, steps.money()) == (State.OVER_BUDGET, "over_budget", (0, 0))


def test_given_a_question_when_a_deed_is_swapped_then_it_waits_for_a_yes_with_its_money_free(steps: Steps) -> None:
    swapped = swap(steps, picked(steps), replace(GIVEN, code="second_choice", question="Soap instead?"))

    assert swapped is not None
    assert (swapped.state, swapped.because, steps.money()) == (State.AWAITING, "Soap instead?", (0, 0))
    (approved,) = steps.approve(swapped.id, purse=purse(team=LIMIT))
    assert (approved.state, approved.effect, steps.money()) == (State.PLANNED, SECOND, (5_00, 0))


def test_given_what_would_be_another_deed_when_it_is_swapped_then_it_is_refused(steps: Steps) -> None:
    with pytest.raises(ValueError, match="cannot be that as well"):
        swap(steps, picked(steps), replace(GIVEN, effect=gift_line(order_id=2)))
