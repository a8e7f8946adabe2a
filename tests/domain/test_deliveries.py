"""Where something for a customer would go: to their own door, and never to a friend's."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from app.domain.addresses import Address
from app.domain.deliveries import Brought, Buyer, Delivery, Door, Parcel, Validity, delivery, digest, seen_by_us, town
from tests.builders import address

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
HOME = address(name="Ada Lovelace", street="1 Main Street")
FRIEND = address(name="Mary Somerville", street="9 Far Road")
OFFICE = address(name="Ada Lovelace", street="5 Mill Road")


def parcel(to: Address, *, days_ago: int = 10, arrived: bool = True, came_back: bool = False) -> Parcel:
    ordered = NOW - timedelta(days=days_ago)
    delivered = ordered + timedelta(days=3) if arrived and not came_back else None
    return Parcel(to=Door(address=to), ordered_at=ordered, delivered_at=delivered, came_back=came_back)


def ada(*parcels: Parcel, home: Address | None = None) -> Buyer:
    return Buyer(name="Ada Lovelace", home=None if home is None else Door(address=home), parcels=parcels)


def goes(asked: Parcel | None, buyer: Buyer) -> Delivery:
    found = delivery(asked, buyer)
    assert found is not None
    return found


def test_given_an_order_to_their_own_door_when_asked_then_it_goes_there() -> None:
    found = goes(parcel(HOME), ada(home=OFFICE))

    assert (found.address, found.theirs) == (HOME, True)


@pytest.mark.parametrize(
    ("buyer", "door"),
    [
        (ada(home=HOME), HOME),
        (ada(parcel(FRIEND), parcel(OFFICE, days_ago=50), home=FRIEND), OFFICE),
        (ada(parcel(FRIEND), parcel(HOME, days_ago=50)), HOME),
    ],
)
def test_given_a_present_to_somebody_else_when_asked_then_it_goes_to_the_customers_own_door(
    buyer: Buyer, door: Address
) -> None:
    found = goes(parcel(FRIEND), buyer)

    assert (found.address, found.theirs) == (door, True)


@pytest.mark.parametrize("buyer", [ada(), ada(parcel(FRIEND)), ada(parcel(FRIEND), home=FRIEND)])
def test_given_nothing_but_a_strangers_door_when_asked_then_it_is_called_one(buyer: Buyer) -> None:
    found = goes(parcel(FRIEND), buyer)

    assert (found.address, found.theirs) == (FRIEND, False)


@pytest.mark.parametrize(
    ("name", "theirs"),
    [
        ("Ada Lovelace", True),
        ("LOVELACE  Ada", True),
        ("Byron Lovelace", True),
        ("Lovelace", True),
        ("", True),
        ("Mary Somerville", False),
        ("Ada", False),
    ],
)
def test_given_a_name_on_the_order_when_compared_then_a_family_is_one(name: str, *, theirs: bool) -> None:
    assert goes(parcel(address(name=name)), ada()).theirs is theirs


def test_given_all_parcels_at_one_door_when_another_name_stands_there_then_it_is_theirs_all_the_same() -> None:
    found = goes(parcel(FRIEND), ada(parcel(FRIEND), parcel(FRIEND, days_ago=80)))

    assert found.theirs


def test_given_a_store_that_hides_names_when_asked_then_nothing_speaks_against_the_order() -> None:
    assert goes(parcel(FRIEND), Buyer()).theirs


def test_given_no_order_when_asked_then_it_goes_to_where_they_live_or_had_parcels() -> None:
    assert goes(None, ada(parcel(OFFICE), home=HOME)).address == HOME
    assert goes(None, ada(parcel(OFFICE))).address == OFFICE
    assert delivery(None, ada()) is None


def test_given_another_spelling_of_one_door_when_compared_then_it_is_one() -> None:
    spelt = replace(HOME, street=" 1  main STREET", name="A. Lovelace")
    found = goes(parcel(HOME, arrived=False), ada(parcel(spelt, days_ago=40), home=spelt))

    assert found.delivered_at == NOW - timedelta(days=37)
    assert not found.moved


@pytest.mark.parametrize(
    ("buyer", "moved"),
    [
        (ada(parcel(HOME)), False),
        (ada(parcel(HOME), home=OFFICE), True),
        (ada(parcel(HOME), home=FRIEND), False),
        (ada(parcel(OFFICE, days_ago=2), parcel(HOME)), True),
        (ada(parcel(HOME), parcel(OFFICE, days_ago=40)), False),
        (ada(parcel(FRIEND, days_ago=2), parcel(HOME)), False),
    ],
)
def test_given_another_door_of_theirs_when_it_is_a_later_one_then_they_have_moved(buyer: Buyer, *, moved: bool) -> None:
    assert goes(parcel(HOME), buyer).moved is moved


def test_given_parcels_that_came_back_when_a_later_one_arrived_then_that_counts() -> None:
    back = parcel(HOME, days_ago=40, came_back=True)

    assert goes(back, ada(back)).came_back
    assert not goes(back, ada(parcel(HOME), back)).came_back


def test_given_what_the_store_thinks_when_asked_then_it_is_handed_on() -> None:
    asked = replace(parcel(HOME), to=Door(address=HOME, validity=Validity.ODD))

    assert goes(asked, ada()).validity is Validity.ODD


def test_given_a_delivery_when_it_is_logged_by_mistake_then_no_address_stands_there() -> None:
    assert "Main Street" not in repr(goes(parcel(HOME), ada()))


def test_given_two_spellings_of_a_door_when_digested_then_they_are_one_and_lead_nowhere_without_the_key() -> None:
    shouted = replace(HOME, street="1  MAIN street ", name="A. L.")

    assert digest(HOME, b"key") == digest(shouted, b"key") != digest(OFFICE, b"key")
    assert digest(HOME, b"other") != digest(HOME, b"key") != town(HOME, b"key")
    assert town(HOME, b"key") == town(OFFICE, b"key") != town(replace(HOME, city="Oslo"), b"key")


def ours(*, days_ago: int, door: str = "here", came_back: bool = False) -> Brought:
    return Brought(door=door, at=NOW - timedelta(days=days_ago), came_back=came_back)


@pytest.mark.parametrize(
    ("brought", "arrived", "sent_back"),
    [
        ([], 9, False),
        ([ours(days_ago=5)], 5, False),
        ([ours(days_ago=20)], 9, False),
        ([ours(days_ago=5, came_back=True)], 9, True),
        ([ours(days_ago=20, came_back=True)], 9, False),
        ([ours(days_ago=5, came_back=True), ours(days_ago=2)], 2, False),
        ([ours(days_ago=5, door="there", came_back=True), ours(days_ago=5, door="there")], 9, False),
        ([ours(days_ago=5, door="", came_back=True)], 9, True),
        ([ours(days_ago=5, door="")], 9, False),
    ],
)
def test_given_what_we_had_brought_when_a_door_is_looked_at_then_the_last_of_it_counts(
    brought: list[Brought], arrived: int, *, sent_back: bool
) -> None:
    known = Delivery(address=HOME, delivered_at=NOW - timedelta(days=9))

    seen = seen_by_us(known, brought, door="here")

    assert (seen.delivered_at, seen.sent_back) == (NOW - timedelta(days=arrived), sent_back)


def test_given_nothing_that_ever_arrived_when_something_came_back_then_it_speaks_against_the_door() -> None:
    seen = seen_by_us(Delivery(address=HOME), [ours(days_ago=5, came_back=True)], door="here")

    assert (seen.delivered_at, seen.sent_back) == (None, True)
