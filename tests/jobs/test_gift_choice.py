"""Gifts of the shop's own catalogue, from the desk to their vendor: what fits, what instead, and never twice."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask

from app.domain.agents import Role
from app.domain.catalogue import Entry
from app.domain.gifts import GiftKind, Health, Mode
from app.domain.tastes import Tastes
from app.store import care, catalogue, vendor_accounts
from app.store.base import unit_of_work
from app.web import create_app
from integrations import registry
from integrations.http import Limits
from jobs import agent_preview, desk, gift_watch, practice
from tests.builders import usd
from tests.jobs import shelf
from tests.jobs.conftest import Practice
from tests.jobs.shelf import COST, Shelf
from tests.jobs.test_agent_desk import FLOWERS, MINUTE, Agent, at_the_desk, merchant_of

WORDS = "Dear {first_name}, thank you for the picture."
MUG = Entry(
    id=0,
    vendor=shelf.KIND,
    sku="mug",
    kind=GiftKind.PARCEL,
    title="Mug",
    cost=COST,
    photo="https://x.example/mug.jpg",
    active=True,
)
Keeps = Callable[..., int]


@pytest.fixture(autouse=True)
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no preview give up because the machine is slow."""
    monkeypatch.setattr(agent_preview, "LIMITS", Limits(read=300.0, total=300.0))


@pytest.fixture
def app(inside: Practice) -> Flask:
    return create_app(inside.world)


@pytest.fixture
def vendor(inside: Practice, monkeypatch: pytest.MonkeyPatch) -> Shelf:
    there = Shelf(inside.world.clock)
    monkeypatch.setitem(registry.VENDORS, shelf.KIND, shelf.row(there))  # type: ignore[arg-type]  # a dict, all the same
    shelf.connect(inside)
    return there


@pytest.fixture
def keeps(inside: Practice, vendor: Shelf) -> Keeps:
    def keep(**changes: Any) -> int:
        with unit_of_work(inside.world.sessions) as session:
            kept = {"shop_id": inside.shop_id, "currency": "USD", "now": inside.world.clock.now()}
            number = catalogue.add(session, replace(MUG, **changes), **kept)
        assert number is not None
        return number

    return keep


@pytest.fixture
def sam(app: Flask, inside: Practice) -> Agent:
    customer = inside.call("/town/cast")["bereaved_customer"]
    ticket = inside.call("/town/tickets", {"customer_id": customer, "subject": "Thank you!"})["ticket_id"]
    return at_the_desk(app, inside, int(ticket), "Sam", Role.AGENT)


def send(inside: Practice, sam: Agent, gift: int, name: str = "a", **wish: Any) -> None:
    """Have a gift sent, and let its hour come."""
    sam.press(name, act="send", gift=gift, words=WORDS, **wish)
    inside.drain()
    inside.later(MINUTE)
    inside.drain()


def sent(inside: Practice) -> list[tuple[str, str]]:
    return [(row.payload["title"], row.state) for row in inside.effects("send_gift")]


def test_given_a_gift_when_looked_at_and_pressed_then_it_is_sent_as_it_was_shown_and_its_price_is_paid(
    inside: Practice, vendor: Shelf, keeps: Keeps, sam: Agent
) -> None:
    mug = keeps()
    with unit_of_work(inside.world.sessions) as session:
        sandbox = Health(mode=Mode.SANDBOX)
        vendor_accounts.looked_at(
            session, sandbox, shop_id=inside.shop_id, kind=shelf.KIND, now=inside.world.clock.now()
        )

    assert "<strong>sandbox: nothing is really sent</strong>" in sam.desk()
    page = sam.look(act="send", gift=mug, words=WORDS)
    assert "is in its sandbox: nothing is really sent." in page
    assert '<bdi dir="auto">Sam</bdi>' in page
    assert "$20.00" in page

    send(inside, sam, mug)

    ((_, wish, _),) = vendor.orders
    assert wish.to is not None
    assert wish.words == f"Dear {wish.to.name.split()[0]}, thank you for the picture.\nSam"
    assert all(f'<bdi dir="auto">{line}</bdi>' in page for line in wish.words.split("\n"))
    assert sent(inside) == [("Mug", "done")]
    assert (inside.reserved(), inside.spent()) == (0, COST.minor)


def test_given_a_gift_that_is_sold_out_when_its_hour_comes_then_the_next_that_fits_is_sent_and_the_money_is_right(
    inside: Practice, vendor: Shelf, keeps: Keeps, sam: Agent
) -> None:
    gone = keeps(sku="gone", title="Hat", cost=usd(25_00))
    keeps(title="Wine", sku="wine", cost=usd(5_00), active=False)
    keeps()

    send(inside, sam, gone)
    inside.drain()

    assert sent(inside) == [("Hat", "refused"), ("Mug", "done")]
    assert [wish.sku for _, wish, _ in vendor.orders] == ["mug"]
    assert (inside.reserved(), inside.spent()) == (0, COST.minor)


def test_given_only_something_dearer_when_a_gift_is_sold_out_then_a_person_is_asked_first(
    inside: Practice, vendor: Shelf, keeps: Keeps, sam: Agent
) -> None:
    gone = keeps(sku="gone", title="Hat")
    keeps(cost=usd(20_01))

    send(inside, sam, gone)

    assert sent(inside) == [("Hat", "refused"), ("Mug", "awaiting")]
    assert "Hat was not to be had. Mug for $20.01 instead?" in sam.desk()
    assert vendor.orders == []


def test_given_nothing_else_that_fits_when_a_gift_is_sold_out_then_the_money_is_back_and_it_ends(
    inside: Practice, vendor: Shelf, keeps: Keeps, sam: Agent
) -> None:
    gone = keeps(sku="gone", title="Hat")
    keeps(sku="gone too", title="Cap", active=False)

    send(inside, sam, gone)

    assert sent(inside) == [("Hat", "refused")]
    assert inside.reserved() == 0


def test_given_the_last_one_when_it_is_asked_for_then_nobody_else_can_have_it(
    inside: Practice, vendor: Shelf, keeps: Keeps, sam: Agent
) -> None:
    mug = keeps(stock=1)
    send(inside, sam, mug)
    assert sent(inside) == [("Mug", "done")]

    assert "It is sold out." in sam.look(act="send", gift=mug, words=WORDS, confirm="1")


def test_given_what_the_team_noted_since_when_its_hour_comes_then_nothing_leaves(
    inside: Practice, vendor: Shelf, keeps: Keeps, sam: Agent
) -> None:
    mug = keeps()
    sam.press(act="send", gift=mug, words="We think of Moka.")
    inside.drain()
    with unit_of_work(inside.world.sessions) as session:
        customer = inside.call("/town/cast")["bereaved_customer"]
        care.note_tastes(session, Tastes(never=("Moka",)), shop_id=inside.shop_id, customer_id=customer)
    inside.later(MINUTE)
    inside.drain()

    assert sent(inside) == [("Mug", "withdrawn")]
    assert (vendor.orders, inside.reserved()) == ([], 0)


def test_given_an_e_gift_when_a_second_is_wanted_then_a_lead_is_asked_and_it_goes_to_the_stores_own_address(
    inside: Practice, vendor: Shelf, keeps: Keeps, sam: Agent
) -> None:
    card = keeps(kind=GiftKind.EGIFT, title="Gift card")
    send(inside, sam, card)
    wish = vendor.orders[0][1]
    assert "@" in wish.email
    order = inside.call("/town/cast")["bereaved_order"]
    theirs = inside.call(f"/town/orders/{order}")["shipping_address"]
    assert wish.name == f"{theirs['first_name']} {theirs['last_name']}"

    page = sam.look(act="send", gift=card, words=WORDS, confirm="1")
    assert "Ask a lead: the customer had an e-gift within 60 days." in page


def test_given_no_gift_of_that_number_when_looked_at_then_one_is_to_be_chosen(
    inside: Practice, vendor: Shelf, sam: Agent
) -> None:
    assert "Please choose what to send." in sam.look(act="send", gift=99, words=WORDS)


def test_given_a_gift_off_the_stores_own_shelves_when_sent_then_it_is_one_free_order_and_its_arrival_is_told(
    inside: Practice, keeps: Keeps, sam: Agent
) -> None:
    mug = keeps(vendor=registry.OWN_STORE, sku=str(practice.GIFTS[0]), cost=usd(9_99))
    send(inside, sam, mug)

    ((reference, state, cost),) = [(row.reference, row.state, row.cost_minor) for row in inside.effects("send_gift")]
    order = inside.call(f"/town/orders/{reference}")
    assert (state, inside.reserved(), inside.spent()) == ("done", 0, cost)
    assert order["note"].endswith("thank you for the picture.\nSam")
    assert [(line["variant_id"], line["discount"], line["price"]) for line in order["lines"]] == [
        (practice.GIFTS[0], 0, 0)
    ]

    for step in ({}, {"step": "deliver"}):
        inside.call(f"/town/orders/{reference}/fulfil", {"announce": "lose"} | step)
    inside.later(3 * MINUTE)
    gift_watch.follow(inside.world, inside.shop_id)
    inside.drain()
    assert inside.effects("post_note")[-1].payload["text"] == "The parcel arrived."


def test_given_a_store_that_lets_us_make_no_orders_when_a_gift_of_its_own_is_wanted_then_nobody_brings_it(
    inside: Practice, keeps: Keeps, sam: Agent
) -> None:
    mug = keeps(vendor=registry.OWN_STORE, sku=str(practice.GIFTS[0]))
    inside.granted("read_orders", "write_order_edits", "read_products", "read_customers", "write_customers")

    page = sam.look(act="send", gift=mug, words=WORDS)
    assert "Off: the store has not granted write_orders." in page


def test_given_flowers_without_the_catalogue_when_some_of_it_are_looked_at_then_it_says_so(
    inside: Practice, vendor: Shelf, keeps: Keeps, sam: Agent
) -> None:
    roses = keeps(kind=GiftKind.FLOWERS, title="Roses", sku="roses")
    sam.press(**FLOWERS)
    inside.drain()

    assert "planned or sent already" in sam.look(act="send", gift=roses, words=WORDS)
    assert "Flowers: Roses" in sam.look(act="send", gift=roses, words=WORDS, confirm="1")


def test_given_flowers_of_the_catalogue_when_others_are_looked_at_then_it_says_so_and_both_can_follow(
    inside: Practice, vendor: Shelf, keeps: Keeps, sam: Agent
) -> None:
    send(inside, sam, keeps(kind=GiftKind.FLOWERS, title="Roses", sku="roses"), days=5)

    assert "Flowers from this ticket are planned or sent already." in sam.look(**FLOWERS)
    desk.withdraw(inside.world, merchant_of(inside), inside.effects("send_gift")[0].id)
    sam.press("b", **FLOWERS)
    inside.drain()

    assert [row.state for row in inside.effects("send_flowers")] == ["planned"]
