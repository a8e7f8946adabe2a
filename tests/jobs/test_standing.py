"""The regular's mark: on with the order that lifts them, off when they lapse, and never for half the shop at once."""

from dataclasses import replace
from unittest.mock import Mock

import pytest

from app.domain.errors import Busy
from app.domain.facts import Standing
from app.domain.policy import Mode
from app.domain.ports import Receipt
from app.store import orders, yardstick
from app.store.base import reading
from app.store.tables import Customer
from integrations.shopify.shop import ShopifyShop
from jobs import desk
from jobs import review as reviews
from jobs.installation import keep_access
from jobs.practice import POLICY
from jobs.review import review
from tests.jobs.conftest import Practice
from tests.jobs.dying import Died

DAY = 86_400
TAG = POLICY.special_customer.tag
WATCHING = replace(POLICY, special_customer=replace(POLICY.special_customer, mode=Mode.OBSERVE))


def lifted(inside: Practice) -> int:
    """Let a customer just below the average place the order that lifts them above it; return who it is."""
    customer: int = inside.call("/town/cast")["almost_average_customer"]
    inside.deliver(inside.order(customer_id=customer, amount="80.00"))
    inside.drain()
    return customer


def tags(inside: Practice, customer: int) -> list[str]:
    return list(inside.call(f"/town/customers/{customer}")["tags"])


def test_given_a_customer_whose_order_lifts_them_above_the_average_then_the_store_shows_the_mark(
    inside: Practice,
) -> None:
    customer = lifted(inside)

    assert TAG in tags(inside, customer)


def test_given_a_marked_customer_when_they_lapse_then_the_mark_comes_off_once(inside: Practice) -> None:
    customer = lifted(inside)
    for _ in range(8):
        inside.later(25 * DAY)
        keep_access(inside.world, inside.shop_id)  # as the ticker does: after ninety days of silence nobody is let in

    review(inside.world, inside.shop_id)
    inside.drain()

    assert TAG not in tags(inside, customer)
    changes = inside.effects("tag_customer")
    assert [(e.payload["present"], e.state) for e in changes] == [(True, "done"), (False, "done")]


def test_given_a_mark_whose_answer_was_lost_when_it_is_no_longer_deserved_then_it_comes_off_all_the_same(
    inside: Practice,
) -> None:
    customer = inside.call("/town/cast")["almost_average_customer"]
    order = inside.order(customer_id=customer, amount="80.00")
    inside.fault("TagsAdd", "commit_then_drop")
    inside.deliver(order)
    inside.drain()
    inside.call(f"/town/orders/{order}/cancel", {})
    inside.deliver(order, key="cancelled")
    inside.drain()
    assert TAG in tags(inside, customer)
    inside.later(5)
    inside.drain()

    assert TAG not in tags(inside, customer)


def test_given_a_mark_whose_answer_was_lost_when_it_is_withdrawn_before_its_next_try_then_it_comes_off_all_the_same(
    inside: Practice, monkeypatch: pytest.MonkeyPatch
) -> None:
    customer = inside.call("/town/cast")["almost_average_customer"]
    order = inside.order(customer_id=customer, amount="80.00")
    inside.fault("TagsAdd", "commit_then_drop")
    inside.deliver(order)
    inside.drain()
    with monkeypatch.context() as patched:
        patched.setattr(ShopifyShop, "tag_customer", Mock(side_effect=Busy("They are busy.")))
        inside.later(5)
        inside.drain()
    assert [(e.state, e.sends) for e in inside.effects("tag_customer")] == [("planned", 2)]

    inside.call(f"/town/orders/{order}/cancel", {})
    inside.deliver(order, key="cancelled")
    inside.drain()

    assert TAG not in tags(inside, customer)
    first, second = inside.effects("tag_customer")
    assert (first.state, second.state, second.payload["present"]) == ("withdrawn", "done", False)


def test_given_a_mark_that_is_on_its_way_when_it_is_no_longer_deserved_then_it_comes_off_as_soon_as_it_is_out(
    inside: Practice, monkeypatch: pytest.MonkeyPatch
) -> None:
    customer = inside.call("/town/cast")["almost_average_customer"]
    order = inside.order(customer_id=customer, amount="80.00")
    tag_customer = ShopifyShop.tag_customer

    def while_they_cancel(store: ShopifyShop, customer_id: int, *, tag: str, present: bool) -> Receipt:
        if present:
            inside.call(f"/town/orders/{order}/cancel", {})
            inside.deliver(order, key="cancelled")
            inside.drain()
        return tag_customer(store, customer_id, tag=tag, present=present)

    monkeypatch.setattr(ShopifyShop, "tag_customer", while_they_cancel)
    inside.deliver(order)
    inside.drain()

    assert TAG not in tags(inside, customer)
    assert [e.state for e in inside.effects("tag_customer")] == ["done", "done"]


def test_given_a_mark_whose_coming_off_was_never_answered_when_it_is_deserved_again_then_it_is_known_to_be_out(
    inside: Practice,
) -> None:
    inside.policy(replace(POLICY, special_customer=replace(POLICY.special_customer, dwell_days=0)))
    customer = inside.call("/town/cast")["almost_average_customer"]
    order = inside.order(customer_id=customer, amount="80.00")
    inside.deliver(order)
    inside.drain()
    inside.later(2 * DAY)
    inside.fault("TagsRemove", "commit_then_drop")
    inside.call(f"/town/orders/{order}/cancel", {})
    inside.deliver(order, key="cancelled")
    inside.drain()
    inside.later(2 * DAY)
    inside.deliver(inside.order(customer_id=customer, amount="80.00"), key="again")
    inside.drain()

    assert TAG in tags(inside, customer)
    with reading(inside.world.sessions) as session:
        row = session.get_one(Customer, (inside.shop_id, customer))
        assert (row.special, row.marked) == (True, True)


def test_given_a_review_when_rung_for_again_on_the_same_day_then_it_is_not_made_twice(inside: Practice) -> None:
    review(inside.world, inside.shop_id)
    decided = len(inside.reasons("special_customer"))

    review(inside.world, inside.shop_id)

    assert len(inside.reasons("special_customer")) == decided > 0


def test_given_a_shops_first_review_when_half_of_it_would_be_marked_then_a_person_is_asked_first(
    inside: Practice,
) -> None:
    review(inside.world, inside.shop_id)
    inside.drain()

    marks = inside.effects("tag_customer")
    assert len(marks) > 20
    assert {mark.state for mark in marks} == {"awaiting"}


def test_given_a_review_in_pieces_when_a_press_comes_in_between_then_it_gets_through_and_counts(
    inside: Practice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reviews, "PIECE", 5)
    pressed = iter([lambda: inside.policy(WATCHING)])
    monkeypatch.setattr(reviews.stopping, "wait", lambda _seconds: next(pressed, lambda: None)() is not None)

    review(inside.world, inside.shop_id)

    states = [mark.state for mark in inside.effects("tag_customer")]
    assert (states.count("awaiting"), set(states)) == (5, {"awaiting", "observed"})


def test_given_a_review_that_dies_between_pieces_when_made_on_then_it_ends_as_one_that_does_not(
    inside: Practice, monkeypatch: pytest.MonkeyPatch
) -> None:
    moved = len(all_moved(inside))
    monkeypatch.setattr(reviews, "PIECE", moved - 10)
    monkeypatch.setattr(reviews.stopping, "wait", Mock(side_effect=Died))
    with pytest.raises(Died):
        review(inside.world, inside.shop_id)
    assert len(inside.reasons("special_customer")) == moved - 10

    review(inside.world, inside.shop_id)
    review(inside.world, inside.shop_id)

    marks = inside.effects("tag_customer")
    assert len(inside.reasons("special_customer")) == len({mark.payload["customer_id"] for mark in marks}) == moved
    # The rest alone would have been few enough to go by themselves.
    assert (len(marks), {mark.state for mark in marks}) == (moved, {"awaiting"})


def all_moved(inside: Practice) -> list[Standing]:
    """Return whoever a review would decide about."""
    merchant = inside.world.merchant(inside.shop_id)
    assert merchant is not None
    with reading(inside.world.sessions) as session:
        measure = yardstick.read(session, shop_id=inside.shop_id, currency=merchant.currency)
        assert measure is not None
        about = {"yardstick": measure, "policy": merchant.policy.special_customer, "now": inside.world.clock.now()}
        return orders.moved_by(session, shop_id=inside.shop_id, **about)


def test_given_a_rule_that_observes_when_it_is_switched_on_then_the_marks_that_were_only_watched_go_out(
    inside: Practice,
) -> None:
    customer = inside.call("/town/cast")["almost_average_customer"]
    inside.policy(WATCHING)
    inside.deliver(inside.order(customer_id=customer, amount="80.00"))
    inside.drain()
    assert TAG not in tags(inside, customer)

    merchant = inside.world.merchant(inside.shop_id)
    assert merchant is not None
    desk.set_mode(inside.world, merchant, "special_customer", Mode.AUTO)
    inside.drain()

    assert TAG in tags(inside, customer)
