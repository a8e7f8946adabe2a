"""Somebody is held out of a rule: nothing is given, the why is told, and both groups are known from then on."""

from dataclasses import replace

from app.domain.policy import Mode, Trial
from app.store import trials
from app.store.base import reading
from jobs.practice import POLICY
from jobs.review import review
from tests.jobs.conftest import Practice

EVERYBODY = tuple(Trial(rule=rule, percent=100, edition=1) for rule in ("nth_order_gift", "special_customer"))


def places(inside: Practice, rule: str) -> list[bool]:
    """Return who is in the rule's trial: True for whom it holds out."""
    with reading(inside.world.sessions) as session:
        known = Trial(rule=rule, edition=1)
        return [
            each.held_out
            for each in trials.members(session, shop_id=inside.shop_id, trial=known, now=inside.world.clock.now())
        ]


def test_given_somebody_held_out_when_their_gift_is_due_then_nothing_leaves_and_the_why_is_told_once(
    inside: Practice,
) -> None:
    inside.policy(replace(POLICY, trials=EVERYBODY))
    order = inside.order()
    for key in ("paid", "updated"):
        inside.deliver(order, key=key)
        inside.drain()

    assert (inside.gifts_on(order), inside.effects("add_gift_line")) == (0, [])
    assert inside.reasons("nth_order_gift") == ["held_out"]
    assert places(inside, "nth_order_gift") == [True]


def test_given_nobody_held_out_by_the_lot_when_a_gift_is_due_then_it_goes_along_and_is_followed(
    inside: Practice,
) -> None:
    inside.policy(replace(POLICY, trials=(replace(EVERYBODY[0], percent=1),)))
    order = inside.order()
    inside.deliver(order)
    inside.drain()

    assert inside.gifts_on(order) == 1
    assert places(inside, "nth_order_gift") == [False]


def test_given_a_rule_that_only_watches_when_somebody_would_be_held_out_then_they_are_in_no_trial(
    inside: Practice,
) -> None:
    watching = replace(POLICY.nth_order_gift, mode=Mode.OBSERVE)
    inside.policy(replace(POLICY, trials=EVERYBODY, nth_order_gift=watching))
    inside.deliver(inside.order())
    inside.drain()

    assert inside.reasons("nth_order_gift") == ["held_out"]
    assert places(inside, "nth_order_gift") == []


def test_given_people_above_the_average_when_held_out_in_the_night_then_they_enter_once_and_bear_no_mark(
    inside: Practice,
) -> None:
    customer = inside.call("/town/cast")["almost_average_customer"]
    inside.policy(replace(POLICY, special_customer=replace(POLICY.special_customer, mode=Mode.OBSERVE)))
    inside.deliver(inside.order(customer_id=customer, amount="80.00"))
    inside.policy(replace(POLICY, trials=EVERYBODY))
    for _ in range(2):
        inside.later(86_400)
        review(inside.world, inside.shop_id)
        inside.drain()

    held = places(inside, "special_customer")
    assert all(held)
    assert len(held) == inside.reasons("special_customer").count("held_out") > 0
    assert [row for row in inside.effects("tag_customer") if row.payload["present"]] == []
