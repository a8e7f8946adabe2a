"""Our own deeds come back as webhooks, a handful for each: none of them makes us write again, or say again."""

import pytest

from app.store.base import unit_of_work
from app.store.tables import Decision, Effect
from tests.jobs.conftest import Practice
from tests.jobs.test_customers import ENOUGH, newcomer

OUR_WRITES = {"MarkOrder", "OrderEditBegin", "OrderEditCommit", "RefundCreate", "TagsAdd", "TagsRemove"}
TOPICS = {
    "gift": {"orders/edited", "orders/updated"},
    "refund": {"refunds/create", "orders/updated", "customers/purchasing_summary"},
    "tag": {"customers/update", "customer.tags_added"},
}


def give(inside: Practice) -> None:
    inside.deliver(inside.order())


def refund(inside: Practice) -> None:
    customer: int = inside.call("/town/cast")["fourth_order_customer"]
    inside.deliver(inside.order(customer_id=customer))
    inside.drain()
    ticket = inside.call("/town/tickets", {"customer_id": customer, "subject": "Broken"})["ticket_id"]
    inside.press(ticket, "refund_keep", amount="5.00")


def mark(inside: Practice) -> None:
    inside.deliver(inside.order(customer_id=newcomer(inside), amount=ENOUGH))


DEEDS = {"gift": give, "refund": refund, "tag": mark}


@pytest.mark.parametrize("deed", DEEDS)
def test_given_a_deed_of_ours_when_all_its_echoes_come_back_then_nothing_is_written_and_nothing_said_again(
    inside: Practice, deed: str
) -> None:
    DEEDS[deed](inside)
    before = max((int(letter["id"]) for letter in inside.letters()), default=0)
    inside.drain()
    echoes = [letter for letter in inside.letters(before) if letter["state"] != "lost"]
    assert {letter["subject"] for letter in echoes} >= TOPICS[deed]
    writes, rows, said = writes_of(inside), rows_of(inside), verdicts(inside)

    inside.hear(echoes)
    inside.drain()
    # An echo may move a sum, and the reason with it: once, and not with every echo.
    heard = verdicts(inside)
    inside.hear([letter | {"headers": anew(letter["headers"])} for letter in echoes])
    inside.drain()

    assert (writes_of(inside), rows_of(inside)) == (writes, rows)
    assert len(heard) - len(said) <= 2
    assert verdicts(inside) == heard
    assert inside.letters(max(int(letter["id"]) for letter in echoes)) == []


def writes_of(inside: Practice) -> dict[str, int]:
    """Return how often the store was asked to change anything."""
    called = inside.call("/town/state")["calls"]
    return {name: count for name, count in called.items() if name in OUR_WRITES}


def rows_of(inside: Practice) -> list[tuple[str, str]]:
    with unit_of_work(inside.world.sessions) as session:
        return [(row.key, row.state) for row in session.query(Effect).order_by(Effect.id)]


def verdicts(inside: Practice) -> list[tuple[str, str, str]]:
    with unit_of_work(inside.world.sessions) as session:
        return [(row.subject, row.code, row.because) for row in session.query(Decision).order_by(Decision.id)]


def anew(headers: dict[str, str]) -> dict[str, str]:
    """Return the headers of another delivery of the same, as of another event."""
    return headers | {"X-Shopify-Webhook-Id": headers["X-Shopify-Webhook-Id"][::-1], "X-Shopify-Event-Id": ""}
