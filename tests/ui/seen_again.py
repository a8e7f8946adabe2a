"""A page that opens again by itself while something is under way: it takes nothing from whoever types or presses."""

import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.stack import Stack
from tests.ui.eyes import NO_BROWSER, chromium, demo, opened
from tests.ui.walk import Eyes, looking, open_page

SLOW_S = 1.0  # what an answer takes, so that a press falls into it
EVERY_MS = 1_000
FIELD = "#nth_order_gift\\.settle_minutes"


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


def turning(browser: Browser, stack: Stack) -> tuple[Page, list[float]]:
    """Open the settings as a page that opens itself again each second, slowly; return it with when it was asked for."""
    page, asked = looking(browser, Eyes()), list[float]()

    def slowly(route: Route) -> None:
        asked.append(time.monotonic())
        if len(asked) > 1:
            time.sleep(SLOW_S)
        answer = route.fetch()
        turned = answer.text().replace("<h1>", f'<p data-again="1">{len(asked)}</p><h1>', 1)
        route.fulfill(response=answer, body=turned)

    open_page(page, stack, "/", "en")
    page.route("**/settings", slowly)  # as its own script asks for it
    page.get_by_role("link", name="Settings").first.click()
    page.locator("[data-again]", has_text="2").wait_for()  # it does open again
    return page, asked


def test_given_a_field_half_typed_when_the_page_would_open_again_then_it_waits_for_whoever_types(
    browser: Browser, stack: Stack
) -> None:
    page, asked = turning(browser, stack)
    page.locator(FIELD).fill("41")
    page.wait_for_timeout(EVERY_MS * SLOW_S)  # what was under way
    before = len(asked)
    page.wait_for_timeout(2.5 * EVERY_MS)

    assert (page.locator(FIELD).input_value(), len(asked)) == ("41", before)
    page.unroute_all(behavior="ignoreErrors")
    page.context.close()


def test_given_a_page_that_opens_again_when_somebody_presses_meanwhile_then_the_press_is_not_lost(
    browser: Browser, stack: Stack
) -> None:
    page, asked = turning(browser, stack)
    before = len(asked)
    while len(asked) == before:
        page.wait_for_timeout(20)
    page.get_by_role("link", name="Ledger").first.click()  # while the answer is on its way

    expect(page.get_by_role("heading", name="Ledger")).to_be_visible(timeout=5_000)
    page.wait_for_timeout(2.5 * EVERY_MS)
    expect(page.get_by_role("heading", name="Ledger")).to_be_visible()  # and nothing leads back
    page.unroute_all(behavior="ignoreErrors")
    page.context.close()
