"""What a merchant sees where there is nothing yet, where something broke off, and where there is no page."""

import pytest

from app.domain.history import Export
from app.store import imports, shops
from app.store.base import unit_of_work
from tests.builders import NOON
from tests.web.desk import Desk

pytestmark = pytest.mark.parametrize("database", ["sqlite"])

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


@pytest.mark.parametrize("path", ["/nonsense", "/settings/story"])
def test_given_a_mistyped_address_when_a_browser_opens_it_then_it_is_told_so_and_led_back(
    desk: Desk, path: str
) -> None:
    answer = desk.browser.get(path, headers={"Accept": BROWSER, "Accept-Language": "fr"})

    assert answer.status_code in {404, 405}
    assert "Cette page n’existe pas." in answer.text
    assert 'href="/"' in answer.text


@pytest.mark.parametrize("headers", [{}, {"Accept": "*/*"}, {"Accept": "application/json"}])
def test_given_a_mistyped_address_when_a_machine_calls_it_then_a_word_is_enough(
    desk: Desk, headers: dict[str, str]
) -> None:
    assert desk.browser.get("/nonsense", headers=headers).text == "Not Found\n"
    assert desk.browser.post("/nonsense", headers={"Accept": BROWSER}).text == "Not Found\n"


@pytest.mark.parametrize("query", ["shop=evil.example", "host=%20"])
def test_given_an_address_that_names_nobodys_store_when_opened_then_it_says_where_to_begin(
    desk: Desk, query: str
) -> None:
    answer = desk.browser.get(f"/?{query}")

    assert answer.status_code == 400
    assert "Please open Lagniappe from your store&#39;s admin." in answer.text


def test_given_no_deed_when_the_ledger_is_opened_then_only_a_search_says_that_nothing_matches(desk: Desk) -> None:
    assert "No deed yet." in desk.open("/ledger")
    assert "No row of the ledger matches." in desk.open("/ledger?state=done")


def test_given_a_month_before_the_shop_came_when_told_then_it_does_not_say_that_anybody_was_there(desk: Desk) -> None:
    page = desk.open("/story/2026-10")

    assert "Lagniappe was not in your store yet." in page
    assert "/story/2026-09" not in page


@pytest.mark.parametrize(("failures", "told"), [(0, False), (1, False), (3, True)])
def test_given_a_store_that_broke_off_while_its_past_was_read_when_opened_then_it_says_so_from_the_second_time(
    desk: Desk, failures: int, told: bool
) -> None:
    with unit_of_work(desk.world.sessions) as session:
        shops.note_history(session, shop_id=desk.merchant.id, done_at=None)
        imports.begin(session, shop_id=desk.merchant.id, now=NOON, since=None)
        for _ in range(failures):
            imports.came_to_nothing(session, shop_id=desk.merchant.id, kind=Export.ORDERS, without_people=False)

    assert ["Your store broke off 3 times." in desk.open(path) for path in ("/", "/welcome")] == [told, told]
