"""Story 1. A customer's spend passes the store's own average: they are marked in the store and in the helpdesk."""

from tests.stories.conftest import Stack, until

TAG = "make-it-right"


def test_given_a_customer_just_below_the_average_when_they_order_then_store_and_helpdesk_show_it(stack: Stack) -> None:
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


def test_given_a_special_customer_when_they_write_in_then_the_ticket_carries_tag_and_reason(stack: Stack) -> None:
    customer = stack.get("/town/cast")["almost_average_customers"][-1]
    until(lambda: TAG in stack.get(f"/town/customers/{customer}")["tags"])

    ticket = stack.post("/town/tickets", {"customer_id": customer, "subject": "Hello"})["ticket_id"]

    seen = until(lambda: (shown := stack.get(f"/town/tickets/{ticket}"))["notes"] and shown)
    assert TAG in seen["tags"]
    assert "the store's average" in seen["notes"][0]["text"]
