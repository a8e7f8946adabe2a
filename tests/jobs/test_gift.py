"""A webhook about a fourth order, all the way to the line in the store; and every way the road can break."""

from dataclasses import replace

import pytest

from app.domain.facts import Order
from app.domain.policy import Mode
from app.domain.retry import MOST_ATTEMPTS
from integrations.shopify.shop import ShopifyShop
from jobs.practice import POLICY
from tests.jobs.conftest import Practice
from tests.store.crowd import at_once


def test_given_a_fourth_order_when_its_webhook_is_handled_then_one_free_line_is_on_it(inside: Practice) -> None:
    order = inside.order()
    inside.deliver(order)

    inside.drain()

    assert inside.gifts_on(order) == 1
    assert inside.reasons("nth_order_gift") == ["gift"]


def test_given_the_same_deed_when_five_deliveries_tell_of_it_then_there_is_one_gift_and_one_row(
    inside: Practice,
) -> None:
    order = inside.order()
    for number in range(5):
        inside.deliver(order, key=f"delivery-{number}")

    inside.drain()

    assert inside.gifts_on(order) == 1
    assert len(inside.effects("add_gift_line")) == 1


def test_given_a_gift_when_its_webhook_is_replayed_a_month_later_then_there_is_no_second_one(inside: Practice) -> None:
    order = inside.order()
    inside.deliver(order)
    inside.drain()
    inside.later(30 * 24 * 3_600)

    assert inside.deliver(order, key="a-month-later")
    inside.drain()

    assert (inside.gifts_on(order), len(inside.effects("add_gift_line"))) == (1, 1)
    assert inside.set_aside() == []


def lagging(monkeypatch: pytest.MonkeyPatch, *shown: bool) -> None:
    """Let the store's next readings of an order show it, or not yet; those after them as the last."""
    reads, turns = ShopifyShop.order, iter(shown)

    def order(self: ShopifyShop, order_id: int) -> Order | None:
        return reads(self, order_id) if next(turns, shown[-1]) else None

    monkeypatch.setattr(ShopifyShop, "order", order)


@pytest.mark.parametrize("shown", [(True, False, True), (False, True)], ids=["before the gift", "before the decision"])
def test_given_a_reading_that_lags_behind_when_the_order_is_new_then_nobody_takes_it_for_gone(
    inside: Practice, monkeypatch: pytest.MonkeyPatch, shown: tuple[bool, ...]
) -> None:
    order = inside.order()
    inside.deliver(order)
    lagging(monkeypatch, *shown)
    for _ in range(3):
        inside.drain()
        inside.later(10)

    assert inside.gifts_on(order) == 1
    assert [(row.state, row.code) for row in inside.effects("add_gift_line")] == [("done", None)]


def test_given_an_order_that_is_not_shown_any_more_when_its_gift_has_waited_for_that_then_it_is_withdrawn(
    inside: Practice, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = inside.order()
    inside.deliver(order)
    lagging(monkeypatch, True, False)
    for _ in range(5):
        inside.drain()
        inside.later(10)

    assert [(row.state, row.code) for row in inside.effects("add_gift_line")] == [("withdrawn", "gone")]
    assert inside.reserved() == 0


def test_given_a_rule_that_observes_when_a_gift_is_due_then_it_is_shown_and_nothing_leaves(inside: Practice) -> None:
    inside.policy(replace(POLICY, nth_order_gift=replace(POLICY.nth_order_gift, mode=Mode.OBSERVE)))
    order = inside.order()
    inside.deliver(order)

    inside.drain()

    assert [row.state for row in inside.effects("add_gift_line")] == ["observed"]
    assert inside.gifts_on(order) == 0


def test_given_a_cancelled_order_when_its_old_webhook_comes_then_there_is_no_gift_and_a_reason(
    inside: Practice,
) -> None:
    order = inside.order()
    inside.call(f"/town/orders/{order}/cancel", {"announce": "lose"})
    inside.deliver(order)

    inside.drain()

    assert inside.reasons("nth_order_gift") == ["not_counted"]
    assert inside.gifts_on(order) == 0


def test_given_a_planned_gift_when_the_warehouse_takes_the_parcel_first_then_it_is_owed_to_the_next(
    inside: Practice,
) -> None:
    inside.policy(replace(POLICY, nth_order_gift=replace(POLICY.nth_order_gift, settle_minutes=10, cooldown_days=0)))
    late = inside.order()
    inside.deliver(late)
    inside.drain()
    inside.call(f"/town/orders/{late}/fulfil", {"step": "take", "announce": "lose"})
    inside.later(700)
    inside.drain()
    assert [(row.state, row.code) for row in inside.effects("add_gift_line")] == [("withdrawn", "too_late")]

    following = inside.order()
    inside.deliver(following, key="delivery-2")
    inside.drain()
    inside.later(700)
    inside.drain()

    assert (inside.gifts_on(late), inside.gifts_on(following)) == (0, 1)


@pytest.mark.parametrize("kind", ["commit_then_drop", "500_after", "truncated"])
def test_given_a_commit_whose_answer_is_lost_when_it_is_looked_up_then_it_is_found_and_not_repeated(
    inside: Practice, kind: str
) -> None:
    order = inside.order()
    inside.deliver(order)
    inside.fault("OrderEditCommit", kind)
    inside.drain()
    assert [row.state for row in inside.effects("add_gift_line")] == ["uncertain"]

    inside.later(5)
    inside.drain()

    assert [(row.state, row.sends) for row in inside.effects("add_gift_line")] == [("done", 1)]
    assert inside.gifts_on(order) == 1


@pytest.mark.parametrize("kind", ["500_before", "html_502", "drop_before"])
def test_given_a_commit_that_never_happened_when_it_is_looked_up_then_it_is_done_again(
    inside: Practice, kind: str
) -> None:
    order = inside.order()
    inside.deliver(order)
    inside.fault("OrderEditCommit", kind)
    inside.drain()

    inside.later(5)
    inside.drain()

    assert [(row.state, row.sends) for row in inside.effects("add_gift_line")] == [("done", 2)]
    assert inside.gifts_on(order) == 1


@pytest.mark.parametrize("operation", ["OrderFacts", "GiftVariant", "OrderEditBegin"])
def test_given_a_busy_store_when_it_is_asked_later_then_nothing_was_lost(inside: Practice, operation: str) -> None:
    order = inside.order()
    inside.deliver(order)
    inside.fault(operation, "throttled")
    inside.drain()
    assert inside.gifts_on(order) == 0

    inside.later(30)
    inside.drain()

    assert inside.gifts_on(order) == 1


@pytest.mark.parametrize("kind", ["429", "throttled"])
@pytest.mark.parametrize("operation", ["OrderFacts", "OrderEditBegin"])
def test_given_a_storm_when_the_store_asks_for_fewer_calls_all_day_then_nothing_fails_for_good(
    inside: Practice, operation: str, kind: str
) -> None:
    order = inside.order()
    inside.deliver(order)
    for _ in range(MOST_ATTEMPTS + 3):
        inside.fault(operation, kind)
        inside.drain()
        inside.later(30)

    inside.drain()

    assert inside.set_aside() == []
    assert [row.state for row in inside.effects("add_gift_line")] == ["done"]
    assert inside.gifts_on(order) == 1


def test_given_a_thrown_kill_switch_when_a_gift_is_due_then_it_waits_and_leaves_when_it_is_lifted(
    inside: Practice,
) -> None:
    order = inside.order()
    inside.deliver(order)
    inside.pause(paused=True)
    inside.drain()
    assert inside.gifts_on(order) == 0

    inside.pause(paused=False)
    inside.drain()

    assert inside.gifts_on(order) == 1


def test_given_a_body_that_makes_no_sense_when_handled_then_it_is_set_aside_and_the_next_is_done(
    inside: Practice,
) -> None:
    order = inside.order()
    inside.deliver(0, key="nonsense", body=b'{"id": "\xff"}')
    inside.deliver(order)

    inside.drain()

    assert inside.gifts_on(order) == 1
    assert inside.set_aside() == ["nonsense"]


def test_given_an_order_that_has_its_gift_when_the_warehouse_takes_it_then_nothing_is_owed(inside: Practice) -> None:
    order = inside.order()
    inside.deliver(order)
    inside.drain()

    inside.call(f"/town/orders/{order}/fulfil", {"step": "take", "announce": "lose"})
    inside.deliver(order, key="delivery-2")
    inside.drain()

    assert inside.reasons("nth_order_gift") == ["gift", "given"]


def test_given_a_customer_in_cool_down_when_the_warehouse_has_the_parcel_then_no_gift_was_promised(
    inside: Practice,
) -> None:
    inside.policy(replace(POLICY, nth_order_gift=replace(POLICY.nth_order_gift, cooldown_days=60)))
    for number in (1, 2):
        order = inside.order()
        if number == 2:
            inside.call(f"/town/orders/{order}/fulfil", {"step": "take", "announce": "lose"})
        inside.deliver(order, key=f"delivery-{number}")
        inside.drain()

    assert inside.reasons("nth_order_gift") == ["gift", "cool_down"]


def test_given_one_delivery_a_thousand_times_from_fifty_senders_when_worked_off_then_there_is_one_row_and_one_gift(
    inside: Practice,
) -> None:
    order = inside.order()

    kept = at_once(50, lambda _number: [inside.deliver(order) for _ in range(20)])
    inside.drain()

    assert [new for each in kept for new in each].count(True) == 1
    assert (len(inside.effects("add_gift_line")), inside.gifts_on(order)) == (1, 1)
