"""The ledger's moves for several deeds at once: each row under its own conditions, whatever its neighbours do."""

from collections.abc import Iterable
from datetime import datetime

import pytest

from app.domain.effects import State
from app.domain.ports import Receipt
from app.store import endings, groups, shops, trail
from app.store.base import unit_of_work
from app.store.deeds import Deed
from app.store.tables import Effect
from tests.builders import HOUR, MINUTE, NOON, gift_line, note, paid, planned, receipt, refund, tag, usd
from tests.store.crowd import at_once
from tests.store.ledger_steps import LEASE, Steps, after


def pick(steps: Steps, limit: int = 50, now: datetime = NOON, **options: Iterable[int]) -> tuple[list[Deed], list[int]]:
    with unit_of_work(steps.sessions) as session:
        return groups.pick(session, shop_id=steps.shop_id, now=now, lease=LEASE, limit=limit, currency="USD", **options)  # type: ignore[arg-type]


def gate(steps: Steps, *deeds: Deed, request: str | None = None) -> list[Deed]:
    with unit_of_work(steps.sessions) as session:
        ready = [(deed, request) for deed in deeds]
        return groups.gate(session, ready, shop_id=steps.shop_id, now=NOON, lease=LEASE)


def done(steps: Steps, *ended: tuple[Deed, Receipt]) -> list[Deed]:
    with unit_of_work(steps.sessions) as session:
        return groups.done(session, ended, shop_id=steps.shop_id, now=NOON + MINUTE)


def tags(steps: Steps, *customers: int) -> list[Deed]:
    return [steps.planned(planned(tag(customer_id=customer))) for customer in customers]


def mark_of(steps: Steps, customer: int, *, present: bool) -> Deed:
    occasion = f"standing-{int(present)}"
    change = tag(customer_id=customer, present=present, occasion=occasion)
    return steps.planned(planned(change), rule="special_customer")


def test_given_due_deeds_when_picked_then_each_is_leased_and_its_try_counted(steps: Steps) -> None:
    ids = [deed.id for deed in tags(steps, 1, 2, 3)]

    picked, unread = pick(steps)

    assert ([deed.id for deed in picked], unread) == (ids, [])
    assert [(deed.attempts, deed.tries) for deed in picked] == [(1, 1)] * 3
    assert [(steps.row(each).attempts, steps.row(each).next_try_at) for each in ids] == [(1, NOON + LEASE)] * 3
    assert pick(steps) == ([], [])
    assert [deed.id for deed in pick(steps, now=after())[0]] == ids


def test_given_more_than_asked_for_when_picked_then_what_a_person_waits_for_comes_first_and_then_the_oldest(
    steps: Steps,
) -> None:
    late = steps.planned(planned(tag(customer_id=9), due_at=NOON + MINUTE))
    early, words = *tags(steps, 1), steps.planned(planned(note(), due_at=NOON + HOUR))

    assert [deed.id for deed in pick(steps, 2, NOON + HOUR)[0]] == [words.id, early.id]
    assert [deed.id for deed in pick(steps, 2, NOON + HOUR)[0]] == [late.id]


def test_given_many_workers_when_they_pick_at_once_then_no_deed_has_two_of_them(steps: Steps) -> None:
    ids = [deed.id for deed in tags(steps, *range(1, 41))]

    picked = at_once(8, lambda _number: [deed.id for deed in pick(steps, 5)[0]])

    taken = [each for some in picked for each in some]
    assert len(taken) == len(set(taken))
    assert set(taken) <= set(ids)


def test_given_a_deed_that_cannot_be_read_when_picked_then_it_is_named_and_left_as_it_is(steps: Steps) -> None:
    odd, good = tags(steps, 1, 2)
    with unit_of_work(steps.sessions) as session:
        session.get_one(Effect, odd.id).payload = {"kind": "tag_customer", "song": "canary"}

    picked, unread = pick(steps)

    assert ([deed.id for deed in picked], unread) == ([good.id], [odd.id])
    assert (steps.row(odd.id).attempts, steps.row(odd.id).next_try_at) == (0, NOON)
    assert pick(steps, but=unread) == ([], [])


def test_given_two_edits_of_one_order_when_picked_then_one_at_a_time_is_taken(steps: Steps) -> None:
    first = steps.planned(planned(gift_line(order_id=7)))
    second = steps.planned(planned(gift_line(order_id=7, rule="another")))
    other = steps.planned(planned(gift_line(order_id=8)))

    assert [deed.id for deed in pick(steps)[0]] == [first.id, other.id]
    assert pick(steps, editing=[7])[0] == []
    assert [deed.id for deed in pick(steps)[0]] == [second.id]


@pytest.mark.parametrize("doubted", [False, True], ids=["under way", "in doubt"])
def test_given_a_mark_that_is_coming_off_when_it_is_to_go_on_again_then_that_waits_until_it_is_off(
    steps: Steps, doubted: bool
) -> None:
    off, another = mark_of(steps, 1, present=False), mark_of(steps, 2, present=False)
    (sent, *_), on = gate(steps, *pick(steps)[0]), mark_of(steps, 1, present=True)
    if doubted:
        steps.doubt(sent, NOON + HOUR)

    assert pick(steps)[0] == []
    assert steps.row(on.id).attempts == 0
    done(steps, (steps.read(off.id), receipt()))
    assert [deed.id for deed in pick(steps)[0]] == [on.id]
    assert steps.state(another.id) is State.SENDING


def test_given_a_customers_two_marks_when_they_reach_the_gate_together_then_the_earlier_passes_alone(
    steps: Steps,
) -> None:
    off, on = mark_of(steps, 1, present=False), mark_of(steps, 1, present=True)
    other = mark_of(steps, 2, present=True)
    picked, _ = pick(steps)

    assert [deed.id for deed in gate(steps, *reversed(picked))] == [off.id, other.id]
    assert steps.state(on.id) is State.PLANNED
    assert gate(steps, *picked) == []


def test_given_two_tags_that_an_agent_asked_for_when_the_gate_is_opened_then_both_pass(steps: Steps) -> None:
    for name in ("pause-reorders", "no-marketing"):
        steps.planned(planned(tag(customer_id=1, tag=name)))

    assert len(gate(steps, *pick(steps)[0])) == 2


def test_given_picked_deeds_when_the_gate_is_opened_then_all_are_counted_as_sent_from_now_on(steps: Steps) -> None:
    tags(steps, 1, 2)
    picked, _ = pick(steps)

    sent = gate(steps, *picked)

    assert [(deed.state, deed.sends, deed.first_sent_at) for deed in sent] == [(State.SENDING, 1, NOON)] * 2
    assert gate(steps, *picked) == []


def test_given_deeds_with_a_fixed_call_and_without_when_the_gate_is_opened_then_each_keeps_its_own(
    steps: Steps,
) -> None:
    plain, fixed = *tags(steps, 1), steps.planned(paid(refund()))
    picked = {deed.id: deed for deed in pick(steps)[0]}

    with unit_of_work(steps.sessions) as session:
        ready = [(picked[plain.id], None), (picked[fixed.id], "call")]
        groups.gate(session, ready, shop_id=steps.shop_id, now=NOON, lease=LEASE)

    assert [(steps.row(each.id).state, steps.row(each.id).request) for each in (plain, fixed)] == [
        (State.SENDING, None),
        (State.SENDING, "call"),
    ]


def test_given_a_neighbour_that_moved_on_when_the_gate_is_opened_then_only_the_others_pass(steps: Steps) -> None:
    tags(steps, 1, 2, 3)
    withdrawn, taken_over, ours = pick(steps)[0]
    steps.withdraw(withdrawn.key)
    with unit_of_work(steps.sessions) as session:
        session.get_one(Effect, taken_over.id).attempts += 1

    assert [deed.id for deed in gate(steps, withdrawn, taken_over, ours)] == [ours.id]


def test_given_a_paused_shop_when_the_gate_is_opened_then_nobody_passes(steps: Steps) -> None:
    tags(steps, 1, 2)
    picked, _ = pick(steps)
    with unit_of_work(steps.sessions) as session:
        shops.pause(session, shop_id=steps.shop_id, paused=True)

    assert gate(steps, *picked) == []
    assert pick(steps, now=after()) == ([], [])


def test_given_deeds_that_happened_when_recorded_then_each_keeps_what_was_said_of_it(steps: Steps) -> None:
    tags(steps, 1, 2)
    one, two = gate(steps, *pick(steps)[0])

    ended = done(steps, (one, receipt(reference="r-1")), (two, receipt(reference="r-2", remark="twice")))

    assert [(deed.id, deed.state, deed.reference, deed.remark) for deed in ended] == [
        (one.id, State.DONE, "r-1", None),
        (two.id, State.DONE, "r-2", "twice"),
    ]
    assert [steps.row(deed.id).next_try_at for deed in ended] == [None, None]


def test_given_late_news_when_recorded_then_the_true_sender_is_believed_and_a_stranger_is_not(steps: Steps) -> None:
    tags(steps, 1, 2)
    truly, superseded = gate(steps, *pick(steps)[0])
    steps.put_back(truly)
    with unit_of_work(steps.sessions) as session:
        session.get_one(Effect, superseded.id).sends += 1

    ended = done(steps, (truly, receipt()), (superseded, receipt()))

    assert [deed.id for deed in ended] == [truly.id]
    assert steps.state(superseded.id) is State.SENDING


def test_given_what_costs_or_may_yet_fail_then_it_is_not_for_the_short_way(steps: Steps) -> None:
    free, dear = *tags(steps, 1), steps.planned(paid())

    assert groups.costs_nothing(free, receipt())
    assert not groups.costs_nothing(dear, receipt())
    assert not groups.costs_nothing(free, receipt(cost=usd(1)))
    assert not groups.costs_nothing(free, receipt(pending=True))


def test_given_deeds_that_move_together_then_each_leaves_the_same_trail_as_one_that_moves_alone(steps: Steps) -> None:
    alone = steps.planned(planned(tag(customer_id=1)))
    steps.done(steps.sent(alone.id), receipt(reference="r-1"))
    together = tags(steps, 2, 3)
    one, two = gate(steps, *pick(steps)[0])
    done(steps, (one, receipt(reference="r-1")), (two, receipt(reference="r-1")))

    with unit_of_work(steps.sessions) as session:
        told = trail.newest(session, shop_id=steps.shop_id, limit=50)
    lines = {
        deed.id: [
            (line.what, line.why, line.rule, line.amount_minor, line.reference)
            for line in told
            if line.effect_id == deed.id
        ]
        for deed in (alone, *together)
    }
    assert lines[one.id] == lines[two.id] == lines[alone.id]
    assert [what for what, *_ in lines[alone.id]] == ["planned", "sending", "done"]


def hold(steps: Steps, *deeds: Deed, now: datetime = NOON + MINUTE) -> int:
    with unit_of_work(steps.sessions) as session:
        return groups.hold(session, deeds, shop_id=steps.shop_id, now=now, lease=LEASE)


def test_given_deeds_in_hand_when_held_anew_then_nobody_else_takes_them_for_as_long_again(steps: Steps) -> None:
    tags(steps, 1, 2)
    (first, second), _ = pick(steps)
    (sent,) = gate(steps, first)

    assert hold(steps, sent, second) == 2

    assert [steps.row(each.id).next_try_at for each in (first, second)] == [NOON + MINUTE + LEASE] * 2


def test_given_a_deed_that_is_in_doubt_by_now_when_its_worker_holds_it_anew_then_the_quarantine_stays(
    steps: Steps,
) -> None:
    tags(steps, 1)
    (deed,), _ = pick(steps)
    (sent,) = gate(steps, deed)
    with unit_of_work(steps.sessions) as session:
        endings.doubt_the_silent(session, shop_id=steps.shop_id, now=after(), quarantine=HOUR)

    assert hold(steps, sent, now=after()) == 0

    assert steps.row(deed.id).next_try_at == after() + HOUR


def test_given_a_deed_in_other_hands_when_its_first_worker_holds_it_anew_then_it_stays_theirs(steps: Steps) -> None:
    tags(steps, 1)
    (mine,), _ = pick(steps)
    (theirs,), _ = pick(steps, now=after())

    assert hold(steps, mine, now=after() + MINUTE) == 0

    assert steps.row(theirs.id).next_try_at == after() + LEASE
