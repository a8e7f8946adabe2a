"""Cards by a vendor that knows no keys: from the desk through the ledger, over HTTP, and at most once."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from app.domain.agents import Role
from app.domain.card_paper import laid_out
from app.domain.catalogue import Entry
from app.domain.gifts import GiftKind
from app.store import catalogue
from app.store.base import unit_of_work
from app.web import create_app
from integrations.handwrytten.vendor import Handwrytten
from integrations.http import Limits
from jobs import agent_preview, gift_watch
from tests.builders import usd
from tests.jobs import egifts
from tests.jobs.conftest import Practice
from tests.jobs.test_agent_desk import MINUTE, at_the_desk

COST, ASIDE = 5_25, 25_00  # what it costs with postage, and what `egifts.plan` sets aside
A_LOOK = int(timedelta(minutes=10).total_seconds())
WORDS = "Thank you for the picture of Moka, which hangs in our kitchen now."


@pytest.fixture
def app(inside: Practice, monkeypatch: pytest.MonkeyPatch) -> Flask:
    # No preview gives up because the machine is slow.
    monkeypatch.setattr(agent_preview, "LIMITS", Limits(read=300.0, total=300.0))
    return create_app(inside.world)


def sent(inside: Practice) -> None:
    """Plan a card for somebody, and set out to have it written."""
    cast = inside.call("/town/cast")
    whose = {"customer_id": cast["bereaved_customer"], "order_id": cast["bereaved_order"]}
    egifts.plan(inside, what=GiftKind.CARD, vendor="handwrytten", sku="101", title="Wildflowers", **whose)
    inside.drain()


def strike(inside: Practice, kind: str) -> None:
    """Let the next order there go wrong in that way."""
    inside.call("/town/handwrytten/faults", {"next": [{"call": "POST singleStepOrder", "kind": kind}]})


def switch(inside: Practice, **values: object) -> None:
    inside.call("/town/handwrytten/switch", values)


def ordered(inside: Practice) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = inside.call("/town/handwrytten/orders")["orders"]
    return found


def stands(inside: Practice) -> tuple[str, int, int]:
    """Return how it stands with the one there is, and what is set aside and spent."""
    (row,) = inside.effects("send_gift")
    return row.state, inside.reserved(), inside.spent()


def later(inside: Practice, seconds: int = A_LOOK) -> None:
    inside.later(seconds)
    inside.drain()


def test_given_a_card_of_the_catalogue_when_an_agent_sends_it_then_a_pen_writes_the_lines_that_were_shown(
    inside: Practice, app: Flask
) -> None:
    card = Entry(
        id=0,
        vendor="handwrytten",
        sku="101",
        kind=GiftKind.CARD,
        title="Wildflowers",
        cost=usd(COST),
        photo="https://x.example/wildflowers.jpg",
        active=True,
    )
    with unit_of_work(inside.world.sessions) as session:
        kept = {"shop_id": inside.shop_id, "currency": "USD", "now": inside.world.clock.now()}
        number = catalogue.add(session, card, **kept)
    customer = inside.call("/town/cast")["bereaved_customer"]
    ticket = inside.call("/town/tickets", {"customer_id": customer, "subject": "Thank you!"})["ticket_id"]
    sam = at_the_desk(app, inside, int(ticket), "Sam", Role.AGENT)

    page = sam.look(act="send", gift=number, words=WORDS)
    sam.press("a", act="send", gift=number, words=WORDS)
    inside.drain()
    later(inside, MINUTE)

    (order,) = ordered(inside)
    assert tuple(order["lines"]) == laid_out(f"{WORDS}\nSam", Handwrytten.can.paper).lines
    assert len(order["lines"]) > 2
    assert all(f'<bdi dir="auto">{line}</bdi>' in page for line in order["lines"])
    assert stands(inside) == ("done", 0, COST)


@pytest.mark.parametrize("kind", ["commit_then_drop", "late_commit"])
def test_given_an_answer_lost_when_their_list_shows_it_late_then_nobody_orders_it_again(
    inside: Practice, kind: str
) -> None:
    strike(inside, kind)
    sent(inside)
    for _ in range(4):
        later(inside, 120)
    assert stands(inside) == ("uncertain", ASIDE, 0)

    later(inside)
    later(inside)

    assert len(ordered(inside)) == 1
    assert stands(inside) == ("done", 0, COST)


def test_given_an_order_that_never_came_through_when_it_is_not_listed_then_it_is_placed_again(inside: Practice) -> None:
    strike(inside, "drop_before")
    sent(inside)
    assert ordered(inside) == []

    later(inside)
    later(inside)

    assert len(ordered(inside)) == 1
    assert stands(inside) == ("done", 0, COST)


def test_given_a_list_that_hides_our_marks_when_an_answer_is_lost_then_nothing_is_ordered_again_ever(
    inside: Practice,
) -> None:
    switch(inside, echo=False)
    strike(inside, "commit_then_drop")
    sent(inside)
    for _ in range(3):
        later(inside, 12 * 3600)
    assert (len(ordered(inside)), *stands(inside)) == (1, "uncertain", ASIDE, 0)

    switch(inside, echo=None)
    later(inside, 24 * 3600)
    assert (len(ordered(inside)), *stands(inside)) == (1, "done", 0, COST)


def test_given_a_no_that_comes_with_200_when_nothing_is_listed_then_it_is_refused_and_the_money_is_back(
    inside: Practice,
) -> None:
    switch(inside, polite=True, credits=0)
    sent(inside)
    assert stands(inside) == ("uncertain", ASIDE, 0)

    later(inside)

    assert (len(ordered(inside)), *stands(inside)) == (0, "refused", 0, 0)
    assert "Not enough credits" in (inside.effects("send_gift")[0].problem or "")


def test_given_a_card_that_they_cancelled_when_it_is_sent_all_the_same_then_its_money_is_booked_again(
    inside: Practice,
) -> None:
    sent(inside)
    number = ordered(inside)[0]["id"]
    seen = []
    for what in ("cancel", "track"):
        inside.call(f"/town/handwrytten/orders/{number}", {"do": what})
        inside.later(24 * 3600)
        gift_watch.follow(inside.world, inside.shop_id)
        inside.drain()
        seen.append((inside.reserved(), inside.spent()))
    assert seen == [(0, 0), (0, COST)]
