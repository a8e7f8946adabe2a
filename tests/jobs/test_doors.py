"""A frozen, locked or inactive shop is left alone as a whole; nothing is lost, and the rest of the world goes on."""

import pytest

from app.domain.retry import MOST_ATTEMPTS
from app.store.base import unit_of_work
from app.store.tables import Shop
from integrations.sandbox.town import PRACTICE_SHOP
from jobs.sweep import sweep
from tests.jobs.conftest import Practice

STATES = [("frozen", "the store is frozen"), ("locked", "the store is locked")]


@pytest.mark.parametrize(("state", "because"), STATES)
def test_given_a_shop_in_trouble_when_much_waits_for_it_then_one_call_is_made_and_the_page_can_say_why(
    inside: Practice, state: str, because: str
) -> None:
    for number in range(5):
        inside.deliver(inside.order(), f"d-{number}")
    turn(inside, state)

    for _ in range(4):
        inside.drain()
        sweep(inside.world, inside.shop_id)
        inside.later(120)

    assert turned_away(inside) == 1
    assert shop(inside).closed_because == because


def test_given_one_no_when_the_store_is_well_a_moment_later_then_it_is_asked_again_soon(inside: Practice) -> None:
    order = inside.order()
    inside.deliver(order)
    turn(inside, "frozen")
    inside.drain()
    turn(inside, "open")

    inside.later(600)
    inside.drain()

    assert inside.gifts_on(order) == 1


def test_given_a_shop_that_says_no_once_more_when_it_is_asked_again_then_it_is_left_alone_for_long(
    inside: Practice,
) -> None:
    inside.deliver(inside.order())
    turn(inside, "frozen")
    for _ in range(2):
        inside.drain()
        inside.later(600)

    for _ in range(4):
        inside.drain()
        inside.later(600)

    assert turned_away(inside) == 2


def test_given_a_shop_that_was_frozen_when_it_thaws_then_everything_is_done_once_and_it_is_open(
    inside: Practice,
) -> None:
    order = inside.order()
    inside.deliver(order)
    turn(inside, "frozen")
    for _ in range(MOST_ATTEMPTS + 3):
        inside.drain()
        inside.later(3600)
    assert turned_away(inside) <= 2 * (MOST_ATTEMPTS + 3)

    turn(inside, "open")
    inside.drain()

    assert inside.set_aside() == []
    assert inside.gifts_on(order) == 1
    assert (shop(inside).closed_until, shop(inside).closed_because) == (None, None)


def test_given_a_deed_on_its_way_when_the_shop_freezes_then_it_waits_with_its_try_and_its_money(
    inside: Practice,
) -> None:
    order = inside.order()
    inside.deliver(order)
    inside.fault("OrderEditBegin", "throttled")
    inside.drain()
    held = inside.reserved()
    turn(inside, "frozen")
    inside.later(30)

    inside.drain()

    (gift,) = inside.effects("add_gift_line")
    assert (gift.state, gift.attempts - gift.waits) == ("planned", 0)
    assert inside.reserved() == held > 0


def test_given_money_on_its_way_when_the_shop_freezes_then_it_is_asked_after_once_and_the_shop_rests(
    inside: Practice,
) -> None:
    customer = inside.call("/town/cast")["bereaved_customer"]
    order = inside.order(customer_id=customer, amount="10.00", refunds_pend=True)
    inside.call(f"/town/orders/{order}/fulfil", {"step": "send", "announce": "lose"})
    inside.deliver(order)
    inside.drain()
    ticket = inside.call("/town/tickets", {"customer_id": customer, "subject": "Broken"})["ticket_id"]
    inside.press(int(ticket), "refund_keep", amount="5.00")
    inside.drain()
    turn(inside, "frozen")
    inside.later(86_400)

    inside.drain()

    assert turned_away(inside) == 1
    assert shop(inside).closed_because == "the store is frozen"


def test_given_a_frozen_shop_when_a_letter_needs_nobody_inside_then_it_is_handled(inside: Practice) -> None:
    inside.deliver(inside.order())
    turn(inside, "frozen")
    inside.drain()

    inside.deliver(1, "nonsense", b"{")
    inside.drain()

    assert inside.set_aside() == ["nonsense"]
    assert turned_away(inside) == 1


def turn(inside: Practice, state: str) -> None:
    inside.call(f"/town/shops/{PRACTICE_SHOP}", {"state": state})


def turned_away(inside: Practice) -> int:
    return int(inside.call("/town/state")["calls"].get("turned_away", 0))


def shop(inside: Practice) -> Shop:
    with unit_of_work(inside.world.sessions) as session:
        return session.get_one(Shop, inside.shop_id)
