"""An order that is over before it left: its gift is withdrawn or taken back, with its money, and never too late."""

from dataclasses import replace

import pytest

from app.domain.policy import Mode
from jobs.practice import POLICY
from tests.jobs.conftest import Practice

OVER = ["cancel", "refund"]


@pytest.mark.parametrize("how", OVER)
def test_given_a_planned_gift_when_its_order_is_over_then_it_is_withdrawn_at_once_and_the_money_is_back(
    inside: Practice, how: str
) -> None:
    inside.policy(replace(POLICY, nth_order_gift=replace(POLICY.nth_order_gift, settle_minutes=60)))
    order = given(inside)
    assert inside.reserved() > 0

    end(inside, order, how)
    inside.drain()

    assert [(row.state, row.code) for row in inside.effects("add_gift_line")] == [("withdrawn", "withdrawn")]
    assert (inside.reserved(), inside.spent(), inside.gifts_on(order)) == (0, 0, 0)
    assert inside.reasons("nth_order_gift") == ["gift", "taken_back"]


@pytest.mark.parametrize("how", OVER)
def test_given_a_gift_on_the_order_when_the_order_is_over_then_it_is_taken_back_and_the_money_returns(
    inside: Practice, how: str
) -> None:
    order = given(inside)
    assert (inside.gifts_on(order), inside.spent() > 0) == (1, True)

    end(inside, order, how)
    inside.drain()

    assert [(row.state, row.key) for row in inside.effects("take_back_gift_line")] == [
        ("done", f"undo:gift:{order}:nth_order_gift")
    ]
    assert (inside.gifts_on(order), inside.spent()) == (0, 0)
    assert [(row.state, row.code) for row in inside.effects("add_gift_line")] == [("done", "taken_back")]


def test_given_a_gift_that_was_taken_back_when_more_webhooks_come_then_nothing_more_happens(inside: Practice) -> None:
    order = given(inside)
    end(inside, order, "refund")
    for number in range(3):
        inside.deliver(order, key=f"again-{number}")

    inside.drain()

    assert len(inside.effects("take_back_gift_line")) == 1
    assert (inside.gifts_on(order), inside.spent()) == (0, 0)


def test_given_a_parcel_that_has_left_when_its_order_is_refunded_then_the_gift_stays_and_it_says_so(
    inside: Practice,
) -> None:
    order = given(inside)
    inside.call(f"/town/orders/{order}/fulfil", {"announce": "lose"})

    end(inside, order, "refund")
    inside.drain()

    assert inside.reasons("nth_order_gift") == ["gift", "left"]
    assert inside.effects("take_back_gift_line") == []
    assert inside.spent() > 0


def test_given_a_parcel_that_leaves_before_the_way_back_when_taken_back_then_refused_and_the_money_stays_spent(
    inside: Practice,
) -> None:
    order = given(inside)
    end(inside, order, "refund")
    inside.pause(paused=True)
    inside.drain()
    inside.call(f"/town/orders/{order}/fulfil", {"announce": "lose"})

    inside.pause(paused=False)
    inside.drain()

    (back,) = inside.effects("take_back_gift_line")
    assert (back.state, "went with it" in (back.problem or "")) == ("refused", True)
    assert (inside.gifts_on(order), inside.spent() > 0) == (1, True)


@pytest.mark.parametrize("kind", ["commit_then_drop", "500_after", "500_before", "drop_before"])
def test_given_a_way_back_whose_answer_is_lost_when_looked_up_then_it_is_gone_once(inside: Practice, kind: str) -> None:
    order = given(inside)
    end(inside, order, "refund")
    inside.fault("OrderEditCommit", kind)
    inside.drain()
    assert [row.state for row in inside.effects("take_back_gift_line")] == ["uncertain"]

    inside.later(5)
    inside.drain()

    assert [row.state for row in inside.effects("take_back_gift_line")] == ["done"]
    assert (inside.gifts_on(order), inside.spent()) == (0, 0)


def test_given_a_gift_in_doubt_when_its_order_is_refunded_then_the_way_back_waits_until_it_is_settled(
    inside: Practice,
) -> None:
    inside.fault("OrderEditCommit", "commit_then_drop")
    order = given(inside)
    end(inside, order, "refund")
    inside.drain()
    assert [row.state for row in inside.effects("take_back_gift_line")] == ["planned"]

    inside.later(5)
    inside.drain()

    assert [row.state for row in inside.effects("take_back_gift_line")] == ["done"]
    assert (inside.gifts_on(order), inside.spent()) == (0, 0)


@pytest.mark.parametrize(("mode", "left"), [(Mode.APPROVE, 0), (Mode.OBSERVE, 1)])
def test_given_a_rule_that_asks_or_only_watches_when_an_order_is_over_then_only_the_first_takes_back(
    inside: Practice, mode: Mode, left: int
) -> None:
    order = given(inside)
    inside.policy(replace(POLICY, nth_order_gift=replace(POLICY.nth_order_gift, mode=mode)))

    end(inside, order, "refund")
    inside.drain()

    assert inside.gifts_on(order) == left


def test_given_a_disputed_payment_when_its_gift_is_due_then_there_is_none(inside: Practice) -> None:
    order = inside.order()
    inside.call(f"/town/orders/{order}/edit", {"dispute": "NEEDS_RESPONSE"})
    inside.deliver(order)

    inside.drain()

    assert inside.reasons("nth_order_gift") == ["disputed"]
    assert inside.gifts_on(order) == 0


def test_given_an_order_from_before_the_rule_was_switched_on_when_it_surfaces_then_it_gets_nothing(
    inside: Practice,
) -> None:
    order = inside.order()
    inside.later(3600)
    began = inside.world.clock.now()
    inside.policy(replace(POLICY, nth_order_gift=replace(POLICY.nth_order_gift, began_at=began)))
    inside.deliver(order)

    inside.drain()

    assert inside.reasons("nth_order_gift") == ["before_us"]


def given(inside: Practice) -> int:
    """Place a fourth order and let its gift be given, or planned."""
    order = inside.order()
    inside.deliver(order)
    inside.drain()
    return order


def end(inside: Practice, order: int, how: str) -> None:
    """Let the order be over, and tell of it."""
    inside.call(f"/town/orders/{order}/{how}", {"announce": "lose"})
    inside.deliver(order, key=f"{how}-{order}")
