"""The merchant's team page: people come and go, become leads, and are known by their numbers."""

import pytest

from app.store import agents, connections
from app.store.base import unit_of_work
from tests.web.desk import Desk

pytestmark = pytest.mark.parametrize("database", ["sqlite"])

SAM = {"name": "Sam Rivera", "email": "Sam@x.example", "role": "agent"}


def hire(desk: Desk, **changes: str) -> int:
    """Take Sam into the team; return their number."""
    assert desk.press("/team", **SAM | changes).location == "/team?said=team_added"
    with unit_of_work(desk.world.sessions) as session:
        return max(one.id for one in agents.listed(session, shop_id=desk.merchant.id, seal=desk.world.seal))


def test_given_nobody_yet_when_looked_at_then_the_page_says_what_that_means(desk: Desk) -> None:
    assert "Nobody yet." in desk.open("/team")


def test_given_somebody_new_when_added_then_the_page_shows_them_with_their_address_in_small_letters(desk: Desk) -> None:
    hire(desk)

    page = desk.open("/team")
    assert "Sam Rivera" in page
    assert "sam@x.example" in page


def test_given_somebody_who_is_in_the_team_when_added_again_then_it_says_so(desk: Desk) -> None:
    hire(desk)

    assert desk.press("/team", **SAM).location == "/team?said=team_known"


WRONG = [{"name": " "}, {"name": "x" * 65}, {"email": "sam"}, {"email": "s am@x.example"}, {"email": "a@" + "x" * 300},
         {"email": "a@b@c.example"}, {"role": "boss"}]  # fmt: skip


@pytest.mark.parametrize("wrong", WRONG, ids=lambda wrong: str(wrong)[:32])
def test_given_what_cannot_be_meant_when_added_then_nobody_is(desk: Desk, wrong: dict[str, str]) -> None:
    assert desk.press("/team", **SAM | wrong).status_code == 422
    assert "Nobody yet." in desk.open("/team")


def test_given_an_agent_when_made_a_lead_and_let_go_then_the_page_says_so_and_offers_the_way_back(desk: Desk) -> None:
    sam = hire(desk)

    desk.press(f"/team/{sam}/role", role="lead")
    assert "Make an agent" in desk.open("/team")

    desk.press(f"/team/{sam}/active", active="0")
    page = desk.open("/team")
    assert "Let back in" in page
    assert "Make an agent" not in page


@pytest.mark.parametrize(
    ("act", "form"),
    [
        ("role", {"role": "lead"}),
        ("active", {"active": "0"}),
        ("limits", {"limit": "1", "month": "1"}),
        ("number", {"kind": "gorgias", "number": "2"}),
    ],
)
def test_given_somebody_of_another_shop_when_they_are_changed_then_nobody_is_there(
    desk: Desk, act: str, form: dict[str, str]
) -> None:
    sam = hire(desk)

    assert desk.twin().press(f"/team/{sam}/{act}", **form).status_code == 404
    assert "Make a lead" in desk.open("/team")


def test_given_a_connected_helpdesk_when_somebody_is_introduced_then_the_page_says_by_which_number(desk: Desk) -> None:
    with unit_of_work(desk.world.sessions) as session:
        known = {"kind": "gorgias", "account": "a", "user": "u", "key": "k", "seal": desk.world.seal}
        connections.connect(session, shop_id=desk.merchant.id, **known)
    sam = hire(desk)

    assert desk.press(f"/team/{sam}/number", kind="gorgias", number="17").status_code == 303
    assert "<bdi>17</bdi>" in desk.open("/team")
    assert desk.press(f"/team/{sam}/number", kind="florist", number="17").status_code == 422
    assert desk.press(f"/team/{sam}/number", kind="gorgias", number="1 7").status_code == 422


def test_given_limits_of_their_own_when_set_then_the_page_says_so_and_they_can_be_lifted_again(desk: Desk) -> None:
    sam = hire(desk)

    assert desk.press(f"/team/{sam}/limits", limit="75", month="").location == "/team?said=team_limits"
    assert "Limits of their own: $75.00 in one act</summary>" in desk.open("/team")

    desk.press(f"/team/{sam}/limits", limit="0", month="300.50")
    assert "Limits of their own: $0.00 in one act $300.50 in a month</summary>" in desk.open("/team")

    desk.press(f"/team/{sam}/limits", limit="", month="")
    assert "Limits of their own</summary>" in desk.open("/team")


@pytest.mark.parametrize("odd", ["-1", "lots", "1.005", "NaN", "9" * 40])
def test_given_what_is_no_amount_when_limits_are_set_then_nothing_changes(desk: Desk, odd: str) -> None:
    sam = hire(desk)

    assert desk.press(f"/team/{sam}/limits", limit="75", month=odd).status_code == 422
    assert "$75.00" not in desk.open("/team")
