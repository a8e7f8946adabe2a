"""The merchant's pages with the admin's own components, without them, and while nobody answers for them."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser, Page, Route

from integrations.sandbox.store.admin import opening_query
from integrations.sandbox.town import PRACTICE_SHOP, TownSettings
from tests.stack import Stack
from tests.ui.eyes import NO_BROWSER, chromium, demo, opened
from tests.ui.walk import Eyes, looking, open_page

POLARIS = "**/shopify/polaris.js"
THEIRS = ".badge s-badge"


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
def page(browser: Browser) -> Iterator[Page]:
    found = looking(browser, Eyes())
    yield found
    found.context.close()


def badges(page: Page) -> list[str]:
    return [" ".join(text.split()) for text in page.locator("main .badge").all_inner_texts()]


def begun(page: Page, stack: Stack, path: str) -> None:
    """Open a page whose scripts may not all come, and wait until it is seen and ours have tidied its address."""
    query = opening_query(TownSettings(), PRACTICE_SHOP, datetime.now(UTC), "en")
    page.goto(f"{stack.app}{path}?{query}", wait_until="commit")
    page.wait_for_function("!location.search.includes('id_token') && window.painted > 0")


def gone_on(page: Page) -> None:
    """Follow a link of the page, which is fetched and shown in place."""
    page.evaluate("window.same = true")
    page.locator(".spread a[href='/gifts']").first.click()
    page.wait_for_function("location.pathname === '/gifts' && !document.body.hasAttribute('aria-busy')")
    assert page.evaluate("window.same") is True


def test_given_polaris_when_pages_are_shown_then_states_are_told_by_it_in_the_same_words(
    page: Page, stack: Stack
) -> None:
    open_page(page, stack, "/settings", "en")
    gone_on(page)

    assert page.locator("main .badge").count() == page.locator(THEIRS).count() > 0
    assert page.locator(THEIRS).first.evaluate("(it) => Boolean(it.shadowRoot)")
    dressed = badges(page)
    page.route(POLARIS, lambda route: route.abort())
    open_page(page, stack, "/gifts", "en")
    assert (badges(page), page.locator(THEIRS).count()) == (dressed, 0)


@pytest.mark.parametrize("answer", [lambda route: route.abort(), lambda route: None], ids=["refused", "never answered"])
def test_given_no_polaris_when_pages_are_shown_then_nothing_is_missing_and_nothing_waits(
    page: Page, stack: Stack, answer: object
) -> None:
    page.route(POLARIS, answer)  # type: ignore[arg-type]
    begun(page, stack, "/settings")
    gone_on(page)

    assert badges(page)
    assert page.locator(THEIRS).count() == 0


def test_given_polaris_that_comes_late_when_a_page_is_seen_already_then_nothing_in_it_moves(
    page: Page, stack: Stack
) -> None:
    late: list[Route] = []
    page.route(POLARIS, lambda route: late.append(route))  # noqa: PLW0108  # the driver marks what it is handed
    begun(page, stack, "/helpdesks")
    late[0].continue_()
    page.wait_for_function("Boolean(customElements.get('s-badge'))")
    page.wait_for_timeout(300)

    assert badges(page)
    assert (page.locator(THEIRS).count(), page.evaluate("window.shifted")) == (0, 0)
    gone_on(page)
    assert page.locator(THEIRS).count() > 0
