"""The money of a gift after it was ordered: booked as its vendor tells it, in the month that paid, each thing once."""

from typing import Any

import pytest

from app.domain.effects import State
from app.domain.gifts import Moneys, Seen
from app.domain.money import Money
from app.store import pending, reckoning, undoing
from app.store.base import unit_of_work
from app.store.ledger import Deed
from app.store.tables import Pool
from tests.builders import DAY, NOON, paid, present, receipt, usd
from tests.store.crowd import at_once
from tests.store.ledger_steps import Steps, into

BACK = Seen(status=None, money=Moneys.BACK)
NOTHING = Seen(status=None)


def charged(minor: int) -> Seen:
    return Seen(status=None, money=Moneys.CHARGED, cost=usd(minor))


def spent(steps: Steps, **changes: Any) -> Deed:
    """Have a gift for which $12 were spent."""
    return into(steps, "done", paid(present(**changes)))


def on_its_way(steps: Steps) -> Deed:
    """Have a gift for which $12 are set aside until somebody accepts it."""
    deed = steps.planned(paid(present()))
    assert steps.done(steps.sent(deed.id), receipt(pending=True))
    return deed


def reckon(steps: Steps, deed: Deed, told: Seen, *, all_the_same: bool = False) -> Moneys | None:
    row = steps.read(deed.id)
    with unit_of_work(steps.sessions) as session:
        return reckoning.reckon(session, row, told, all_the_same=all_the_same, now=NOON + DAY)


def undo(steps: Steps, deed: Deed) -> None:
    with unit_of_work(steps.sessions) as session:
        assert undoing.undone(session, shop_id=steps.shop_id, key=deed.key)


@pytest.mark.parametrize("minor", [11_99, 12_01, 20_00, 0])
def test_given_a_gift_when_its_true_cost_becomes_known_then_the_month_that_paid_says_so(
    steps: Steps, minor: int
) -> None:
    deed = spent(steps)

    assert reckon(steps, deed, charged(minor)) is Moneys.CHARGED
    assert reckon(steps, deed, charged(minor)) is None
    assert (steps.money(), steps.row(deed.id).cost_minor) == ((0, minor), minor)


def test_given_eight_who_know_the_true_cost_when_they_say_so_at_once_then_it_is_booked_once(steps: Steps) -> None:
    deed = spent(steps)

    booked = at_once(8, lambda _: reckon(steps, deed, charged(15_00)))

    assert booked.count(Moneys.CHARGED) == 1
    assert steps.money() == (0, 15_00)


def test_given_a_month_that_does_not_hold_the_true_cost_when_it_becomes_known_then_the_row_says_so_aloud(
    steps: Steps,
) -> None:
    deed = spent(steps)
    limit(steps, 13_00)

    assert reckon(steps, deed, charged(20_00)) is None
    assert (steps.money(), steps.row(deed.id).cost_minor) == ((0, 12_00), 12_00)
    assert "It cost $20.00; only $12.00 is booked" in (steps.row(deed.id).problem or "")
    limit(steps, 100_00)
    assert reckon(steps, deed, charged(20_00)) is Moneys.CHARGED
    assert (steps.money(), steps.row(deed.id).problem) == ((0, 20_00), None)


def test_given_a_cost_in_other_money_when_told_then_what_was_booked_stays(steps: Steps) -> None:
    deed = spent(steps)
    euros = Seen(status=None, money=Moneys.CHARGED, cost=Money(minor=99_00, currency="EUR"))

    assert reckon(steps, deed, euros) is None
    assert steps.money() == (0, 12_00)


def test_given_a_gift_that_came_to_nothing_when_told_twice_then_its_money_is_back_once(steps: Steps) -> None:
    spent(steps, confirm="2")
    deed = spent(steps)

    assert reckon(steps, deed, BACK) is Moneys.BACK
    assert reckon(steps, deed, BACK) is None
    assert steps.money() == (0, 12_00)
    assert (steps.state(deed.id), steps.row(deed.id).code) == (State.REFUSED, pending.FAILED)


@pytest.mark.parametrize("told", [BACK, charged(14_00), NOTHING])
def test_given_a_gift_that_was_taken_back_when_anything_is_told_of_its_money_then_that_stays_in_the_pool(
    steps: Steps, told: Seen
) -> None:
    deed = spent(steps)
    undo(steps, deed)

    assert reckon(steps, deed, told) is None
    assert steps.money() == (0, 0)


@pytest.mark.parametrize("how", ["came to nothing", "taken back"])
def test_given_a_gift_that_was_called_off_when_it_is_sent_all_the_same_then_its_money_is_booked_again(
    steps: Steps, how: str
) -> None:
    deed = spent(steps)
    if how == "taken back":
        undo(steps, deed)
    else:
        reckon(steps, deed, BACK)

    assert reckon(steps, deed, NOTHING, all_the_same=True) is Moneys.CHARGED
    assert steps.money() == (0, 12_00)
    row = steps.row(deed.id)
    assert (row.state, row.code, row.cost_minor) == (State.DONE, None, 12_00)


def test_given_a_month_that_is_empty_by_then_when_it_is_sent_all_the_same_then_nothing_is_booked_and_the_row_says_so(
    steps: Steps,
) -> None:
    deed = spent(steps)
    reckon(steps, deed, BACK)
    limit(steps, 5_00)

    assert reckon(steps, deed, charged(12_00), all_the_same=True) is None
    row = steps.row(deed.id)
    assert (steps.money(), row.state, row.cost_minor) == ((0, 0), State.DONE, 0)
    assert "It cost $12.00; only $0.00 is booked" in (row.problem or "")


def test_given_money_on_its_way_when_it_is_charged_then_it_is_spent_at_its_true_cost(steps: Steps) -> None:
    deed = on_its_way(steps)

    assert reckon(steps, deed, NOTHING) is None
    assert steps.money() == (12_00, 0)
    assert reckon(steps, deed, charged(11_00)) is Moneys.CHARGED
    assert (steps.money(), steps.read(deed.id).pending) == ((0, 11_00), False)


def test_given_money_on_its_way_when_the_gift_expires_then_what_was_set_aside_is_free(steps: Steps) -> None:
    deed = on_its_way(steps)

    assert reckon(steps, deed, BACK) is Moneys.BACK
    assert (steps.money(), steps.state(deed.id)) == ((0, 0), State.REFUSED)
    assert reckon(steps, deed, charged(12_00), all_the_same=True) is Moneys.CHARGED
    assert steps.money() == (0, 12_00)


def limit(steps: Steps, minor: int) -> None:
    with unit_of_work(steps.sessions) as session:
        session.query(Pool).update({"limit_minor": minor})
