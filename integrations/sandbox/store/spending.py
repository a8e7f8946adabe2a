"""What a customer has bought so far, as the store counts it."""

from integrations.sandbox.books import Doc, Turn
from integrations.sandbox.store import sums


def spending(turn: Turn, customer: Doc) -> tuple[int, int]:
    """Return the customer's lifetime (orders, minor units spent).

    The real rules are not documented: here all but tests are orders, and cancelled ones brought nothing.
    """
    orders = [each for each in turn.find("orders", "customer_id", customer["id"]) if not each["test"]]
    return len(orders), sum(sums.net_payment(each) for each in orders if each["cancelled_at"] is None)


def ordinal(turn: Turn, customer_id: int) -> int:
    """Return how many orders of the customer count: neither tests nor cancelled ones do."""
    orders = turn.find("orders", "customer_id", customer_id)
    return sum(1 for each in orders if not each["test"] and each["cancelled_at"] is None)
