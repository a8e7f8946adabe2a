"""What the store's admin is told around our pages: its own menu, and that a form was changed. Without it all works."""

import re

import pytest

from app.web.language import HEADER
from tests.web.desk import Desk

pytestmark = pytest.mark.parametrize("database", ["sqlite"])


def test_given_a_page_in_the_admin_when_opened_then_the_admins_menu_leads_where_the_masthead_does(desk: Desk) -> None:
    page = desk.ask("/team", **{HEADER: "fr"}).text
    menu = re.search(r"<s-app-nav>(.*)</s-app-nav>", page)
    assert menu is not None
    masthead = re.search(r'<nav class="spread".*?</nav>', page, re.DOTALL)
    assert masthead is not None

    assert re.findall(r'href="([^"]+)"', menu[1]) == re.findall(r'href="(/[^"]*)"', masthead[0])
    assert '<s-link href="/" rel="home">Aujourd’hui</s-link>' in menu[1]


def test_given_the_settings_when_opened_then_the_admin_is_asked_to_watch_over_what_is_typed(desk: Desk) -> None:
    page = desk.open("/settings")

    assert re.findall(r"<form[^>]*data-save-bar", page) == re.findall(
        r'<form[^>]*action="/settings"[^>]*data-save-bar', page
    )
    assert "data-save-bar" in page


def test_given_a_page_beneath_another_when_opened_then_its_section_is_marked_and_its_neighbours_are_one_press_away(
    desk: Desk,
) -> None:
    page = desk.open("/spend")

    assert '<a href="/results" aria-current="true">' in page
    within = re.search(r'<nav class="spread within".*?</nav>', page, re.DOTALL)
    assert within is not None
    assert re.findall(r'href="(/[\w-]*)"( aria-current="page")?', within[0]) == [
        ("/results", ""),
        ("/spend", ' aria-current="page"'),
        ("/story", ""),
    ]
