"""The merchant lets a customer alone: marks come off, what waits is taken back, and nothing automatic follows."""

from dataclasses import replace

import pytest

from app.domain.policy import Mode
from app.store import imports, shops
from app.store.base import unit_of_work
from app.store.shops import Merchant
from jobs import desk
from jobs.let_alone import let_be
from jobs.practice import POLICY
from jobs.review import review
from tests.jobs.conftest import Practice, read_past
from tests.jobs.test_customers import ENOUGH, TAG, gid, marked, newcomer, standing, tags

EVERY_ORDER = replace(POLICY.nth_order_gift, every=1, cooldown_days=0)


@pytest.mark.parametrize("mode", list(Mode))
def test_given_a_marked_customer_when_let_alone_then_the_mark_comes_off_whatever_the_mode(
    inside: Practice, mode: Mode
) -> None:
    customer = marked(inside)
    inside.policy(replace(POLICY, special_customer=replace(POLICY.special_customer, mode=mode)))

    assert let_be(inside.world, merchant(inside), customer, alone=True)
    inside.drain()

    assert tags(inside, customer) == []
    assert inside.reasons("special_customer")[-1] == "opted_out"


def test_given_a_gift_and_flowers_that_wait_when_let_alone_then_only_the_gift_is_taken_back(inside: Practice) -> None:
    customer = newcomer(inside)
    slow = replace(EVERY_ORDER, settle_minutes=600)
    inside.policy(replace(POLICY, nth_order_gift=slow))
    inside.deliver(inside.order(customer_id=customer, amount="30.00"))
    inside.drain()
    ticket = inside.call("/town/tickets", {"customer_id": customer, "subject": "Hm"})["ticket_id"]
    inside.press(ticket, "flowers")
    inside.drain()

    let_be(inside.world, merchant(inside), customer, alone=True)

    assert [(row.state, row.code) for row in inside.effects("add_gift_line")] == [("withdrawn", "opted_out")]
    assert [row.state for row in inside.effects("send_flowers")] == ["planned"]


def test_given_somebody_let_alone_when_they_order_and_the_night_comes_then_nothing_is_done_and_the_why_is_told(
    inside: Practice,
) -> None:
    inside.policy(replace(POLICY, nth_order_gift=EVERY_ORDER))
    customer = newcomer(inside)
    let_be(inside.world, merchant(inside), customer, alone=True)

    order = inside.order(customer_id=customer, amount=ENOUGH)
    inside.deliver(order)
    inside.drain()
    inside.later(24 * 3600)
    review(inside.world, inside.shop_id)
    inside.drain()

    assert (inside.gifts_on(order), tags(inside, customer)) == (0, [])
    assert inside.reasons("nth_order_gift")[-1:] == ["opted_out"]
    assert [row for row in inside.effects("tag_customer") if row.customer_id == customer] == []


def test_given_somebody_let_alone_when_an_agent_refunds_then_it_is_done_and_the_note_says_so(inside: Practice) -> None:
    customer = newcomer(inside)
    inside.deliver(inside.order(customer_id=customer, amount="30.00"))
    inside.drain()
    let_be(inside.world, merchant(inside), customer, alone=True)

    ticket = inside.call("/town/tickets", {"customer_id": customer, "subject": "Broken"})["ticket_id"]
    inside.press(ticket, "refund_keep", amount="5.00")
    inside.drain()

    assert [row.state for row in inside.effects("refund_order")] == ["done"]
    assert "wants nothing automatic" in inside.effects("post_note")[-1].payload["text"]


def test_given_somebody_let_alone_when_the_past_is_read_again_then_they_still_are(inside: Practice) -> None:
    customer = newcomer(inside)
    let_be(inside.world, merchant(inside), customer, alone=True)

    with unit_of_work(inside.world.sessions) as session:
        imports.again(session, shop_id=inside.shop_id)
    read_past(inside)

    assert standing(inside, customer).let_alone


@pytest.mark.parametrize("kept_is_alone", [True, False])
def test_given_one_of_two_let_alone_when_merged_then_the_one_left_is_and_bears_no_mark(
    inside: Practice, kept_is_alone: bool
) -> None:
    special, other = marked(inside), inside.call("/town/cast")["fourth_order_customer"]
    kept, gone = (other, special) if kept_is_alone else (special, other)
    let_be(inside.world, merchant(inside), other, alone=True)

    merge = {"admin_graphql_api_customer_kept_id": gid(kept), "admin_graphql_api_customer_deleted_id": gid(gone)}
    inside.tell("customers/merge", **merge, status="COMPLETED")
    inside.drain()

    found = standing(inside, kept)
    assert (found.let_alone, found.special) == (True, False)
    assert TAG not in tags(inside, kept)


def test_given_watched_marks_when_the_rule_is_switched_on_then_not_those_of_somebody_let_alone(
    inside: Practice,
) -> None:
    watching = replace(POLICY, special_customer=replace(POLICY.special_customer, mode=Mode.OBSERVE))
    inside.policy(watching)
    customer = newcomer(inside)
    inside.deliver(inside.order(customer_id=customer, amount=ENOUGH))
    inside.drain()
    let_be(inside.world, merchant(inside), customer, alone=True)

    desk.set_mode(inside.world, merchant(inside), "special_customer", Mode.APPROVE)

    assert [row.state for row in inside.effects("tag_customer")] == ["observed"]


def test_given_somebody_let_alone_when_the_rules_look_again_then_the_next_order_marks_them(inside: Practice) -> None:
    customer = newcomer(inside)
    let_be(inside.world, merchant(inside), customer, alone=True)
    let_be(inside.world, merchant(inside), customer, alone=False)

    inside.deliver(inside.order(customer_id=customer, amount=ENOUGH))
    inside.drain()

    assert tags(inside, customer) == [TAG]


def test_given_a_stranger_when_let_alone_then_there_is_nobody(inside: Practice) -> None:
    assert not let_be(inside.world, merchant(inside), 4_000_000_000_000, alone=True)


def merchant(inside: Practice) -> Merchant:
    with unit_of_work(inside.world.sessions) as session:
        found = shops.by_id(session, inside.shop_id)
    assert found is not None
    return found
