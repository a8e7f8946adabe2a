"""The store takes a right back: what needed it is off before anything is tried, and the rest goes on."""

from dataclasses import replace

import pytest

from app.domain.effects import State
from integrations.sandbox.store.shops import SCOPES
from integrations.sandbox.town import PRACTICE_SHOP
from jobs.installation import scopes_changed
from jobs.queue import Bell, Task
from tests.jobs.conftest import Practice

WITHOUT_EDITS = sorted(set(SCOPES) - {"write_order_edits"})


def test_given_no_right_to_edit_orders_when_a_gift_is_due_then_the_decision_says_so_and_the_mark_goes_on(
    inside: Practice,
) -> None:
    grant(inside, *WITHOUT_EDITS)
    calls = inside.call("/town/state")["calls"].get("OrderEditBegin", 0)

    order = inside.order()
    inside.deliver(order)
    inside.drain()

    assert inside.reasons("nth_order_gift") == ["not_granted"]
    assert inside.reasons("special_customer") != []
    assert inside.call("/town/state")["calls"].get("OrderEditBegin", 0) == calls
    assert inside.set_aside() == []


def test_given_a_planned_gift_when_its_right_is_taken_back_then_it_is_withdrawn_and_its_money_is_free(
    inside: Practice,
) -> None:
    inside.pause(paused=True)
    inside.deliver(inside.order())
    inside.drain()
    assert inside.reserved() > 0

    grant(inside, *WITHOUT_EDITS)
    inside.pause(paused=False)
    inside.drain()

    (row,) = inside.effects("add_gift_line")
    assert (row.state, row.code) == (State.WITHDRAWN, "not_granted")
    assert inside.reserved() == 0


def test_given_a_right_that_comes_back_when_the_next_gift_is_due_then_it_is_given(inside: Practice) -> None:
    grant(inside, *WITHOUT_EDITS)
    grant(inside, *SCOPES)

    order = inside.order()
    inside.deliver(order)
    inside.drain()

    assert inside.gifts_on(order) == 1


def test_given_a_letter_that_waits_for_want_of_a_right_when_it_is_granted_then_it_goes_on_at_once(
    inside: Practice,
) -> None:
    grant(inside, *sorted({scope for scope in SCOPES if not scope.endswith("_orders")}))
    order = inside.order()
    inside.deliver(order)
    inside.drain()
    assert inside.reasons("nth_order_gift") == []

    grant(inside, *SCOPES)

    assert inside.gifts_on(order) == 1


@pytest.mark.parametrize("task", [Task.SWEEP, Task.MOMENTS])
def test_given_a_bell_that_was_hushed_for_want_of_a_right_when_it_is_granted_then_it_may_ring_again(
    inside: Practice, redis_url: str, task: Task
) -> None:
    bell = Bell.at(redis_url, patient=True)
    bell.redis.flushdb()
    bell.hush(task, inside.shop_id, seconds=4 * 3600.0)

    scopes_changed(replace(inside.world, bell=bell), inside.shop_id, frozenset(SCOPES))

    assert not bell.redis.keys("lagniappe:bell:*")
    bell.redis.close()


def grant(here: Practice, *scopes: str) -> None:
    """Let the merchant grant this and no more, and the worker hear of it."""
    here.call(f"/town/shops/{PRACTICE_SHOP}/grant", {"scopes": list(scopes), "announce": "lose"})
    here.tell("app/scopes_update", f"scopes-{len(scopes)}", previous=[], current=list(scopes))
    here.drain()
