"""The moves of the ledger: each legal one leads where it should, each other one leaves row and purse alone."""

from collections.abc import Callable
from datetime import date

import pytest

from app.domain.effects import Effect, State
from app.domain.policy import Mode
from app.store import ledger
from app.store.base import unit_of_work
from app.store.ledger import Deed
from tests.builders import HOUR, MINUTE, NOON, flowers, gift_line, letter, paid, present, purse, refund
from tests.store.ledger_steps import GIVEN, NOT_GIVEN, Steps, into

PRICE = 12_00


def observed(steps: Steps) -> Deed:
    return steps.planned(mode=Mode.OBSERVE)


def awaiting(steps: Steps) -> Deed:
    return steps.planned(mode=Mode.APPROVE)


def planned(steps: Steps) -> Deed:
    return steps.planned()


def picked(steps: Steps) -> Deed:
    return steps.picked(planned(steps).id)


def sending(steps: Steps) -> Deed:
    return steps.sent(planned(steps).id)


def uncertain(steps: Steps) -> Deed:
    deed = sending(steps)
    steps.doubt(deed)
    return deed


def looked_up(steps: Steps) -> Deed:
    return steps.picked(uncertain(steps).id)


def done(steps: Steps) -> Deed:
    deed = sending(steps)
    steps.done(deed)
    return deed


def refused(steps: Steps) -> Deed:
    deed = sending(steps)
    steps.refuse(deed)
    return deed


def withdrawn(steps: Steps) -> Deed:
    deed = planned(steps)
    steps.withdraw(deed.key)
    return deed


def over_budget(steps: Steps) -> Deed:
    return steps.planned(paid(minor=PRICE), purse=purse(team=PRICE - 1))


SITUATIONS: dict[str, Callable[[Steps], Deed]] = {
    made.__name__: made
    for made in (
        *(observed, awaiting, planned, picked, sending, uncertain, looked_up),
        *(done, refused, withdrawn, over_budget),
    )
}
MOVES: dict[str, Callable[[Steps, Deed], object]] = {
    "approve": lambda steps, deed: steps.approve(deed.id),
    "decline": lambda steps, deed: steps.decline(deed.id),
    "withdraw": lambda steps, deed: steps.withdraw(deed.key),
    "pick": lambda steps, deed: steps.pick(deed.id),
    "gate": lambda steps, deed: steps.gate(deed),
    "done": lambda steps, deed: steps.done(deed),
    "refuse": lambda steps, deed: steps.refuse(deed),
    "drop": lambda steps, deed: steps.drop(deed),
    "put_back": lambda steps, deed: steps.put_back(deed),
    "ask_to_wait": lambda steps, deed: steps.ask_to_wait(deed),
    "doubt": lambda steps, deed: steps.doubt(deed),
}
# What each move makes of a row; whatever is not listed is refused.
LEGAL: dict[tuple[str, str], State] = {
    ("awaiting", "approve"): State.PLANNED,
    ("awaiting", "decline"): State.WITHDRAWN,
    ("awaiting", "withdraw"): State.WITHDRAWN,
    ("planned", "withdraw"): State.WITHDRAWN,
    ("picked", "withdraw"): State.WITHDRAWN,
    ("planned", "pick"): State.PLANNED,
    ("uncertain", "pick"): State.UNCERTAIN,
    # Nobody picked `planned`, but its first try is as good as the one that anybody would be given.
    **{("planned", move): state for move, state in (("gate", State.SENDING), ("drop", State.WITHDRAWN))},
    ("picked", "gate"): State.SENDING,
    ("picked", "drop"): State.WITHDRAWN,
    **{(row, "done"): State.DONE for row in ("planned", "picked", "sending", "uncertain", "looked_up")},
    **{(row, "refuse"): State.REFUSED for row in ("planned", "picked", "sending", "uncertain", "looked_up")},
    **{(row, "put_back"): State.PLANNED for row in ("planned", "picked", "sending", "uncertain", "looked_up")},
    **{(row, "ask_to_wait"): State.PLANNED for row in ("planned", "picked", "sending", "uncertain")},
    ("looked_up", "ask_to_wait"): State.UNCERTAIN,
    **{(row, "doubt"): State.UNCERTAIN for row in ("sending", "uncertain", "looked_up")},
}
# What a row holds in the pool, by its state: (reserved, spent).
HELD = {
    State.PLANNED: (PRICE, 0),
    State.SENDING: (PRICE, 0),
    State.UNCERTAIN: (PRICE, 0),
    State.DONE: (0, PRICE),
}


@pytest.mark.parametrize("move", MOVES)
@pytest.mark.parametrize("situation", SITUATIONS)
def test_given_a_row_when_it_is_moved_then_it_goes_only_where_it_may_and_its_money_with_it(
    steps: Steps, situation: str, move: str
) -> None:
    deed = SITUATIONS[situation](steps)
    before, allowed = steps.state(deed.id), (situation, move) in LEGAL

    answer = MOVES[move](steps, deed)

    assert bool(answer) is allowed
    assert steps.state(deed.id) is LEGAL.get((situation, move), before)
    assert steps.money() == HELD.get(steps.state(deed.id), (0, 0))


@pytest.mark.parametrize("situation", SITUATIONS)
def test_given_a_row_when_looked_at_then_it_has_a_next_step_or_an_end_and_never_both(
    steps: Steps, situation: str
) -> None:
    row = steps.row(SITUATIONS[situation](steps).id)

    assert (row.next_try_at is not None) == (row.state in {State.PLANNED, State.SENDING, State.UNCERTAIN})
    assert (row.ended_at is not None) == (
        row.state in {State.OBSERVED, State.DONE, State.REFUSED, State.WITHDRAWN, State.OVER_BUDGET}
    )


@pytest.mark.parametrize("move", ["done", "refuse", "drop", "put_back", "ask_to_wait", "doubt", "gate"])
def test_given_a_frozen_worker_when_another_has_picked_its_row_then_its_word_does_not_count(
    steps: Steps, move: str
) -> None:
    frozen = picked(steps)
    steps.put_back(frozen)
    steps.picked(frozen.id)

    assert not MOVES[move](steps, frozen)
    assert steps.state(frozen.id) is State.PLANNED


@pytest.mark.parametrize("move", ["done", "refuse", "drop", "put_back", "ask_to_wait", "doubt", "gate"])
def test_given_a_frozen_worker_when_another_has_sent_its_row_again_then_its_word_does_not_count(
    steps: Steps, move: str
) -> None:
    frozen = sending(steps)
    steps.put_back(frozen)
    steps.sent(frozen.id)

    assert not MOVES[move](steps, frozen)
    assert steps.state(frozen.id) is State.SENDING


@pytest.mark.parametrize("effect", [refund(), gift_line(), letter()], ids=lambda effect: effect.kind)
def test_given_what_can_still_be_undone_when_hurried_then_it_leaves_now_and_only_once(
    steps: Steps, effect: Effect
) -> None:
    deed = steps.planned(paid(effect, due_at=NOON + HOUR))
    assert steps.due() == []

    assert hurried(steps, deed.id)

    assert steps.due() == [deed.id]
    assert not hurried(steps, deed.id)


def test_given_flowers_when_hurried_then_they_keep_their_day(steps: Steps) -> None:
    deed = steps.planned(paid(flowers(), due_at=NOON + HOUR), rule="flowers")

    assert not hurried(steps, deed.id)
    assert steps.due() == []


@pytest.mark.parametrize(("day", "goes"), [(None, True), (date(2026, 12, 1), False)], ids=["any day", "a day"])
def test_given_a_gift_when_hurried_then_it_goes_at_once_unless_it_has_a_day(
    steps: Steps, day: date | None, goes: bool
) -> None:
    deed = steps.planned(paid(present(day=day), due_at=NOON + HOUR), rule="flowers")

    assert hurried(steps, deed.id) is goes


@pytest.mark.parametrize("state", [*(each for each in GIVEN if each != "planned"), *NOT_GIVEN])
def test_given_what_is_not_planned_when_hurried_then_nothing_moves(steps: Steps, state: str) -> None:
    deed = into(steps, state, paid())

    assert not hurried(steps, deed.id)
    assert steps.state(deed.id) == state


def hurried(steps: Steps, effect_id: int) -> bool:
    with unit_of_work(steps.sessions) as session:
        return ledger.hurry(session, shop_id=steps.shop_id, effect_id=effect_id, now=NOON - MINUTE)
