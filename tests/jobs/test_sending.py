"""Gifts by vendors, through the ledger: at most once, whatever each of them can tell us of a lost answer."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from app.domain.decisions import Decision
from app.domain.effects import SendGift
from app.domain.gifts import GiftKind, Settles
from app.domain.policy import Mode
from app.store.base import unit_of_work
from integrations import registry
from jobs.carry_out import carry_out
from tests.builders import flowers, letter, paid, present
from tests.jobs import shelf
from tests.jobs.conftest import Practice
from tests.jobs.shelf import Shelf

HALF_AN_HOUR = timedelta(minutes=30)
TICKET = "42"


@pytest.fixture
def vendor(inside: Practice, monkeypatch: pytest.MonkeyPatch) -> Shelf:
    there = Shelf(inside.world.clock)
    monkeypatch.setitem(registry.VENDORS, shelf.KIND, shelf.row(there))  # type: ignore[arg-type]  # a dict, all the same
    shelf.connect(inside)
    return there


def plan(inside: Practice, **changes: Any) -> SendGift:
    """Have something sent to whoever is bereaved in the town, at once and paid by the team."""
    cast = inside.call("/town/cast")
    gift = present(
        **{"customer_id": cast["bereaved_customer"], "order_id": cast["bereaved_order"], "ticket_id": TICKET} | changes
    )
    merchant, now = inside.world.merchant(inside.shop_id), inside.world.clock.now()
    assert merchant is not None
    decision = Decision(
        rule="flowers",
        subject=f"ticket:{TICKET}",
        code="sends",
        because="Robin asked for it.",
        plans=(replace(paid(gift, minor=25_00), due_at=now),),
    )
    with unit_of_work(inside.world.sessions) as session:
        carry_out(session, merchant, decision, now=now, mode=Mode.AUTO)
    inside.drain()
    return gift


def states(inside: Practice) -> list[tuple[str, int]]:
    return [(row.state, row.sends) for row in inside.effects("send_gift")]


def test_given_an_e_gift_when_its_hour_comes_then_it_goes_to_the_stores_own_address_of_the_customer(
    inside: Practice, vendor: Shelf
) -> None:
    gift = plan(inside)

    ((key, wish, _),) = vendor.orders
    assert (key, wish.what, wish.words) == (gift.key, GiftKind.EGIFT, gift.message)
    assert "@" in wish.email
    assert wish.to is None
    assert states(inside) == [("done", 1)]
    assert (inside.reserved(), inside.spent()) == (0, shelf.COST.minor)


def test_given_a_parcel_when_its_hour_comes_then_it_goes_where_the_order_went(inside: Practice, vendor: Shelf) -> None:
    plan(inside, what=GiftKind.PARCEL)

    ((_, wish, _),) = vendor.orders
    assert wish.to is not None
    assert wish.name == wish.to.name != ""


def test_given_an_answer_that_is_lost_when_the_vendor_shows_late_then_nobody_believes_it_absent_too_soon(
    inside: Practice, vendor: Shelf
) -> None:
    vendor.loses_answers, vendor.shows_within, vendor.shows_after = True, HALF_AN_HOUR, HALF_AN_HOUR / 2
    plan(inside)
    for _ in range(40):
        inside.later(60)
        inside.drain()

    assert len(vendor.orders) == 1
    assert states(inside) == [("done", 1)]


def test_given_a_worker_who_died_during_the_call_when_the_vendor_shows_late_then_it_is_not_ordered_again(
    inside: Practice, vendor: Shelf
) -> None:
    vendor.shows_within, vendor.shows_after = HALF_AN_HOUR, HALF_AN_HOUR / 2
    vendor.dies_next = True
    with pytest.raises(SystemExit):
        plan(inside)
    for _ in range(40):
        inside.later(60)
        inside.drain()

    assert len(vendor.orders) == 1
    assert states(inside) == [("done", 1)]


def test_given_a_key_that_the_vendor_may_have_forgotten_when_it_is_absent_then_a_person_is_asked(
    inside: Practice, vendor: Shelf
) -> None:
    vendor.settles, vendor.key_lasts = Settles.KEY, HALF_AN_HOUR
    vendor.loses_answers, vendor.shows_after = True, timedelta(days=400)
    plan(inside)
    vendor.loses_answers = False
    inside.later(3600)
    inside.drain()

    assert len(vendor.orders) == 1
    assert states(inside) == [("uncertain", 1)]
    assert inside.reserved() == 25_00


@pytest.mark.parametrize("way", ["by a person", "where a person presses"])
def test_given_what_a_person_must_order_when_its_hour_comes_then_it_waits_and_the_money_stays_set_aside(
    inside: Practice, vendor: Shelf, way: str
) -> None:
    vendor.unattended = way == "by a person"
    plan(inside, **{"vendor": registry.BY_HAND} if way == "by a person" else {})

    assert vendor.orders == []
    assert states(inside) == [("uncertain", 0)]
    assert inside.reserved() == 25_00


def test_given_nobody_connected_when_its_hour_comes_then_it_is_refused_and_the_money_is_back(
    inside: Practice, vendor: Shelf
) -> None:
    plan(inside, vendor="attic")

    assert vendor.orders == []
    assert states(inside) == [("refused", 0)]
    assert inside.reserved() == 0


def test_given_flowers_and_cards_when_another_vendor_brings_them_then_they_are_the_same_kindness() -> None:
    assert present(what=GiftKind.FLOWERS).key == flowers().key
    assert present(what=GiftKind.CARD, confirm="again").key == letter(confirm="again").key
    assert present().key != present(what=GiftKind.PARCEL).key
