"""What is done and may yet fail: its money stays set aside until it has arrived, or comes back when it has not."""

from collections.abc import Callable
from typing import Any

from app.domain.effects import State
from app.store import pending
from app.store.base import Session, unit_of_work
from app.store.ledger import Deed
from tests.builders import DAY, HOUR, NOON, paid, receipt, refund, usd
from tests.store.crowd import together
from tests.store.ledger_steps import Steps

Move = Callable[..., bool]


def moving(steps: Steps, **changes: Any) -> Deed:
    """Send a refund whose money is on its way, and take it up to look at it again."""
    deed = steps.planned(paid(refund(**changes)))
    assert steps.done(steps.sent(deed.id), receipt(pending=True))
    return steps.picked(deed.id, NOON + HOUR)


def make(steps: Steps, move: Move, *words: Any, **named: Any) -> bool:
    def one(session: Session) -> bool:
        return move(session, *words, **named)

    with unit_of_work(steps.sessions) as session:
        return one(session)


def arrive(steps: Steps, deed: Deed) -> bool:
    return make(steps, pending.arrived, deed, receipt(cost=usd(11_00)))


def fail(steps: Steps, deed: Deed) -> bool:
    return make(steps, pending.failed, deed, why="declined", now=NOON + HOUR)


def test_given_money_on_its_way_when_done_then_it_stays_set_aside_and_is_looked_at_again(steps: Steps) -> None:
    deed = moving(steps)

    assert (deed.state, deed.pending, steps.money()) == (State.DONE, True, (12_00, 0))


def test_given_money_on_its_way_when_it_arrives_then_it_is_spent_and_nothing_more_happens(steps: Steps) -> None:
    deed = moving(steps)

    assert arrive(steps, deed)
    assert steps.money() == (0, 11_00)
    assert (steps.state(deed.id), steps.read(deed.id).pending) == (State.DONE, False)
    assert steps.due(NOON + 365 * DAY) == []


def test_given_money_on_its_way_when_it_fails_then_the_month_that_held_it_has_it_back(steps: Steps) -> None:
    deed = moving(steps)

    assert fail(steps, deed)
    assert (steps.state(deed.id), steps.money()) == (State.REFUSED, (0, 0))
    assert steps.row(deed.id).code == pending.FAILED


def test_given_money_on_its_way_when_it_still_is_then_it_is_looked_at_later(steps: Steps) -> None:
    deed = moving(steps)

    assert make(steps, pending.wait, deed, until=NOON + DAY)
    assert steps.due(NOON + DAY - HOUR) == []
    assert steps.due(NOON + DAY) == [deed.id]


def test_given_news_of_the_order_when_it_comes_then_what_is_on_its_way_is_looked_at_now(steps: Steps) -> None:
    deed = moving(steps)
    make(steps, pending.wait, deed, until=NOON + DAY)

    with unit_of_work(steps.sessions) as session:
        pending.look_now(session, shop_id=steps.shop_id, order_ids=[1002], now=NOON + HOUR)
    assert steps.due(NOON + HOUR) == []
    with unit_of_work(steps.sessions) as session:
        pending.look_now(session, shop_id=steps.shop_id, order_ids=[1001], now=NOON + HOUR)
    assert steps.due(NOON + HOUR) == [deed.id]


def test_given_two_who_look_at_once_when_they_saw_different_things_then_one_of_them_counts(steps: Steps) -> None:
    for number in range(10):
        deed = moving(steps, order_id=number)

        outcome = together(lambda deed=deed: arrive(steps, deed), lambda deed=deed: fail(steps, deed))

        assert sorted(outcome) == [False, True]
    assert steps.money()[0] == 0


def test_given_somebody_who_looked_long_ago_when_they_come_back_then_they_are_not_heard(steps: Steps) -> None:
    early = moving(steps)
    late = steps.picked(early.id, NOON + DAY)

    assert not fail(steps, early)
    assert arrive(steps, late)


def test_given_a_deed_that_is_done_for_good_when_looked_at_then_nobody_gets_it(steps: Steps) -> None:
    deed = steps.planned()
    steps.done(steps.sent(deed.id))

    assert steps.pick(deed.id, NOON + DAY) is None
