"""orders/paid is no trigger to lean on: some orders never raise it, some raise it twice."""

from tests.jobs.conftest import Practice


def test_given_an_order_on_credit_when_it_is_paid_and_nobody_says_paid_then_the_gift_is_given_once(
    inside: Practice,
) -> None:
    order_id = inside.order(paid=False)
    inside.tell("orders/create", "1", id=order_id)
    inside.drain()
    assert inside.gifts_on(order_id) == 0

    inside.call(f"/town/orders/{order_id}/pay", {"announce": "lose"})
    for key in ("2", "3"):
        inside.tell("orders/updated", key, id=order_id)
    inside.drain()

    assert inside.gifts_on(order_id) == 1


def test_given_a_payment_in_two_parts_when_each_says_paid_then_the_gift_waits_for_the_whole_and_is_given_once(
    inside: Practice,
) -> None:
    order_id = inside.order(paid=False, amount="45.00")
    inside.call(f"/town/orders/{order_id}/pay", {"amount": 20_00, "announce": "lose"})
    inside.tell("orders/paid", "1", id=order_id)
    inside.drain()
    assert inside.gifts_on(order_id) == 0

    inside.call(f"/town/orders/{order_id}/pay", {"announce": "lose"})
    inside.tell("orders/paid", "2", id=order_id)
    inside.drain()

    assert inside.gifts_on(order_id) == 1
