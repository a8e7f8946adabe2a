"""The ledger: each deed once, at its hour, with its money, by one worker, and only while the shop wants it."""

from collections.abc import Callable

import pytest
from sqlalchemy import String, func, select, update

from app.domain.deed_keys import LONGEST_KEY
from app.domain.effects import Effect, Pool, State
from app.domain.money import Money
from app.domain.policy import Mode
from app.store import decisions, ledger, shops, tables
from app.store.base import Session, unit_of_work
from app.store.ledger import Draft
from tests.builders import (
    DAY,
    HOUR,
    MINUTE,
    NOON,
    flowers,
    gift_line,
    mark,
    note,
    paid,
    planned,
    purse,
    refund,
    tag,
    ticket_tag,
)
from tests.store.crowd import at_once
from tests.store.ledger_steps import Steps
from tests.store.test_decisions import decision


@pytest.mark.parametrize(
    "effect",
    [tag(), mark(), ticket_tag(), note(), gift_line(), refund(), flowers(customer_id=None)],
    ids=lambda effect: effect.kind,
)
def test_given_any_effect_when_kept_and_read_then_it_is_the_same(steps: Steps, effect: Effect) -> None:
    deed = steps.planned(planned(effect))

    assert steps.read(deed.id).effect == effect
    assert deed.key == effect.key


def test_given_deeds_known_watched_new_and_named_twice_when_planned_together_then_each_new_one_is_written_once(
    steps: Steps,
) -> None:
    steps.planned(paid(refund(order_id=1)))
    watched = steps.planned(paid(refund(order_id=2)), mode=Mode.OBSERVE)
    drafts = [
        Draft(plan=paid(refund(order_id=number)), rule="refund_keep", because="so", mode=Mode.AUTO, decision_id=None)
        for number in (1, 2, 3, 3, 4)
    ]

    with unit_of_work(steps.sessions) as session:
        narrow = purse(team=36_00)
        found = ledger.plan_all(session, shop_id=steps.shop_id, drafts=drafts, purse=narrow, now=NOON)

    states = [deed and deed.state for deed in found]
    assert states == [None, State.PLANNED, State.PLANNED, None, State.OVER_BUDGET]
    assert found[1] is not None
    assert found[1].id == watched.id
    assert steps.money() == (36_00, 0)
    assert rows(steps) == 4


def test_given_a_key_of_any_length_when_kept_then_the_column_holds_it() -> None:
    for column in (tables.Effect.key, tables.Effect.after_key):
        assert isinstance(column.type, String)
        assert (column.type.length or 0) >= LONGEST_KEY


def test_given_one_deed_when_planned_twice_then_there_is_one_row_and_its_money_is_set_aside_once(steps: Steps) -> None:
    first = steps.planned()

    assert steps.plan(paid(refund(agent_name="Somebody Else"))) is None
    assert rows(steps) == 1
    assert steps.money() == (12_00, 0)
    assert steps.read(first.id).effect == refund()


def test_given_a_deed_that_was_done_when_it_is_planned_again_then_it_stays_done(steps: Steps) -> None:
    deed = steps.sent(steps.planned().id)
    assert steps.done(deed)

    assert steps.plan() is None
    assert steps.read(deed.id).state is State.DONE
    assert steps.money() == (0, 12_00)


def test_given_two_deeds_when_one_is_refused_then_the_others_money_stays_set_aside(steps: Steps) -> None:
    refused = steps.sent(steps.planned(paid(refund(order_id=1), minor=12_00)).id)
    steps.planned(paid(refund(order_id=2), minor=30_00))

    assert steps.refuse(refused)
    assert steps.money() == (30_00, 0)


def test_given_one_deed_when_many_plan_it_at_once_then_one_of_them_does(steps: Steps) -> None:
    planned_by = at_once(8, lambda _number: steps.plan() is not None)

    assert planned_by.count(True) == 1
    assert steps.money() == (12_00, 0)


def test_given_twenty_deeds_for_ten_when_planned_at_once_then_ten_are_and_ten_are_told_that_the_pool_is_empty(
    steps: Steps,
) -> None:
    deeds = at_once(
        20, lambda number: steps.planned(paid(refund(order_id=number), minor=10_00), purse=purse(team=100_00))
    )

    states = [deed.state for deed in deeds]
    assert (states.count(State.PLANNED), states.count(State.OVER_BUDGET)) == (10, 10)
    assert steps.money() == (100_00, 0)


def test_given_an_empty_pool_when_planned_then_the_row_says_what_is_left(steps: Steps) -> None:
    steps.planned(paid(minor=90_00), purse=purse(team=100_00))

    deed = steps.planned(paid(refund(order_id=2), minor=11_00), purse=purse(team=100_00))

    assert deed.state is State.OVER_BUDGET
    assert "$10.00 left" in deed.because
    assert steps.row(deed.id).code == "over_budget"


def test_given_a_price_in_other_money_when_planned_then_it_is_refused_before_anything_is_written(steps: Steps) -> None:
    plan = planned(refund(), cost=Money(minor=12_00, currency="CAD"), pool=Pool.TEAM)

    with pytest.raises(ValueError, match="CAD"):
        steps.plan(plan)
    assert rows(steps) == 0


def test_given_a_rule_that_only_observes_when_time_passes_then_its_deed_is_never_sent(steps: Steps) -> None:
    deed = steps.planned(mode=Mode.OBSERVE)

    assert deed.state is State.OBSERVED
    assert steps.due(NOON + 365 * DAY) == []
    assert steps.pick(deed.id, NOON + 365 * DAY) is None
    assert steps.money() == (0, 0)


@pytest.mark.parametrize(
    ("mode", "state", "money"),
    [(Mode.AUTO, State.PLANNED, (12_00, 0)), (Mode.APPROVE, State.AWAITING, (0, 0)), (Mode.OBSERVE, None, (0, 0))],
)
def test_given_a_deed_that_was_only_observed_when_it_is_wanted_again_then_it_is_taken_up_in_the_rules_new_mode(
    steps: Steps, mode: Mode, state: State | None, money: tuple[int, int]
) -> None:
    seen = steps.planned(mode=Mode.OBSERVE)

    again = steps.plan(mode=mode)

    assert (again.state if again else None) is state
    assert steps.state(seen.id) is (state or State.OBSERVED)
    assert steps.money() == money
    assert rows(steps) == 1


def test_given_a_deed_that_needs_a_lead_when_the_rule_acts_by_itself_then_it_awaits_all_the_same(steps: Steps) -> None:
    deed = steps.planned(paid(ask_first="Above $10.00 a lead decides."))

    assert deed.state is State.AWAITING
    assert deed.because == "Above $10.00 a lead decides."
    assert steps.due() == []
    assert steps.money() == (0, 0)


def test_given_deeds_decided_together_when_one_is_approved_then_all_that_wait_go_ahead(steps: Steps) -> None:
    together, alone = kept(steps), kept(steps)
    first = steps.planned(planned(tag()), mode=Mode.APPROVE, decision_id=together)
    second = steps.planned(mode=Mode.APPROVE, decision_id=together)
    other = steps.planned(paid(refund(order_id=2)), mode=Mode.APPROVE, decision_id=alone)

    moved = steps.approve(first.id)

    assert [deed.id for deed in moved] == [first.id, second.id]
    assert {steps.state(deed.id) for deed in moved} == {State.PLANNED}
    assert steps.state(other.id) is State.AWAITING
    assert steps.money() == (12_00, 0)
    assert sorted(steps.due()) == [first.id, second.id]


def test_given_deeds_decided_together_when_one_is_declined_then_all_that_wait_are(steps: Steps) -> None:
    together = kept(steps)
    first = steps.planned(planned(tag()), mode=Mode.APPROVE, decision_id=together)
    second = steps.planned(mode=Mode.APPROVE, decision_id=together)
    acting = steps.planned(planned(mark()), decision_id=together)

    assert [deed.id for deed in steps.decline(second.id)] == [first.id, second.id]
    assert steps.state(acting.id) is State.PLANNED
    assert steps.row(first.id).code == "declined"


def test_given_deeds_of_no_decision_when_one_is_approved_then_the_others_wait_on(steps: Steps) -> None:
    first, other = steps.planned(mode=Mode.APPROVE), steps.planned(paid(refund(order_id=2)), mode=Mode.APPROVE)

    assert [deed.id for deed in steps.approve(first.id)] == [first.id]
    assert steps.state(other.id) is State.AWAITING


def test_given_two_leads_when_they_approve_at_once_then_money_is_set_aside_once(steps: Steps) -> None:
    deed = steps.planned(mode=Mode.APPROVE)

    moved = at_once(4, lambda _number: len(steps.approve(deed.id)))

    assert sorted(moved) == [0, 0, 0, 1]
    assert steps.money() == (12_00, 0)


def test_given_an_empty_pool_when_approved_then_the_lead_reads_that_it_is_empty(steps: Steps) -> None:
    deed = steps.planned(mode=Mode.APPROVE)

    (moved,) = steps.approve(deed.id, purse=purse(team=11_99))

    assert moved.state is State.OVER_BUDGET
    assert steps.due(NOON + DAY) == []


def test_given_two_weeks_ahead_when_time_passes_then_the_deed_is_due_at_its_hour(steps: Steps) -> None:
    deed = steps.planned(paid(due_at=NOON + 14 * DAY))

    assert steps.due(NOON + 14 * DAY - MINUTE) == []
    assert steps.pick(deed.id, NOON + 14 * DAY - MINUTE) is None
    assert steps.due(NOON + 14 * DAY) == [deed.id]


def test_given_many_due_when_asked_then_the_longest_waiting_come_first(steps: Steps) -> None:
    late = steps.planned(paid(refund(order_id=1), due_at=NOON - HOUR))
    later = steps.planned(paid(refund(order_id=2), due_at=NOON))
    latest_but_first = steps.planned(paid(refund(order_id=3), due_at=NOON - DAY))

    assert steps.due() == [latest_but_first.id, late.id, later.id]


@pytest.mark.parametrize(
    "stop",
    [
        lambda session, shop_id: shops.pause(session, shop_id=shop_id, paused=True),
        lambda session, shop_id: session.execute(
            update(tables.Shop).where(tables.Shop.id == shop_id).values(uninstalled_at=NOON)
        ),
    ],
    ids=["kill switch", "uninstalled"],
)
def test_given_the_shop_stops_when_a_worker_is_about_to_pick_or_to_send_then_it_does_not(
    steps: Steps, stop: Callable[[Session, int], None]
) -> None:
    in_hand = steps.picked(steps.planned().id)
    waiting = steps.planned(paid(refund(order_id=2)))

    with unit_of_work(steps.sessions) as session:
        stop(session, steps.shop_id)

    assert steps.gate(in_hand) is None
    assert steps.pick(waiting.id) is None
    assert steps.state(in_hand.id) is State.PLANNED


def test_given_the_kill_switch_is_lifted_when_time_passes_then_everything_goes_on(steps: Steps) -> None:
    deed = steps.planned()
    for paused in (True, False):
        with unit_of_work(steps.sessions) as session:
            shops.pause(session, shop_id=steps.shop_id, paused=paused)

    assert steps.sent(deed.id).state is State.SENDING


@pytest.mark.parametrize("ending", ["done", "refused", "withdrawn"])
def test_given_a_forerunner_when_it_has_ended_then_the_follower_is_due_whatever_became_of_it(
    steps: Steps, ending: str
) -> None:
    first = steps.planned(planned(tag()))
    follower = steps.planned(paid(after=tag().key))
    assert steps.due() == [first.id]

    ends: dict[str, Callable[[], object]] = {
        "done": lambda: steps.done(steps.sent(first.id)),
        "refused": lambda: steps.refuse(steps.sent(first.id)),
        "withdrawn": lambda: steps.withdraw(first.key),
    }
    ends[ending]()

    assert steps.due() == [follower.id]


@pytest.mark.parametrize("state", ["awaiting", "sending", "uncertain"])
def test_given_a_forerunner_when_it_has_not_ended_then_the_follower_is_held_back(steps: Steps, state: str) -> None:
    mode = Mode.APPROVE if state == "awaiting" else Mode.AUTO
    first = steps.planned(planned(tag()), mode=mode)
    if state != "awaiting":
        sent = steps.sent(first.id)
        steps.doubt(sent, None) if state == "uncertain" else None
    follower = steps.planned(paid(after=tag().key))

    assert follower.id not in steps.due(NOON + DAY)


def test_given_a_forerunner_that_nobody_knows_or_only_watched_when_asked_then_nobody_waits_for_it(
    steps: Steps,
) -> None:
    steps.planned(planned(tag()), mode=Mode.OBSERVE)
    watched = steps.planned(paid(refund(order_id=1), after=tag().key))
    unknown = steps.planned(paid(refund(order_id=2), after="no:such:key"))

    assert steps.due() == [watched.id, unknown.id]


def kept(steps: Steps) -> int:
    """Keep a decision; return its id."""
    with unit_of_work(steps.sessions) as session:
        return decisions.keep(session, decision(), shop_id=steps.shop_id, delivery_id=None, mode=Mode.AUTO, now=NOON)


def rows(steps: Steps) -> int:
    with unit_of_work(steps.sessions) as session:
        return session.scalar(select(func.count()).select_from(tables.Effect)) or 0
