"""What a press does to the page it was made on: it goes where the form says, and a refusal takes nothing away."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.stack import Stack
from tests.ui.eyes import NO_BROWSER, chromium, demo, opened
from tests.ui.walk import Eyes, looking, open_page


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = chromium()
    if path is None:
        pytest.skip(NO_BROWSER)
    with opened(path) as found:
        yield found


@pytest.fixture(scope="module")
def stack(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with demo(tmp_path_factory.mktemp("ui") / "demo") as found:
        yield found


@pytest.fixture
def page(browser: Browser, stack: Stack) -> Iterator[Page]:
    found = looking(browser, Eyes())
    open_page(found, stack, "/campaigns", "en")
    yield found
    found.context.close()


def test_given_a_draft_when_its_weight_is_changed_and_looked_at_then_it_is_shown_with_that_weight(page: Page) -> None:
    page.get_by_label("What you call it").fill("Thank you")
    page.get_by_role("button", name="Begin").click()
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()

    page.get_by_label("Weight of what they spent").fill("40")
    page.get_by_role("button", name="Look at what it comes to").click()

    page.wait_for_url("**/campaigns/*weight=40*")
    expect(page.get_by_label("Weight of what they spent")).to_have_value("40")


def test_given_a_press_that_is_refused_when_answered_then_page_menu_and_what_was_typed_are_still_there(
    browser: Browser, stack: Stack
) -> None:
    page = looking(browser, Eyes())
    open_page(page, stack, "/", "en")
    page.get_by_text("More for this month").click()
    amount = page.locator("#grant-team")
    amount.fill("abc")
    page.get_by_role("button", name="Allow so much more").first.click()

    expect(page.get_by_role("alert").first).to_be_in_viewport()
    expect(amount).to_have_value("abc")
    expect(page.get_by_role("button", name="Stop everything")).to_be_visible()
    page.context.close()
