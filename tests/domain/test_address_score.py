"""How sure an address is: every deduction by its number, and what is asked for because of them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from app.domain.address_score import FLOOR, NOWHERE, amiss, score
from app.domain.deliveries import Delivery, Validity
from tests.builders import address

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
GOOD = Delivery(address=address(), validity=Validity.GOOD, delivered_at=NOW, ordered_at=NOW)
BOX = address(street="PO Box 12")


def ago(days: int) -> datetime:
    return NOW - timedelta(days=days)


@pytest.mark.parametrize(
    ("where", "points"),
    [
        (GOOD, 100),
        (replace(GOOD, validity=Validity.UNKNOWN), 100),
        (replace(GOOD, validity=Validity.ODD), 75),
        (replace(GOOD, validity=Validity.BAD), 40),
        (replace(GOOD, moved=True), 70),
        (replace(GOOD, theirs=False), 40),
        (replace(GOOD, came_back=True), 60),
        (replace(GOOD, sent_back=True), 60),
        (replace(GOOD, sent_back=True, delivered_at=None), 60),
        (replace(GOOD, edited=True), 60),
        (replace(GOOD, told=True, sent_back=True, edited=True, moved=True, delivered_at=None), 100),
        (replace(GOOD, told=True, validity=Validity.BAD), 40),
        (replace(GOOD, came_back=True, delivered_at=None), 60),
        (replace(GOOD, delivered_at=None), 75),
        (replace(GOOD, delivered_at=ago(90)), 100),
        (replace(GOOD, delivered_at=ago(119)), 100),
        (replace(GOOD, delivered_at=ago(120)), 99),
        (replace(GOOD, delivered_at=ago(365)), 91),
        (replace(GOOD, delivered_at=ago(366)), 51),
        (replace(GOOD, delivered_at=None, ordered_at=ago(150)), 73),
        (replace(GOOD, delivered_at=None, ordered_at=None), 75),
        (replace(GOOD, address=BOX), 0),
        (replace(GOOD, address=replace(address(), city=" ")), 0),
        (replace(GOOD, address=BOX, validity=Validity.BAD, theirs=False), 0),
        (None, 0),
    ],
)
def test_given_what_is_known_of_an_address_when_scored_then_so_much_is_left(
    where: Delivery | None, points: int
) -> None:
    found = score(where, now=NOW)

    assert found.points == points
    assert found.doubtful is (points <= FLOOR)
    assert bool(found.doubts) is found.doubtful


@pytest.mark.parametrize(
    ("where", "words"),
    [
        (replace(GOOD, validity=Validity.BAD), "takes the address for wrong"),
        (replace(GOOD, validity=Validity.ODD), "may be wrong"),
        (replace(GOOD, moved=True), "another address as well"),
        (replace(GOOD, theirs=False), "somebody of another name"),
        (replace(GOOD, came_back=True), "not delivered"),
        (replace(GOOD, sent_back=True), "came back from this address"),
        (replace(GOOD, edited=True), "another town than it was when this was planned"),
        (replace(GOOD, delivered_at=None), "is known to have arrived"),
        (replace(GOOD, delivered_at=ago(150)), "for 5 months"),
        (replace(GOOD, delivered_at=ago(500)), "more than a year"),
        (replace(GOOD, address=BOX), "is a box"),
        (replace(GOOD, address=replace(address(), street="")), "not complete"),
        (None, NOWHERE),
    ],
)
def test_given_a_deduction_when_scored_then_a_sentence_says_why(where: Delivery | None, words: str) -> None:
    (why,) = score(where, now=NOW).why

    assert words in why
    assert why.endswith(".")


def test_given_a_good_address_when_scored_then_there_is_nothing_to_say() -> None:
    assert score(GOOD, now=NOW).why == ()
    assert score(replace(GOOD, validity=Validity.ODD), now=NOW).doubts == ""


def test_given_small_doubts_when_they_come_together_then_the_customer_is_asked() -> None:
    both = score(replace(GOOD, validity=Validity.ODD, delivered_at=None), now=NOW)

    assert both.points == 50
    assert both.doubts == (
        "The store says that something about the address may be wrong. Nothing is known to have arrived there yet."
    )


def test_given_what_somebody_can_put_right_when_a_parcel_would_leave_by_itself_then_it_is_said() -> None:
    assert amiss(GOOD) is None
    assert amiss(replace(GOOD, delivered_at=ago(500), moved=True, validity=Validity.ODD)) is None
    assert "takes the address for wrong" in (amiss(replace(GOOD, validity=Validity.BAD)) or "")
    assert "another name" in (amiss(replace(GOOD, theirs=False)) or "")


def test_given_a_box_when_a_card_goes_there_then_it_is_as_good_as_any_door() -> None:
    assert score(replace(GOOD, address=BOX), now=NOW, by_post=True).points == 100


@pytest.mark.parametrize(
    "street", ["P.O. Box 9", "Postfach 12 34", "Packstation 101", "BP 45", "Apartado 3", "Casella postale 7"]
)
def test_given_boxes_of_other_countries_when_scored_then_they_are_known(street: str) -> None:
    assert score(replace(GOOD, address=address(street=street)), now=NOW).points == 0
