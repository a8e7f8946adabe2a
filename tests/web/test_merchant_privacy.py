"""What customers asked about their data, as the merchant sees it: each shop its own, and nobody's name."""

import json

import pytest

from app.domain.people import WITHIN, Asked
from app.store.base import unit_of_work
from app.store.tables import PrivacyRequest
from tests.builders import DAY
from tests.web.desk import Desk

pytestmark = pytest.mark.parametrize("database", ["sqlite"])


def test_given_nobody_asked_when_opened_then_it_says_so(desk: Desk) -> None:
    assert "Nobody has asked yet." in desk.open("/privacy")


def test_given_a_request_when_it_waits_then_its_day_is_shown_and_nobodys_name(desk: Desk) -> None:
    desk.note(Asked.ERASURE)

    page = desk.open("/privacy")

    assert "A customer is to be forgotten" in page
    assert "due by" in page
    assert "ada@example.com" not in page


def test_given_a_request_when_its_day_is_over_then_it_says_so_aloud(desk: Desk) -> None:
    desk.note(Asked.ERASURE)
    desk.clock.forward(WITHIN + DAY)

    assert "overdue since" in desk.open("/privacy")


def test_given_overdue_requests_when_today_is_opened_then_they_stand_first_and_only_in_their_own_shop(
    desk: Desk,
) -> None:
    assert "about their data" not in desk.open("/")
    desk.note(Asked.ERASURE)
    desk.clock.forward(WITHIN + DAY)

    page = desk.open("/")

    assert "A customer's request about their data is not carried out" in page
    assert 'href="/privacy"' in page
    assert "about their data" in desk.open("/fragments/today")
    assert "about their data" not in desk.twin().open("/")
    desk.note(Asked.COPY)
    desk.clock.forward(WITHIN + DAY)
    assert "2 requests of customers about their data are" in desk.open("/")


def test_given_a_copy_when_downloaded_then_it_is_whole_and_nobody_on_the_way_keeps_it(desk: Desk) -> None:
    request = desk.hand_over()
    page = desk.open("/privacy")
    assert f"/privacy/{request}/copy" in page
    assert "done, <time" in page

    answer = desk.ask(f"/privacy/{request}/copy")

    assert json.loads(answer.text) == {"kept": {}}
    assert answer.headers["Cache-Control"] == "no-store"
    assert "attachment" in answer.headers["Content-Disposition"]


def test_given_a_copy_that_cannot_be_opened_when_asked_for_then_it_says_so_and_is_no_error_of_ours(desk: Desk) -> None:
    request = desk.hand_over()
    with unit_of_work(desk.world.sessions) as session:
        row = session.get_one(PrivacyRequest, request)
        row.sealed_copy = desk.world.seal.close("{}", place="another shop's")

    answer = desk.ask(f"/privacy/{request}/copy")

    assert answer.status_code == 503
    assert "Nothing is lost" in answer.text


def test_given_another_shops_copy_when_asked_for_then_there_is_none(desk: Desk) -> None:
    request = desk.twin().hand_over()

    assert desk.ask(f"/privacy/{request}/copy").status_code == 404
    assert "Nobody has asked yet." in desk.open("/privacy")


@pytest.mark.parametrize("number", ["0", "99", str(2**63), "-1", "x"])
def test_given_a_request_that_there_is_not_when_its_copy_is_asked_for_then_it_is_404(desk: Desk, number: str) -> None:
    assert desk.ask(f"/privacy/{number}/copy").status_code == 404
