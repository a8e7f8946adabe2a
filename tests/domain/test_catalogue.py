"""Which of a shop's gifts fit somebody: the cheapest first, and a sentence for each that does not."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.catalogue import Entry, Occasion, fitting, not_ready, otherwise, why_not
from app.domain.gifts import Flag, GiftKind
from app.domain.money import Money
from app.domain.tastes import Tastes
from tests.builders import usd

MUG = Entry(
    id=1,
    vendor="by_hand",
    sku="mug",
    kind=GiftKind.PARCEL,
    title="Mug",
    cost=usd(6_00),
    photo="https://x.example/mug.jpg",
    active=True,
)
ANYBODY = Occasion(currency="USD", vendors=frozenset({"by_hand"}), country="US")


def test_given_a_gift_against_which_nothing_speaks_when_looked_at_then_it_fits() -> None:
    assert why_not(MUG, ANYBODY) is None


@pytest.mark.parametrize(
    ("entry", "occasion", "why"),
    [
        ({"active": False}, {}, "It is not offered at the moment."),
        ({"cost": None}, {}, "It is not offered at the moment."),
        ({"photo": ""}, {}, "It is not offered at the moment."),
        ({"vendor": "tremendous"}, {}, "Nobody is connected who brings it."),
        ({"cost": Money(minor=1, currency="EUR")}, {}, "It is paid in EUR, and the books here are kept in USD."),
        ({"flags": {Flag.ALCOHOL}}, {"forbidden": {Flag.ALCOHOL}}, "Your settings send nobody alcohol."),
        ({"stock": 0}, {}, "It is sold out."),
        ({"stock": -1}, {}, "It is sold out."),
        ({"countries": {"CA"}}, {}, "It is not sent to US."),
        ({}, {"at_most": usd(5_99)}, "It costs more than $5.99."),
        ({}, {"tasted": Tastes(never=("mugs",))}, "This customer never wants “mugs”, as the team noted."),
        ({"flags": {Flag.FOOD}}, {"tasted": Tastes(never=("Sweets",))}, "This customer never wants “Sweets”"),
        ({"flags": {Flag.ALLERGENS}}, {"tasted": Tastes(never=("nuts",))}, "This customer never wants “nuts”"),
        ({"kind": GiftKind.FLOWERS}, {"tasted": Tastes(never=("roses",))}, "This customer never wants “roses”"),
        ({"flags": {Flag.CATS}}, {"tasted": Tastes(likes=("her two cats",))}, "They have a cat"),
        ({"flags": {Flag.CATS}}, {"tasted": Tastes(never=("CAT hair",))}, "They have a cat"),
        ({}, {"sympathy": True}, "It is not meant for a hard time."),
        ({}, {"given": {1}}, "They were given it before."),
        ({"size": "L"}, {}, "Nobody noted that their size is L."),
        ({"size": "S"}, {"tasted": Tastes(likes=("Moka's toys", "size XS"))}, "Nobody noted that their size is S."),
    ],
    ids=str,
)
def test_given_what_speaks_against_it_when_looked_at_then_it_is_said(
    entry: dict[str, Any], occasion: dict[str, Any], why: str
) -> None:
    assert why in str(why_not(replace(MUG, **entry), replace(ANYBODY, **occasion)))


@pytest.mark.parametrize(
    ("entry", "occasion"),
    [
        ({"flags": {Flag.CATS}}, {"tasted": Tastes(likes=("catalogues", "dogs"))}),
        ({"flags": {Flag.FOOD}}, {"forbidden": {Flag.ALCOHOL}, "tasted": Tastes(never=("alcohol",))}),
        # Named, for a set of two is written in another order by each process.
        pytest.param({"stock": 1, "countries": {"US", "CA"}}, {"at_most": usd(6_00)}, id="the last one, to several"),
        ({"countries": {"CA"}}, {"country": ""}),  # nobody knows yet where it goes
        ({"sympathy": True}, {"sympathy": True}),
        ({"kind": GiftKind.FLOWERS}, {"given": {1}}),
        ({"kind": GiftKind.CARD}, {"given": {1}}),
        ({"size": "L"}, {"tasted": Tastes(likes=("hoodies, size l",))}),
        ({"size": "42"}, {"tasted": Tastes(likes=("tea", "shoes: 42"))}),
    ],
    ids=str,
)
def test_given_what_only_seems_to_speak_against_it_when_looked_at_then_it_fits(
    entry: dict[str, Any], occasion: dict[str, Any]
) -> None:
    assert why_not(replace(MUG, **entry), replace(ANYBODY, **occasion)) is None


def test_given_several_that_fit_when_chosen_then_the_cheapest_comes_first_and_the_older_of_two_alike() -> None:
    dear, cheap, alike = (replace(MUG, id=number, cost=usd(cost)) for number, cost in ((1, 9_00), (3, 2_00), (2, 2_00)))
    sold_out = replace(MUG, id=4, cost=usd(1), stock=0)

    assert [each.id for each in fitting((dear, cheap, sold_out, alike), ANYBODY)] == [2, 3, 1]


def test_given_what_could_not_be_given_when_another_is_looked_for_then_it_is_the_next_until_all_were_tried() -> None:
    entries = tuple(replace(MUG, id=number, cost=usd(number)) for number in (1, 2, 3))

    assert (otherwise(entries, ANYBODY, frozenset({1})) or MUG).id == 2
    assert otherwise(entries, ANYBODY, frozenset({1, 2, 3})) is None


@given(st.permutations([(1, 5), (2, 5), (3, 1), (4, 9)]))
def test_given_any_order_of_the_shelf_when_chosen_then_it_is_the_same_row(shelf: list[tuple[int, int]]) -> None:
    entries = [replace(MUG, id=number, cost=usd(cost)) for number, cost in shelf]

    assert [each.id for each in fitting(entries, ANYBODY)] == [3, 1, 2, 4]


@pytest.mark.parametrize(
    ("entry", "why"),
    [({"cost": None}, "Nobody has said what it costs."), ({"photo": ""}, "There is no photo"), ({}, "None")],
    ids=str,
)
def test_given_a_gift_without_price_or_photo_when_it_is_to_be_offered_then_it_says_which(
    entry: dict[str, Any], why: str
) -> None:
    assert why in str(not_ready(replace(MUG, **entry)))


def test_given_a_gift_with_a_size_when_named_then_the_size_is_said() -> None:
    assert (replace(MUG, size="L").called, MUG.called) == ("Mug, size L", "Mug")
