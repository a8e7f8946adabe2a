"""A gift that is gone when its hour comes: the next of the list goes instead, once, and the books tell of it."""

from dataclasses import replace

import pytest

from app.domain.policy import Mode, NthOrderGift
from app.store.ledger import Deed
from jobs import desk, kept_back
from jobs.practice import GIFTS, POLICY
from tests.jobs.conftest import Practice

FIRST, SECOND, THIRD = GIFTS[:3]
LATER = 700
both = pytest.mark.parametrize("books", ["sqlite", "postgres"])


def planned(inside: Practice, **changes: object) -> int:
    """Let an order's gift be planned for later, as the first of the list."""
    rule: NthOrderGift = replace(POLICY.nth_order_gift, settle_minutes=10, variants=GIFTS[:3], **changes)  # type: ignore[arg-type]  # any of its fields
    inside.policy(replace(POLICY, nth_order_gift=rule))
    order = inside.order()
    inside.deliver(order)
    inside.drain()
    assert [row.payload["variant_id"] for row in inside.effects("add_gift_line")] == [FIRST]
    return order


def sell_out(inside: Practice, *variants: int) -> None:
    for variant in variants:
        inside.call(f"/town/variants/{variant}/stock", {"stock": 0})


def comes_its_hour(inside: Practice) -> None:
    inside.later(LATER)
    inside.drain()


def on_board(inside: Practice, order: int) -> list[int]:
    lines = inside.call(f"/town/orders/{order}")["lines"]
    return [line["variant_id"] for line in lines if line["current_quantity"] and line["variant_id"] in GIFTS]


@both
def test_given_a_gift_that_sells_out_when_its_hour_comes_then_the_next_goes_once_and_its_own_cost_is_paid(
    inside: Practice,
) -> None:
    order = planned(inside)
    key = inside.effects("add_gift_line")[0].key
    sell_out(inside, FIRST)

    comes_its_hour(inside)
    inside.deliver(order, key="once more")
    inside.drain()

    (row,) = inside.effects("add_gift_line")
    assert (row.key, row.state, row.payload["variant_id"]) == (key, "done", SECOND)
    assert (on_board(inside, order), inside.gifts_on(order)) == ([SECOND], 1)
    assert (inside.reserved(), inside.spent()) == (0, row.cost_minor)
    assert row.because.endswith("Sticker Sheet sold out meanwhile, so the gift is Wool Socks instead.")


@both
def test_given_a_gift_of_which_the_last_are_kept_back_when_its_hour_comes_then_the_next_with_enough_goes(
    inside: Practice,
) -> None:
    order = planned(inside)
    merchant = inside.world.merchant(inside.shop_id)
    assert merchant is not None
    for variant in (FIRST, SECOND):
        kept_back.keep_back(inside.world, merchant, variant_id=variant, kept=10_000)

    comes_its_hour(inside)

    assert on_board(inside, order) == [THIRD]
    assert [row.state for row in inside.effects("add_gift_line")] == ["done"]


def test_given_nothing_left_of_the_list_when_its_hour_comes_then_nothing_goes_and_the_money_is_back(
    inside: Practice,
) -> None:
    order = planned(inside)
    sell_out(inside, FIRST, SECOND, THIRD)

    comes_its_hour(inside)

    assert [(row.state, row.code) for row in inside.effects("add_gift_line")] == [("withdrawn", "sold_out")]
    assert (inside.reserved(), inside.spent(), inside.gifts_on(order)) == (0, 0, 0)


def test_given_a_gift_that_may_have_been_sent_when_it_sells_out_then_no_other_goes(inside: Practice) -> None:
    order = planned(inside)
    inside.fault("OrderEditCommit", "500_before")
    comes_its_hour(inside)
    assert [row.state for row in inside.effects("add_gift_line")] == ["uncertain"]
    sell_out(inside, FIRST)

    comes_its_hour(inside)

    assert [(row.state, row.code) for row in inside.effects("add_gift_line")] == [("withdrawn", "sold_out")]
    assert (inside.gifts_on(order), inside.reserved()) == (0, 0)


def test_given_a_purse_that_the_next_is_too_dear_for_when_its_hour_comes_then_nothing_goes(inside: Practice) -> None:
    order = planned(inside)
    first = inside.effects("add_gift_line")[0].cost_minor
    rule = replace(POLICY.nth_order_gift, settle_minutes=10, variants=GIFTS[:3])
    inside.policy(replace(POLICY, nth_order_gift=rule, gifts_monthly_minor=first))
    sell_out(inside, FIRST)

    comes_its_hour(inside)

    assert [(row.state, row.payload["variant_id"]) for row in inside.effects("add_gift_line")] == [
        ("over_budget", SECOND)
    ]
    assert (inside.reserved(), inside.spent(), inside.gifts_on(order)) == (0, 0, 0)


def test_given_a_rule_that_asks_first_when_the_approved_gift_sells_out_then_the_next_waits_for_a_yes(
    inside: Practice,
) -> None:
    order = planned(inside, mode=Mode.APPROVE)
    approve(inside)
    sell_out(inside, FIRST)

    comes_its_hour(inside)

    (row,) = inside.effects("add_gift_line")
    assert (row.state, row.code, inside.reserved()) == ("awaiting", "second_choice", 0)
    assert row.problem == "Sticker Sheet sold out meanwhile. Wool Socks for $3.10 instead?"
    approve(inside)
    inside.drain()
    assert (on_board(inside, order), inside.spent()) == ([SECOND], inside.effects("add_gift_line")[0].cost_minor)


def approve(inside: Practice) -> list[Deed]:
    merchant = inside.world.merchant(inside.shop_id)
    assert merchant is not None
    return desk.approve(inside.world, merchant, inside.effects("add_gift_line")[0].id)
