"""What customers asked about their data, as the merchant sees it: each shop its own, and nobody's name."""

import json

import pytest

from app.domain.people import WITHIN, Asked, Person
from app.store import privacy
from app.store.base import unit_of_work
from tests.builders import DAY
from tests.web.desk import Desk

pytestmark = pytest.mark.parametrize("database", ["sqlite"])

ADA = Person(ids=frozenset({55}), words=frozenset({"ada@example.com"}))


def test_given_nobody_asked_when_opened_then_it_says_so(desk: Desk) -> None:
    assert "Nobody has asked yet." in desk.open("/privacy")


def test_given_a_request_when_it_waits_then_its_day_is_shown_and_nobodys_name(desk: Desk) -> None:
    note(desk, Asked.ERASURE)

    page = desk.open("/privacy")

    assert "A customer is to be forgotten" in page
    assert "due by" in page
    assert "ada@example.com" not in page


def test_given_a_request_when_its_day_is_over_then_it_says_so_aloud(desk: Desk) -> None:
    note(desk, Asked.ERASURE)
    desk.clock.forward(WITHIN + DAY)

    assert "overdue since" in desk.open("/privacy")


def test_given_a_copy_when_downloaded_then_it_is_whole_and_nobody_on_the_way_keeps_it(desk: Desk) -> None:
    request = copied(desk)
    assert f"/privacy/{request}/copy" in desk.open("/privacy")

    answer = desk.ask(f"/privacy/{request}/copy")

    assert json.loads(answer.text) == {"kept": {}}
    assert answer.headers["Cache-Control"] == "no-store"
    assert "attachment" in answer.headers["Content-Disposition"]


def test_given_another_shops_copy_when_asked_for_then_there_is_none(desk: Desk) -> None:
    request = copied(desk.twin())

    assert desk.ask(f"/privacy/{request}/copy").status_code == 404
    assert "Nobody has asked yet." in desk.open("/privacy")


@pytest.mark.parametrize("number", ["0", "99", str(2**63), "-1", "x"])
def test_given_a_request_that_there_is_not_when_its_copy_is_asked_for_then_it_is_404(desk: Desk, number: str) -> None:
    assert desk.ask(f"/privacy/{number}/copy").status_code == 404


def note(desk: Desk, kind: Asked) -> int:
    now = desk.world.clock.now()
    with unit_of_work(desk.world.sessions) as session:
        return privacy.note(session, shop_id=desk.merchant.id, kind=kind, person=ADA, seal=desk.world.seal, now=now)


def copied(desk: Desk) -> int:
    request, now = note(desk, Asked.COPY), desk.world.clock.now()
    with unit_of_work(desk.world.sessions) as session:
        privacy.hand_over(
            session,
            shop_id=desk.merchant.id,
            request_id=request,
            copy='{"kept": {}}',
            seal=desk.world.seal,
            now=now,
        )
    return request
