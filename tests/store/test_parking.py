"""A deed that a person must see to first: its money is free meanwhile, and their yes sets it aside anew."""

import pytest

from app.domain.effects import State
from app.store import parking
from app.store.base import unit_of_work
from app.store.ledger import Deed
from tests.builders import paid, purse, refund
from tests.store.ledger_steps import QUARANTINE, Steps, after


def test_given_a_picked_deed_when_parked_then_it_waits_for_a_person_and_its_money_is_free(steps: Steps) -> None:
    deed = steps.picked(steps.planned(paid()).id)

    assert park(steps, deed)

    row = steps.row(deed.id)
    assert (row.state, row.next_try_at, row.pool_id, row.problem) == (State.AWAITING, None, None, "Which address?")
    assert steps.money() == (0, 0)
    assert steps.due() == []


def test_given_a_parked_deed_when_approved_then_its_money_is_set_aside_in_the_month_that_is_open(steps: Steps) -> None:
    deed = steps.picked(steps.planned(paid()).id)
    park(steps, deed)

    steps.approve(deed.id, purse=purse(month="2026-12"))

    assert steps.state(deed.id) is State.PLANNED
    assert (steps.money("2026-11"), steps.money("2026-12")) == ((0, 0), (12_00, 0))
    assert steps.row(deed.id).problem is None


def test_given_a_deed_that_costs_more_by_now_when_approved_then_so_much_is_set_aside_and_it_says_what_to(
    steps: Steps,
) -> None:
    deed = steps.picked(steps.planned(paid()).id)
    assert park(steps, deed, cost_minor=15_00)
    assert steps.money() == (0, 0)

    steps.approve(deed.id)

    row = steps.row(deed.id)
    assert (row.state, row.cost_minor, row.code) == (State.PLANNED, 15_00, "needs_person")
    assert steps.money() == (15_00, 0)


def test_given_a_frozen_worker_when_it_tells_of_success_after_the_deed_was_approved_anew_then_the_new_month_pays(
    steps: Steps,
) -> None:
    frozen = steps.sent(steps.planned(paid()).id)
    steps.doubt_the_silent(after())
    steps.put_back(steps.picked(frozen.id, after() + QUARANTINE), after() + QUARANTINE)
    park(steps, steps.picked(frozen.id, after() + QUARANTINE))
    steps.approve(frozen.id, purse=purse(month="2026-12"))

    assert steps.done(frozen)

    assert (steps.money("2026-11"), steps.money("2026-12")) == ((0, 0), (0, 12_00))


@pytest.mark.parametrize("end", ["decline", "withdraw"])
def test_given_a_parked_deed_when_it_is_let_be_then_no_money_is_put_back_twice(steps: Steps, end: str) -> None:
    steps.planned(paid(refund(order_id=7), minor=5_00))
    deed = steps.picked(steps.planned(paid()).id)
    park(steps, deed)

    moves = {"decline": lambda: steps.decline(deed.id), "withdraw": lambda: steps.withdraw(deed.key)}
    moves[end]()

    assert steps.state(deed.id) is State.WITHDRAWN
    assert steps.money() == (5_00, 0)


def test_given_a_deed_behind_the_gate_when_parked_then_it_is_too_late_for_that(steps: Steps) -> None:
    picked = steps.picked(steps.planned(paid()).id)
    steps.gate(picked)

    assert not park(steps, picked)
    assert steps.money() == (12_00, 0)


def park(steps: Steps, deed: Deed, cost_minor: int | None = None) -> bool:
    with unit_of_work(steps.sessions) as session:
        return parking.park(session, deed, code="needs_person", why="Which address?", cost_minor=cost_minor)
