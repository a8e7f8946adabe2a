"""Story 2. On the fourth order the chosen gift is in the parcel: once, free, silent."""

import urllib.request

from tests.stories.conftest import Stack, gift_lines, until


def test_given_three_orders_when_the_fourth_is_paid_then_one_free_line_is_on_it_and_nobody_is_told(
    stack: Stack,
) -> None:
    customer = stack.get("/town/cast")["fourth_order_customers"][0]

    order_id = stack.order(customer, times=5)["order_id"]

    until(lambda: stack.gift_lines(order_id))
    order = stack.get(f"/town/orders/{order_id}")
    assert len(gift_lines(order)) == 1
    assert order["outstanding"] == "0.00"
    assert [mail for mail in order["mails"] if mail["sent"]] == []


def test_given_a_signed_webhook_from_outside_when_it_comes_again_and_again_then_one_gift_stays_one(
    stack: Stack,
) -> None:
    customer = stack.get("/town/cast")["fourth_order_customers"][1]
    placed = stack.order(customer, announce="lose")
    for _ in range(6):
        _send(stack, placed["webhook"])

    until(lambda: stack.gift_lines(placed["order_id"]))
    for _ in range(5):
        _send(stack, placed["webhook"])
    settled(stack)

    assert len(stack.gift_lines(placed["order_id"])) == 1


def test_given_a_lost_webhook_when_the_sweep_comes_round_then_the_gift_is_there_all_the_same(stack: Stack) -> None:
    customer = stack.get("/town/cast")["fourth_order_customers"][2]

    order_id = stack.order(customer, announce="lose")["order_id"]

    until(lambda: stack.gift_lines(order_id))
    assert len(stack.gift_lines(order_id)) == 1


def test_given_a_parcel_that_the_warehouse_has_when_the_order_is_the_fourth_then_the_gift_goes_with_the_next(
    stack: Stack,
) -> None:
    customer = stack.get("/town/cast")["fourth_order_customers"][3]
    late = stack.order(customer, announce="lose")
    stack.post(f"/town/orders/{late['order_id']}/fulfil", {"step": "take", "announce": "lose"})
    _send(stack, late["webhook"])
    settled(stack)
    assert stack.gift_lines(late["order_id"]) == []

    following = stack.order(customer)["order_id"]

    until(lambda: stack.gift_lines(following))
    assert stack.gift_lines(late["order_id"]) == []


def settled(stack: Stack) -> None:
    """Wait until the app has nothing left to do."""
    until(lambda: _idle(stack))


def _idle(stack: Stack) -> bool:
    counts = stack.summary()["counts"]
    return counts["deliveries_waiting"] == 0 and counts["effects_due"] == 0


def _send(stack: Stack, webhook: dict[str, object]) -> None:
    """Post a webhook as it would have come."""
    request = urllib.request.Request(
        f"{stack.app}/webhooks/shopify", data=str(webhook["body"]).encode(), headers=dict(webhook["headers"])
    )
    with urllib.request.urlopen(request, timeout=5) as answer:
        assert answer.status == 200
