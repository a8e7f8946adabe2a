"""The page that asks for an address in a real browser: on a phone, without a script, for those who cannot see well."""

import json
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.ui.eyes import NO_BROWSER, asked_where, chromium, demo, opened, regular, write

SIZES = {"phone": {"width": 360, "height": 740}, "desktop": {"width": 1280, "height": 900}}
FORM = {"name": "Ada Lovelace", "street": "7 New Street", "city": "Ithaca", "region": "NY", "postcode": "14850"}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = chromium()
    if path is None:
        pytest.skip(NO_BROWSER)
    with opened(path) as found:
        yield found


@pytest.fixture(scope="module")
def link(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with demo(tmp_path_factory.mktemp("ui") / "demo") as stack:
        yield asked_where(browser, write(stack, regular(stack, 0)))


def doorstep(browser: Browser, link: str, size: str, scheme: str = "light", *, scripts: bool = True) -> Page:
    how = {"viewport": SIZES[size], "color_scheme": scheme, "bypass_csp": scripts, "java_script_enabled": scripts}
    page = browser.new_context(**how).new_page()
    page.goto(link)
    return page


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_given_the_page_when_looked_over_then_nothing_is_too_wide_or_hard_to_see(
    browser: Browser, link: str, size: str, scheme: str
) -> None:
    page = doorstep(browser, link, size, scheme)

    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
    found = Axe().run(page).response["violations"]
    grave = [each for each in found if each["impact"] in {"serious", "critical"}]
    assert json.dumps([(each["id"], [node["html"] for node in each["nodes"]]) for each in grave]) == "[]"


def test_given_no_scripts_when_the_page_is_filled_in_then_the_customer_is_thanked_and_the_link_is_over(
    browser: Browser, link: str
) -> None:
    page = doorstep(browser, link, "phone", scripts=False)
    for name, words in FORM.items():
        page.fill(f"#{name}", words)
    page.select_option("#country", "US")
    page.locator("button.go").click()

    expect(page.get_by_role("heading")).to_have_text("Thank you")
    page.goto(link)
    expect(page.get_by_role("heading")).to_have_text("This link is over")
