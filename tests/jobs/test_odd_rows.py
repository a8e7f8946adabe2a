"""Rows that this version cannot read: they are left alone, hold nobody up, and tell nothing."""

from typing import Any

import pytest
from sqlalchemy import select

from app.domain.effects import State
from app.store import inbox
from app.store.base import unit_of_work
from app.store.connection_tables import Connection
from app.store.deeds import Unreadable, understood
from app.store.tables import Delivery, Effect
from app.web import create_app
from integrations.sandbox.store.admin import id_token
from integrations.sandbox.town import PRACTICE_SHOP, TownSettings
from tests.jobs.conftest import Practice
from tests.jobs.test_customers import newcomer

NEWER: dict[str, Any] = {"kind": "send_a_choir", "payload": {"kind": "send_a_choir", "song": "canary"}}
GARBLED: dict[str, Any] = {"kind": "post_note", "payload": {"kind": "post_note", "song": "canary"}}
TWO_KINDS: dict[str, Any] = {"kind": "tag_customer"}  # and the payload says that it is a note
ODD: list[dict[str, Any]] = [NEWER, {"state": "dreaming"}, GARBLED, TWO_KINDS]


@pytest.mark.parametrize("odd", ODD)
def test_given_a_deed_that_cannot_be_read_when_drained_then_others_are_done_and_nobody_goes_round_in_circles(
    inside: Practice, odd: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    customer = newcomer(inside)
    inside.deliver(inside.order(customer_id=customer, amount="30.00"))
    inside.drain()
    ticket = inside.call("/town/tickets", {"customer_id": customer, "subject": "Broken"})["ticket_id"]
    number = write(inside, odd)
    monkeypatch.setattr(
        type(inside.world.bell), "ring", lambda *_: pytest.fail("it went round until its turn was over")
    )

    inside.press(ticket, "refund_keep", amount="5.00")
    inside.drain()

    assert [row.state for row in inside.effects("refund_order")] == [State.DONE]
    with unit_of_work(inside.world.sessions) as session:
        row = session.get_one(Effect, number)
        assert (row.state, row.attempts) == (odd.get("state", State.PLANNED), 0)


def test_given_unreadable_deeds_before_all_others_when_drained_then_the_others_are_done_all_the_same(
    inside: Practice,
) -> None:
    for number in range(3):
        write(inside, GARBLED | {"key": f"odd-{number}"})
    order = inside.order()
    inside.deliver(order)

    inside.drain()

    assert inside.gifts_on(order) == 1


@pytest.mark.parametrize("odd", [NEWER, GARBLED])
def test_given_a_deed_that_cannot_be_read_when_the_error_is_told_then_nothing_of_the_deed_is_in_it(
    odd: dict[str, Any],
) -> None:
    with pytest.raises(Unreadable) as caught:
        understood(Effect(**odd))

    assert "canary" not in str(caught.value)


@pytest.mark.parametrize("odd", ODD)
def test_given_a_deed_that_cannot_be_read_when_the_pages_are_opened_then_they_are_there(
    inside: Practice, odd: dict[str, Any]
) -> None:
    number = write(inside, odd)
    browser = create_app(inside.world).test_client()
    proof = id_token(TownSettings(), PRACTICE_SHOP, inside.world.clock.now())

    for page in ("/", "/ledger", "/fragments/today"):
        assert browser.get(page, headers={"Authorization": f"Bearer {proof}"}).status_code == 200
    pressed = browser.post(f"/effects/{number}/approve", headers={"Authorization": f"Bearer {proof}"})
    assert pressed.status_code < 500


def test_given_a_key_that_our_keys_do_not_open_when_drained_then_all_waits_until_it_is_whole_again(
    inside: Practice,
) -> None:
    inside.deliver(inside.order())
    whole = swap(inside, b"")

    inside.drain()
    assert (inside.effects("add_gift_line"), inside.set_aside()) == ([], [])

    swap(inside, whole)
    inside.drain()
    assert [row.state for row in inside.effects("add_gift_line")] == [State.DONE]


def test_given_word_from_a_source_that_only_a_newer_version_knows_when_drained_then_it_waits_and_no_try_is_used_up(
    inside: Practice,
) -> None:
    with unit_of_work(inside.world.sessions) as session:
        inbox.receive(
            session,
            shop_id=inside.shop_id,
            source="pigeon_post",
            sender="loft",
            topic="pigeon",
            delivery_key="first",
            body=b"",
            now=inside.world.clock.now(),
        )
    order = inside.order()
    inside.deliver(order)

    inside.drain()

    assert inside.gifts_on(order) == 1
    with unit_of_work(inside.world.sessions) as session:
        word = session.scalars(select(Delivery).where(Delivery.source == "pigeon_post")).one()
        assert (word.attempts, word.problem, word.next_try_at is None) == (0, None, False)


def swap(inside: Practice, sealed: bytes) -> bytes:
    """Put another key in the place of the helpdesk's; return what was there."""
    with unit_of_work(inside.world.sessions) as session:
        row = session.scalars(select(Connection).where(Connection.kind == "gorgias")).one()
        before, row.sealed_key = row.sealed_key, sealed
        return before


def write(inside: Practice, odd: dict[str, Any]) -> int:
    """Write a row as a newer version, or a hand, might have."""
    now = inside.world.clock.now()
    note = {"kind": "post_note", "ticket_id": "1", "text": "Hm", "about": "it"}
    usual = {"kind": "post_note", "rule": "flowers", "state": State.PLANNED, "payload": note, "because": "because"}
    moments = {"due_at": now, "next_try_at": now, "created_at": now}
    with unit_of_work(inside.world.sessions) as session:
        row = Effect(shop_id=inside.shop_id, attempts=0, sends=0, **({"key": "odd"} | usual | moments | odd))
        session.add(row)
        session.flush()
        return row.id
