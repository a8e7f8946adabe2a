"""The ledger at work: many workers on one deed, deaths and late news, the month that pays, and rules switched on."""

from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import func, select

from app.domain.effects import Plan, Pool, State
from app.domain.money import Money
from app.domain.policy import Mode
from app.store import endings, ledger, tables, undoing
from app.store.base import unit_of_work
from tests.builders import (
    DAY,
    MINUTE,
    MUG,
    NOON,
    flowers,
    gift_line,
    mark,
    paid,
    planned,
    purse,
    receipt,
    refund,
    tag,
    ticket_tag,
    usd,
)
from tests.store.crowd import at_once, together
from tests.store.ledger_steps import QUARANTINE, Steps, after


def test_given_one_due_deed_when_many_workers_pick_it_at_once_then_one_has_it(steps: Steps) -> None:
    deed = steps.planned()

    picked = at_once(8, lambda _number: steps.pick(deed.id) is not None)

    assert picked.count(True) == 1


def test_given_a_picked_deed_when_withdrawn_and_sent_at_once_then_only_one_of_both_comes_true(steps: Steps) -> None:
    for number in range(10):
        deed = steps.picked(steps.planned(paid(refund(order_id=number))).id)

        sent, withdrawn = together(partial(steps.gate, deed), partial(steps.withdraw, deed.key))

        assert (sent is None) is not (withdrawn is None)
        assert steps.state(deed.id) is (State.SENDING if sent else State.WITHDRAWN)


def test_given_a_deed_being_approved_when_withdrawn_at_once_then_the_withdrawal_is_never_lost(steps: Steps) -> None:
    for number in range(10):
        deed = steps.planned(paid(refund(order_id=number)), mode=Mode.APPROVE)

        together(partial(steps.approve, deed.id), partial(steps.withdraw, deed.key))

        assert steps.state(deed.id) is State.WITHDRAWN
    assert steps.money() == (0, 0)


def test_given_a_worker_that_died_before_the_gate_when_its_lease_is_over_then_another_tries_and_the_try_counts(
    steps: Steps,
) -> None:
    deed = steps.picked(steps.planned().id)

    assert steps.pick(deed.id, after() - MINUTE) is None
    assert steps.picked(deed.id, after()).attempts == 2


@pytest.mark.parametrize("busy_at", ["the last look", "the call"])
def test_given_a_storm_when_a_deed_is_asked_to_wait_again_and_again_then_no_try_is_used_up(
    steps: Steps, busy_at: str
) -> None:
    deed_id = steps.planned().id
    for _ in range(30):
        deed = steps.picked(deed_id) if busy_at == "the last look" else steps.sent(deed_id)
        assert steps.ask_to_wait(deed)

    deed = steps.picked(deed_id)
    assert (deed.attempts, deed.tries) == (31, 1)


def test_given_a_frozen_worker_when_another_was_asked_to_wait_then_the_late_word_does_not_count(steps: Steps) -> None:
    frozen = steps.picked(steps.planned().id)
    steps.ask_to_wait(steps.picked(frozen.id, after()))

    assert steps.gate(frozen) is None
    assert not steps.drop(frozen)


def test_given_a_worker_that_died_behind_the_gate_when_its_lease_is_over_then_its_deed_is_doubted_not_repeated(
    steps: Steps,
) -> None:
    deed = steps.sent(steps.planned().id)

    assert steps.doubt_the_silent(after() - MINUTE) == 0
    assert steps.doubt_the_silent(after()) == 1
    assert steps.state(deed.id) is State.UNCERTAIN
    assert steps.due(after() + QUARANTINE - timedelta(seconds=1)) == []
    assert steps.due(after() + QUARANTINE) == [deed.id]
    assert steps.money() == (12_00, 0)


def test_given_a_silent_worker_when_its_answer_comes_after_all_then_it_counts(steps: Steps) -> None:
    deed = steps.sent(steps.planned().id)
    steps.doubt_the_silent(after())

    assert steps.done(deed)
    assert steps.money() == (0, 12_00)


def test_given_a_deed_that_was_put_back_when_its_sender_reports_success_then_it_is_not_sent_again(
    steps: Steps,
) -> None:
    sender = steps.sent(steps.planned().id)
    steps.doubt_the_silent(after())
    finder = steps.picked(sender.id, after() + QUARANTINE)
    steps.put_back(finder, after() + QUARANTINE)
    next_in_line = steps.picked(sender.id, after() + QUARANTINE)

    assert steps.done(sender)
    assert steps.gate(next_in_line) is None
    assert steps.money() == (0, 12_00)


def test_given_a_doubt_that_only_a_person_can_settle_when_time_passes_then_it_keeps_waiting_with_its_money(
    steps: Steps,
) -> None:
    deed = steps.sent(steps.planned().id)
    steps.doubt(deed, None)

    assert steps.due(NOON + 365 * DAY) == []
    assert steps.money() == (12_00, 0)
    assert steps.done(steps.read(deed.id))
    assert steps.money() == (0, 12_00)


def test_given_a_deed_done_in_the_next_month_when_settled_then_the_month_that_held_the_money_pays(
    steps: Steps,
) -> None:
    deed = steps.planned(paid(flowers(), minor=60_00, due_at=NOON + 14 * DAY))
    december = purse(month="2026-12")
    steps.planned(paid(refund()), purse=december)

    assert steps.done(steps.sent(deed.id, NOON + 14 * DAY))

    assert steps.money("2026-11") == (0, 60_00)
    assert steps.money("2026-12") == (12_00, 0)


def test_given_a_deed_withdrawn_in_the_next_month_when_released_then_the_month_that_held_the_money_has_it_back(
    steps: Steps,
) -> None:
    deed = steps.planned(paid(flowers(), minor=60_00, due_at=NOON + 14 * DAY))
    steps.planned(paid(refund()), purse=purse(month="2026-12"))

    steps.withdraw(deed.key)

    assert steps.money("2026-11") == (0, 0)
    assert steps.money("2026-12") == (12_00, 0)


@pytest.mark.parametrize(("true_cost", "spent"), [(usd(10_00), 10_00), (usd(15_00), 15_00), (None, 12_00), (usd(0), 0)])
def test_given_a_true_cost_when_done_then_that_is_what_was_spent(
    steps: Steps, true_cost: Money | None, spent: int
) -> None:
    deed = steps.sent(steps.planned().id)

    steps.done(deed, receipt(cost=true_cost))

    assert steps.money() == (0, spent)
    assert steps.read(deed.id).cost == usd(spent)


def test_given_a_true_cost_that_the_pool_does_not_hold_when_done_then_it_is_done_and_a_person_reads_of_it(
    steps: Steps,
) -> None:
    deed = steps.sent(steps.planned(purse=purse(team=13_00)).id)

    assert steps.done(deed, receipt(cost=usd(15_00)))

    assert steps.state(deed.id) is State.DONE
    assert steps.money() == (0, 12_00)
    assert "only $12.00 was set aside" in (steps.row(deed.id).problem or "")


def test_given_a_deed_that_cost_more_than_the_pool_held_when_undone_then_what_was_booked_comes_back(
    steps: Steps,
) -> None:
    deed = steps.sent(steps.planned(purse=purse(team=13_00)).id)
    steps.done(deed, receipt(cost=usd(15_00)))

    with unit_of_work(steps.sessions) as session:
        assert undoing.undone(session, shop_id=steps.shop_id, key=deed.key)

    assert steps.money() == (0, 0)


def test_given_a_true_cost_in_other_money_when_done_then_the_planned_price_is_booked(steps: Steps) -> None:
    deed = steps.sent(steps.planned().id)

    steps.done(deed, receipt(cost=Money(minor=99_00, currency="CAD")))

    assert steps.money() == (0, 12_00)


def test_given_a_deed_that_costs_nothing_when_planned_and_done_then_no_purse_is_opened(steps: Steps) -> None:
    steps.done(steps.sent(steps.planned(planned(tag())).id), receipt(cost=None))

    with unit_of_work(steps.sessions) as session:
        assert session.scalar(select(func.count()).select_from(tables.Pool)) == 0


def test_given_an_endless_reference_when_done_then_its_beginning_is_kept(steps: Steps) -> None:
    deed = steps.sent(steps.planned().id)

    assert steps.done(deed, receipt(reference="x" * 10_000))
    assert steps.row(deed.id).reference == "x" * 255


def test_given_a_deed_read_before_and_after_it_was_done_when_both_in_one_transaction_then_the_second_is_true(
    steps: Steps,
) -> None:
    deed = steps.sent(steps.planned().id)

    with unit_of_work(steps.sessions) as session:
        ledger.read(session, shop_id=steps.shop_id, effect_id=deed.id, currency="USD")
        endings.done(session, deed, receipt(), now=NOON)
        after_all = ledger.read(session, shop_id=steps.shop_id, effect_id=deed.id, currency="USD")

    assert after_all is not None
    assert after_all.state is State.DONE


@pytest.mark.parametrize(("mode", "state"), [(Mode.AUTO, State.PLANNED), (Mode.APPROVE, State.AWAITING)])
def test_given_marks_that_were_only_watched_when_the_rule_is_switched_on_then_they_are_taken_up(
    steps: Steps, mode: Mode, state: State
) -> None:
    marks = [watch(steps, planned(effect)) for effect in (tag(), mark())]

    assert promote(steps, mode) == 2
    assert {steps.state(effect_id) for effect_id in marks} == {state}
    assert steps.due() == (marks if mode is Mode.AUTO else [])


def test_given_other_kinds_rules_and_states_when_a_rule_is_switched_on_then_they_stay(steps: Steps) -> None:
    other_kind = watch(steps, planned(ticket_tag()))
    other_rule = steps.planned(planned(tag(occasion="grief")), mode=Mode.OBSERVE, rule="refund_keep").id
    awaiting = steps.planned(planned(mark()), mode=Mode.APPROVE, rule="special_customer").id

    assert promote(steps, Mode.AUTO) == 0
    assert [steps.state(row) for row in (other_kind, other_rule, awaiting)] == [
        State.OBSERVED,
        State.OBSERVED,
        State.AWAITING,
    ]


def test_given_something_that_costs_money_when_a_rule_is_switched_on_then_it_is_not_taken_up_without_a_purse(
    steps: Steps,
) -> None:
    gift = replace(planned(gift_line(variant_id=MUG)), cost=usd(8_00), pool=Pool.GIFTS)
    seen = steps.planned(gift, mode=Mode.OBSERVE, rule="nth_order_gift")

    with unit_of_work(steps.sessions) as session:
        taken_up = ledger.promote_observed(
            session,
            shop_id=steps.shop_id,
            rule="nth_order_gift",
            kinds=("add_gift_line",),
            mode=Mode.AUTO,
            now=NOON,
        )

    assert taken_up == 0
    assert steps.state(seen.id) is State.OBSERVED


def watch(steps: Steps, plan: Plan) -> int:
    return steps.planned(plan, mode=Mode.OBSERVE, rule="special_customer").id


def promote(steps: Steps, mode: Mode) -> int:
    with unit_of_work(steps.sessions) as session:
        return ledger.promote_observed(
            session,
            shop_id=steps.shop_id,
            rule="special_customer",
            kinds=("tag_customer", "mark_in_helpdesk"),
            mode=mode,
            now=NOON,
        )
