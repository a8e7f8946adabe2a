"""Taking a deed back: the row stays, the money returns to the month that paid it, once."""

import pytest

from app.domain.effects import Pool, TakeBackGiftLine
from app.store import orders, reports, stories, tables, undoing
from app.store.base import unit_of_work
from app.store.ledger import Deed
from tests.builders import DAY, MUG, NOON, gift_line, order, paid, planned, purse, receipt, refund
from tests.store.crowd import at_once
from tests.store.ledger_steps import GIVEN, NOT_GIVEN, Steps, after, into


def test_given_a_done_deed_when_undone_then_its_money_is_back_in_the_month_that_paid(steps: Steps) -> None:
    deed = into(steps, "done", paid(gift_line()))
    assert steps.money() == (0, 12_00)

    assert undone(steps, deed)

    assert steps.money() == (0, 0)
    assert (steps.row(deed.id).state, steps.row(deed.id).code) == ("done", "taken_back")


def test_given_eight_workers_when_they_undo_at_once_then_the_money_comes_back_once(steps: Steps) -> None:
    deed, other = into(steps, "done", paid(gift_line())), into(steps, "done", paid(gift_line(order_id=1002)))

    assert at_once(8, lambda _number: undone(steps, deed)).count(True) == 1
    assert steps.money() == (0, 12_00)
    assert steps.row(other.id).code is None


def test_given_money_still_on_its_way_when_undone_then_what_was_set_aside_is_free_and_what_others_spent_stays(
    steps: Steps,
) -> None:
    into(steps, "done", paid(gift_line(order_id=1002)))
    deed = steps.planned(paid(refund()))
    steps.done(steps.sent(deed.id), receipt(pending=True))
    assert steps.money() == (12_00, 12_00)

    assert undone(steps, deed)

    assert steps.money() == (0, 12_00)
    assert steps.due(NOON + 90 * DAY) == []


@pytest.mark.parametrize("state", [state for state in (*GIVEN, *NOT_GIVEN) if state != "done"])
def test_given_a_deed_that_was_not_done_when_undone_then_nothing_moves(steps: Steps, state: str) -> None:
    deed = into(steps, state, paid(gift_line()))
    before = steps.money()

    assert not undone(steps, deed)
    assert steps.money() == before


def test_given_a_deed_without_a_price_when_undone_then_it_just_says_so(steps: Steps) -> None:
    deed = into(steps, "done", planned(gift_line()))

    assert undone(steps, deed)
    assert "taken back" in (steps.row(deed.id).problem or "")


def test_given_a_gift_that_was_taken_back_when_the_pages_are_read_then_it_was_no_kindness(steps: Steps) -> None:
    undone(steps, into(steps, "done", paid(gift_line())))

    with unit_of_work(steps.sessions) as session:
        assert stories.last_gesture(session, shop_id=steps.shop_id, customer_id=55, currency="USD") is None
        assert reports.done_since(session, shop_id=steps.shop_id, since=None, currency="USD") == []
        assert reports.newest_gift_order(session, shop_id=steps.shop_id) is None
        (gifts,) = [
            pool for pool in reports.pools_left(session, shop_id=steps.shop_id, purse=purse()) if pool.name == Pool.TEAM
        ]
    assert gifts.left == gifts.limit


@pytest.mark.parametrize("state", ["sending", "uncertain"])
def test_given_an_edit_under_way_or_in_doubt_when_another_of_the_same_order_is_due_then_it_waits(
    steps: Steps, state: str
) -> None:
    later = steps.picked(steps.planned(planned(gift_line(rule="other"))).id)
    gift = into(steps, state, planned(gift_line()), rule="nth_order_gift")
    elsewhere = steps.planned(planned(gift_line(order_id=1002)))

    assert steps.gate(later) is None
    assert later.id not in steps.due(after())
    assert elsewhere.id in steps.due(after())
    assert steps.done(steps.read(gift.id))
    assert steps.gate(steps.picked(later.id, NOON + DAY), NOON + DAY) is not None


def test_given_two_edits_in_doubt_when_they_are_due_then_each_is_looked_up(steps: Steps) -> None:
    first, second = steps.planned(planned(gift_line())), steps.planned(planned(gift_line(rule="other")))
    with unit_of_work(steps.sessions) as session:
        for deed in (first, second):
            session.get_one(tables.Effect, deed.id).state = "uncertain"

    assert steps.pick(first.id) is not None
    assert steps.pick(second.id) is not None


def test_given_two_edits_of_one_order_when_their_workers_reach_the_gate_at_once_then_one_passes(steps: Steps) -> None:
    for number in range(10):
        with unit_of_work(steps.sessions) as session:
            orders.record(session, shop_id=steps.shop_id, order=order(id=number))
        gift = gift_line(order_id=number)
        back = TakeBackGiftLine(
            order_id=number, order_name="#1", customer_id=55, variant_id=MUG, title="Mug", undoes=gift.key
        )
        ready = [steps.picked(steps.planned(planned(effect)).id) for effect in (gift, back)]

        passed = at_once(2, lambda which, ready=ready: steps.gate(ready[which]) is not None)  # type: ignore[misc]

        assert passed.count(True) == 1


def undone(steps: Steps, deed: Deed) -> bool:
    with unit_of_work(steps.sessions) as session:
        return undoing.undone(session, shop_id=steps.shop_id, key=deed.key)
