"""The page of what cards may begin with: kept once it could go out, shown as it comes out, offered on the desk."""

import pytest

from app.domain.card_templates import STARTERS
from tests.builders import order, usd
from tests.web.agent import at_the_desk
from tests.web.desk import Desk

pytestmark = pytest.mark.parametrize("database", ["sqlite"])

THANKS = {"name": "Thanks", "words": "Dear {first_name},\r\nthank you.", "do": "keep"}


def kept(desk: Desk, **changes: str) -> int:
    """Keep words; return their number."""
    assert desk.press("/cards", **THANKS | changes).location == "/cards?said=words_kept"
    page = desk.open("/cards")
    return int(page.rpartition('id="active-')[2].partition('"')[0])


def test_given_words_when_kept_then_the_page_shows_them_as_they_come_out(desk: Desk) -> None:
    kept(desk)

    page = desk.open("/cards")
    assert '<bdi dir="auto">Dear Alex,</bdi><bdi dir="auto">thank you.</bdi><bdi dir="auto">Robin</bdi>' in page
    assert "Dear {first_name},\nthank you.</textarea>" in page


def test_given_words_when_only_shown_then_they_come_out_and_nothing_is_kept(desk: Desk) -> None:
    page = desk.press("/cards", **THANKS | {"do": "show", "words": "It will arrive soon, {name}"}).text

    assert "It will arrive soon, {name}</bdi>" in page
    assert "“{name}” was not filled in yet." in page
    assert "This cannot be promised: “will arrive”." in page
    assert "None yet" in desk.open("/cards")


@pytest.mark.parametrize(
    "wrong",
    [
        {"words": "Dear {name}"},
        {"words": "It was 12 euros", "sympathy": "yes"},
        {"words": " "},
        {"words": "y" * 601},
        {"name": " "},
        {"name": "y" * 61},
    ],
    ids=str,
)
def test_given_words_that_could_not_go_out_when_kept_then_they_are_refused(desk: Desk, wrong: dict[str, str]) -> None:
    assert desk.press("/cards", **THANKS | wrong).status_code == 422
    assert "None yet" in desk.open("/cards")


def test_given_nothing_yet_when_ours_are_taken_twice_then_they_are_there_once(desk: Desk) -> None:
    desk.press("/cards/begin")
    desk.press("/cards/begin")

    page = desk.open("/cards")
    assert [page.count(f'-name">{each.name}</bdi>') for each in STARTERS] == [1, 1, 1]


def test_given_words_that_are_put_away_when_the_desk_is_opened_then_only_the_others_are_offered(desk: Desk) -> None:
    desk.press("/cards/begin")
    number = kept(desk)
    desk.buy(order(net=usd(90_00)))
    sam = at_the_desk(desk)

    before = sam.call("/desk/api/ticket").text
    assert desk.press(f"/cards/templates/{number}/active", active="0").location == "/cards?said=words_put_away"
    after = sam.call("/desk/api/ticket").text

    assert (before.count(">Thanks</option>"), after.count(">Thanks</option>")) == (2, 0)


def test_given_another_shops_words_when_put_away_then_there_are_none_of_that_number(desk: Desk) -> None:
    number = kept(desk)

    assert desk.twin().press(f"/cards/templates/{number}/active", active="0").status_code == 404
    assert desk.press(f"/cards/templates/{number}/active", active="x").status_code == 422
