"""The merchant's pages as a browser walks them: each one that a link leads to, opened as the store's admin opens it."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from playwright.sync_api import Browser, Page, ViewportSize

from integrations.sandbox.store.admin import opening_query
from integrations.sandbox.town import PRACTICE_SHOP, TownSettings
from tests.stack import Stack

PHONE, DESKTOP = (390, 844), (1280, 900)  # wide and high
# Files, and what a link is in the middle of: these are no pages to stand on.
NO_PAGE = re.compile(r"\.csv|/copy\b|/team/acts|/export/")
# Of pages that are alike but for what they are about, one is enough.
ONE_OF_MANY = re.compile(r"(?<=[a-z])/(?:\d+|\d{4}-\d{2}|(?<=/results/)\w+)(?=/|$)")
NOT_THERE = "/orders/7"  # what somebody reads who follows an old link
PAINTS = """
    window.painted = 0; window.shifted = 0;
    new PerformanceObserver((list) => { for (const seen of list.getEntries()) window.painted = seen.startTime; })
        .observe({ type: "largest-contentful-paint", buffered: true });
    new PerformanceObserver((list) => {
        for (const seen of list.getEntries()) if (!seen.hadRecentInput) window.shifted += seen.value;
    }).observe({ type: "layout-shift", buffered: true });
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Eyes:
    """How somebody looks at the pages: on what, in which light, and in which language."""

    size: tuple[int, int] = DESKTOP
    scheme: Literal["light", "dark"] = "light"
    locale: str = "en"

    @property
    def name(self) -> str:
        return f"{'phone' if self.size == PHONE else 'desktop'}-{self.scheme}-{self.locale}"


def looking(browser: Browser, eyes: Eyes) -> Page:
    """Return a page that looks so, and that knows when it was painted and how far it moved."""
    glass = ViewportSize(width=eyes.size[0], height=eyes.size[1])
    context = browser.new_context(viewport=glass, color_scheme=eyes.scheme, locale=eyes.locale, bypass_csp=True)
    context.add_init_script(PAINTS)
    return context.new_page()


def open_page(page: Page, stack: Stack, path: str, locale: str) -> None:
    """Open a page as the admin does, and wait until it has come to rest."""
    query = opening_query(TownSettings(), PRACTICE_SHOP, datetime.now(UTC), locale)
    answer = page.goto(f"{stack.app}{path}{'&' if '?' in path else '?'}{query}")
    assert answer is not None
    assert answer.status == (404 if path == NOT_THERE else 200), f"{path}: {answer.status}"
    page.wait_for_timeout(700)


def walked(browser: Browser, stack: Stack) -> dict[str, str]:
    """Return every page that links lead to from today's, by a short name, with a campaign that is being drafted."""
    page, found, ahead = looking(browser, Eyes()), dict[str, str](), ["/", "/welcome", "/welcome/gifts", NOT_THERE]
    begin_campaign(page, stack)
    while ahead:
        path = ahead.pop(0)
        name = name_of(path)
        if name not in found and not NO_PAGE.search(path):
            found[name] = path
            open_page(page, stack, path, "en")
            links = page.eval_on_selector_all("a[href^='/']", "(all) => all.map((a) => a.getAttribute('href'))")
            ahead += [str(link).partition("#")[0].partition("?")[0] for link in links]
    page.context.close()
    return found


def begin_campaign(page: Page, stack: Stack) -> None:
    """Give a first campaign its name, if there is none: its draft is a page of its own."""
    open_page(page, stack, "/campaigns", "en")
    if page.locator("[id^='campaign-']").count() == 0:
        page.fill("#new-name", "Thank you")
        page.locator("#begin button").click()
        page.wait_for_url("**/campaigns/*")


def name_of(path: str) -> str:
    """Return "orders-one" for /orders/1001, "today" for /."""
    if path == NOT_THERE:
        return "not-there"
    return ONE_OF_MANY.sub("/one", path).strip("/").replace("/", "-") or "today"
