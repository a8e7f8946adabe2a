"""Story 3. A bereaved customer keeps the boots and gets the money back; two weeks later flowers arrive, signed."""

from typing import Any

from tests.stories.conftest import Stack, until


def test_given_a_bereaved_customer_when_the_agent_acts_then_money_goes_back_once_and_flowers_leave_in_two_weeks(
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

    stack.post("/town/clock", {"days": 15})

    (bouquet,) = until(lambda: stack.get("/town/florist/orders")["orders"])
    assert bouquet["items"][0]["card_message"].endswith("Léa")
    until(lambda: _notes(stack, ticket, "were ordered"))
    assert _refunded(stack, grieving) - before == 64_00
    assert len(stack.get("/town/florist/orders")["orders"]) == 1


def _notes(stack: Stack, ticket: int, part: str) -> list[dict[str, Any]]:
    return [note for note in stack.get(f"/town/tickets/{ticket}")["notes"] if part in note["text"]]


def _refunded(stack: Stack, customer: int) -> int:
    orders = stack.get(f"/town/customers/{customer}")["orders"]
    moved = [stack.get(f"/town/orders/{order['id']}")["refunded"] for order in orders]
    return sum(round(float(amount) * 100) for amount in moved)
