"""The stories that this app must tell, end to end: real processes, real HTTP, a real Redis, on either database.

One file, so that the stories of one database share one running demo.
"""

import urllib.request
from typing import Any

from tests.stack import Stack, gift_lines, until

TAG = "make-it-right"


class TestTheRegular:
    """A customer's spend passes the store's own average: they are marked in the store and in the helpdesk."""

    def test_given_a_customer_just_below_the_average_when_they_order_then_store_and_helpdesk_show_it(
        self, stack: Stack
    ) -> None:
        customer = stack.get("/town/cast")["almost_average_customers"][0]
        assert TAG not in stack.get(f"/town/customers/{customer}")["tags"]
        ticket = stack.post("/town/tickets", {"customer_id": customer, "subject": "Do you restock the candle?"})[
            "ticket_id"
        ]

        stack.order(customer, amount="80.00")

        until(lambda: TAG in stack.get(f"/town/customers/{customer}")["tags"])
        until(lambda: TAG in stack.get(f"/town/tickets/{ticket}")["tags"])
        (standing,) = until(lambda: stack.get(f"/town/tickets/{ticket}")["customer_fields"])
        assert "average" in standing["value"]

    def test_given_a_special_customer_when_they_write_in_then_the_ticket_carries_tag_and_reason(
        self, stack: Stack
    ) -> None:
        customer = stack.get("/town/cast")["almost_average_customers"][-1]
        until(lambda: TAG in stack.get(f"/town/customers/{customer}")["tags"])

        ticket = stack.post("/town/tickets", {"customer_id": customer, "subject": "Hello"})["ticket_id"]

        until(lambda: TAG in stack.get(f"/town/tickets/{ticket}")["tags"])
        seen = until(lambda: (shown := stack.get(f"/town/tickets/{ticket}"))["notes"] and shown)
        assert "the store's average" in seen["notes"][0]["text"]


class TestTheFourthBox:
    """On the fourth order the chosen gift is in the parcel: once, free, silent."""

    def test_given_three_orders_when_the_fourth_is_paid_then_one_free_line_is_on_it_and_nobody_is_told(
        self,
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
        self,
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

    def test_given_a_lost_webhook_when_the_sweep_comes_round_then_the_gift_is_there_all_the_same(
        self, stack: Stack
    ) -> None:
        customer = stack.get("/town/cast")["fourth_order_customers"][2]

        order_id = stack.order(customer, announce="lose")["order_id"]

        until(lambda: stack.gift_lines(order_id))
        assert len(stack.gift_lines(order_id)) == 1

    def test_given_a_parcel_that_the_warehouse_has_when_the_order_is_the_fourth_then_the_gift_goes_with_the_next(
        self,
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


class TestTheBoots:
    """A grieving customer keeps the boots and gets the money back; two weeks later flowers arrive, signed."""

    def test_given_a_bereaved_customer_when_the_agent_acts_then_money_goes_back_once_and_flowers_leave_in_two_weeks(
        self,
        stack: Stack,
    ) -> None:
        cast = stack.get("/town/cast")
        grieving, spared = cast["bereaved_customers"][:2]
        before = _refunded(stack, grieving)
        ticket = stack.post("/town/tickets", {"customer_id": grieving, "subject": "My father died"})["ticket_id"]
        for _ in range(3):  # an impatient finger
            stack.post(f"/town/tickets/{ticket}/press", {"action": "refund_keep", "compassion": "yes"})
        stack.post(f"/town/tickets/{ticket}/press", {"action": "flowers"})

        until(lambda: _notes(stack, ticket, "Refunded $64.00"))
        until(lambda: _notes(stack, ticket, "are planned for"))
        customer = stack.get(f"/town/customers/{grieving}")
        assert {"no-marketing", "pause-reorders"} <= set(customer["tags"])
        assert _refunded(stack, grieving) - before == 64_00
        assert stack.get("/town/florist/orders")["orders"] == []

        other = stack.post("/town/tickets", {"customer_id": spared, "subject": "Sad news"})["ticket_id"]
        stack.post(f"/town/tickets/{other}/press", {"action": "flowers"})
        until(lambda: _notes(stack, other, "are planned for"))
        stack.post(f"/town/tickets/{other}/press", {"action": "withdraw_flowers"})
        until(lambda: _notes(stack, other, "will not be sent"))

        stack.post("/town/clock", {"days": 17})

        (bouquet,) = until(lambda: stack.get("/town/florist/orders")["orders"])
        assert bouquet["items"][0]["card_message"].endswith("Léa")
        until(lambda: _notes(stack, ticket, "were ordered"))
        assert _refunded(stack, grieving) - before == 64_00
        assert len(stack.get("/town/florist/orders")["orders"]) == 1


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
    with urllib.request.urlopen(request, timeout=30) as answer:
        assert answer.status == 200


def _notes(stack: Stack, ticket: int, part: str) -> list[dict[str, Any]]:
    return [note for note in stack.get(f"/town/tickets/{ticket}")["notes"] if part in note["text"]]


def _refunded(stack: Stack, customer: int) -> int:
    orders = stack.get(f"/town/customers/{customer}")["orders"]
    moved = [stack.get(f"/town/orders/{order['id']}")["refunded"] for order in orders]
    return sum(round(float(amount) * 100) for amount in moved)
