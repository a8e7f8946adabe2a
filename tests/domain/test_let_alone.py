"""A customer for whom nothing automatic is done: rules look away, whatever they have spent; people may act."""

from typing import Any

import pytest

from app.domain.effects import Effect, PostNote, State, TagCustomer
from app.domain.rules import let_alone, nth_order_gift, refund_keep, special_customer, still_wanted
from app.domain.rules.afterwards import tell
from tests.builders import (
    NOON,
    action,
    agent_facts,
    auto_policy,
    flowers,
    gift_line,
    gift_parcel,
    mark,
    note,
    order_facts,
    refund,
    standing,
    tag,
    usd,
    yardstick,
)

POLICY = auto_policy()


@pytest.mark.parametrize(
    ("changes", "marks", "special"),
    [
        ({}, [], None),
        ({"net": usd(9_999_00)}, [], None),
        ({"special": True, "marked": True, "changes": 1}, [False], False),
        ({"special": True, "marked": False, "changes": 1}, [], False),
        ({"special": False, "marked": True, "changes": 2}, [False], None),  # already on its way off: the same deed
    ],
)
def test_given_a_customer_let_alone_when_decided_then_no_mark_goes_on_and_every_mark_comes_off(
    changes: dict[str, Any], marks: list[bool], special: bool | None
) -> None:
    who = standing(let_alone=True, **changes)

    decision = special_customer.decide(who, yardstick(), POLICY.special_customer, NOON)

    tags = [plan.effect.present for plan in decision.plans if isinstance(plan.effect, TagCustomer)]
    assert (tags, decision.special) == (marks, special)
    assert (decision.code, decision.because) == ("opted_out", "Nothing automatic is done for this customer.")


def test_given_a_customer_let_alone_when_their_mark_waits_then_it_is_taken_back() -> None:
    entered = special_customer.decide(standing(), yardstick(), POLICY.special_customer, NOON)
    proposed = standing(let_alone=True, special=True, changes=1)

    decision = special_customer.decide(proposed, yardstick(), POLICY.special_customer, NOON)

    assert set(decision.withdraw) == {plan.effect.key for plan in entered.plans}


def test_given_a_customer_let_alone_when_their_fourth_order_comes_then_there_is_no_gift() -> None:
    decision = nth_order_gift.decide(order_facts(standing=standing(let_alone=True)), POLICY.nth_order_gift, NOON)

    assert (decision.code, decision.plans) == ("opted_out", ())


def test_given_a_customer_let_alone_when_they_write_in_then_the_ticket_is_left_alone() -> None:
    who = standing(let_alone=True, special=True)

    decision = special_customer.greet("42", who, yardstick(), POLICY.special_customer, NOON)

    assert (decision.code, decision.plans) == ("opted_out", ())


def test_given_a_customer_let_alone_when_an_agent_refunds_then_it_is_done_and_they_read_so_quietly() -> None:
    decision = refund_keep.decide(action(), agent_facts(), POLICY.team, NOON)

    assert [plan.effect.kind for plan in decision.plans] == ["refund_order"]
    assert told(refund(), State.DONE).endswith(let_alone.BY_HAND)
    assert told(flowers(), State.PLANNED).endswith(let_alone.BY_HAND)
    assert let_alone.BY_HAND not in told(refund(), State.REFUSED)


def test_given_a_mark_on_its_way_when_its_customer_is_let_alone_then_it_is_not_put_on() -> None:
    who = standing(let_alone=True, special=True)

    assert still_wanted.standing_mark(who, present=True) == ("opted_out", let_alone.WHY)


@pytest.mark.parametrize(
    ("effect", "spared"),
    [
        (tag(present=True), True),
        (tag(present=False), False),
        (mark(special=True), True),
        (mark(special=False), False),
        (gift_line(), True),
        (gift_parcel(), True),
        (refund(), False),
        (flowers(), False),
        (note(), False),
    ],
)
def test_given_a_deed_when_its_customer_is_let_alone_then_only_what_gives_or_marks_is_spared_them(
    effect: Effect, spared: bool
) -> None:
    assert let_alone.gives_or_marks(effect) is spared


def told(effect: Effect, state: State) -> str:
    plan = tell(effect, state, now=NOON, due_at=NOON, cost=usd(12_00), why="No.", reference="F-9", let_alone=True)
    assert plan is not None
    assert isinstance(plan.effect, PostNote)
    return plan.effect.text
